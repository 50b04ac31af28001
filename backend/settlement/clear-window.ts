import assert from 'node:assert/strict';
import { type EpochMs, negateYen, type SignedYen, sumYen, type Yen } from '#units';
import type { SqlReader, Transaction } from '../database/database.ts';
import { type Balances, balanceOf, readWindowBalances, totalOf } from '../ledger/books.ts';
import {
  type Account,
  COMMISSION_PAYABLE,
  loadReceivableOf,
  merchantPayableOf,
  voidReceivableOf,
} from '../ledger/chart-of-accounts.ts';
import { clearingTransfer } from '../ledger/issuer-transfer.ts';
import { postTransfers } from '../ledger/posting.ts';
import type { Transfer } from '../ledger/transfer.ts';
import { netOf, readMerchantTotals } from './merchant-total.ts';
import type { Payee } from './payee.ts';

/** Money for a merchant, or from one where it is negative. */
export interface Payment {
  readonly merchantId: number;
  readonly amount: SignedYen;
}

/** What a closed window owes. */
export interface Due {
  readonly payments: readonly Payment[];
  readonly commission: Yen;
}

export interface Clearing {
  readonly due: Due;
  readonly clearedAt: EpochMs;
  /** The account that the money goes to, or comes from where the amount is negative. */
  readonly through: (payee: Payee, amount: SignedYen | Yen) => Account;
}

export async function readDue(reader: SqlReader, windowNumber: number): Promise<Due> {
  const totals = await readMerchantTotals(reader, windowNumber);
  return {
    payments: totals.map((total) => ({ merchantId: total.merchantId, amount: netOf(total) })),
    commission: sumYen(totals.map(({ commission }) => commission)),
  };
}

/**
 * Takes what a closed window owes out of the accounts of merchants and carrier, which stand at zero for
 * that window after it. A window is cleared once: again rejects with `DATABASE_CONFLICT`.
 */
export async function clearWindow(
  transaction: Transaction,
  windowNumber: number,
  { due, clearedAt, through }: Clearing,
): Promise<void> {
  const ofWindow = await readWindowBalances(transaction, windowNumber);
  const transfers = due.payments.map((payment) =>
    paymentTransfer(windowNumber, payment, {
      ofWindow,
      through: through(`merchant:${payment.merchantId}`, payment.amount),
    }),
  );
  const commission = pick(ofWindow, [COMMISSION_PAYABLE]);
  assert(totalOf(commission) === negateYen(due.commission), 'the close compared the commission');
  transfers.push(
    clearingTransfer(`window:${windowNumber}:commission`, 'commission-payment', {
      balances: commission,
      through: through('carrier', due.commission),
    }),
  );
  await postTransfers(transaction, transfers, { windowNumber, postedAt: clearedAt });
  await transaction.run('INSERT INTO window_settlement VALUES (?, ?)', [windowNumber, clearedAt]);
}

function paymentTransfer(
  windowNumber: number,
  { merchantId, amount }: Payment,
  { ofWindow, through }: { readonly ofWindow: Balances; readonly through: Account },
): Transfer | undefined {
  const accounts = [
    merchantPayableOf(merchantId),
    loadReceivableOf(merchantId),
    voidReceivableOf(merchantId),
  ];
  const balances = pick(ofWindow, accounts);
  assert(totalOf(balances) === negateYen(amount), 'the close compared books and statements');
  const reference = `window:${windowNumber}:merchant:${merchantId}`;
  return clearingTransfer(reference, 'merchant-payment', { balances, through });
}

function pick(balances: Balances, accounts: readonly Account[]): Balances {
  return new Map(accounts.map((account) => [account, balanceOf(balances, account)]));
}
