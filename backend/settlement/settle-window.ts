import assert from 'node:assert/strict';
import { type EpochMs, negateYen, type SignedYen, sumYen, type Yen } from '#units';
import type { Transaction } from '../database/database.ts';
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
import type { SettlementDependencies } from './close-window.ts';
import { deliverAdvices, writeAdvice } from './commission-advice.ts';
import { netOf, readMerchantTotals } from './merchant-total.ts';
import { isSignedByBoth } from './proposal-store.ts';
import { readWindow } from './window.ts';

/** In the order in which they are looked for. */
export type SettleRefusal =
  | 'SETTLEMENT_WINDOW_UNKNOWN'
  | 'SETTLEMENT_WINDOW_OPEN'
  | 'SETTLEMENT_NOT_SIGNED';

/** Money that leaves the float for a merchant, or comes in from one where it is negative. */
export interface Payment {
  readonly merchantId: number;
  readonly amount: SignedYen;
}

interface Due {
  readonly payments: readonly Payment[];
  readonly commission: Yen;
}

export type SettleResult =
  /** `repeated`: it was settled before, and nothing changes. */
  | (Due & { readonly result: 'settled' | 'repeated'; readonly windowNumber: number })
  | { readonly result: 'refused'; readonly reason: SettleRefusal; readonly detail: string };

/**
 * Pays what a window that both parties have signed owes: each merchant its net, the carrier its
 * commission. After it the accounts of merchants and carrier stand at zero for that window.
 */
export async function settleWindow(
  { database, issuerId, carrier, now }: Omit<SettlementDependencies, 'verifyPending'>,
  windowNumber: number,
): Promise<SettleResult> {
  const settled = await database.transaction(async (transaction): Promise<SettleResult> => {
    const window = await readWindow(transaction, windowNumber);
    if (window === undefined) return refused('SETTLEMENT_WINDOW_UNKNOWN', windowNumber);
    if (window.state === 'open') return refused('SETTLEMENT_WINDOW_OPEN', windowNumber);
    const due = await readDue(transaction, windowNumber);
    if (window.state === 'settled') return { result: 'repeated', windowNumber, ...due };
    if (!(await isSignedByBoth(transaction, issuerId, window))) {
      return refused('SETTLEMENT_NOT_SIGNED', windowNumber);
    }
    await pay(transaction, windowNumber, { due, paidAt: now() });
    return { result: 'settled', windowNumber, ...due };
  });
  if (settled.result !== 'refused') await deliverAdvices(database, carrier, now());
  return settled;
}

async function readDue(transaction: Transaction, windowNumber: number): Promise<Due> {
  const totals = await readMerchantTotals(transaction, windowNumber);
  return {
    payments: totals.map((total) => ({ merchantId: total.merchantId, amount: netOf(total) })),
    commission: sumYen(totals.map(({ commission }) => commission)),
  };
}

async function pay(
  transaction: Transaction,
  windowNumber: number,
  { due, paidAt }: { readonly due: Due; readonly paidAt: EpochMs },
): Promise<void> {
  const ofWindow = await readWindowBalances(transaction, windowNumber);
  const transfers = due.payments.map((payment) => paymentTransfer(windowNumber, payment, ofWindow));
  const commission = pick(ofWindow, [COMMISSION_PAYABLE]);
  assert(totalOf(commission) === negateYen(due.commission), 'the close compared the commission');
  const reference = `window:${windowNumber}:commission`;
  transfers.push(clearingTransfer(reference, 'commission-payment', commission));
  await postTransfers(transaction, transfers, { windowNumber, postedAt: paidAt });
  await transaction.run('INSERT INTO window_settlement VALUES (?, ?)', [windowNumber, paidAt]);
  await writeAdvice(transaction, { windowNumber, kind: 'paid', amount: due.commission });
}

function paymentTransfer(
  windowNumber: number,
  { merchantId, amount }: Payment,
  ofWindow: Balances,
): Transfer | undefined {
  const accounts = [
    merchantPayableOf(merchantId),
    loadReceivableOf(merchantId),
    voidReceivableOf(merchantId),
  ];
  const balances = pick(ofWindow, accounts);
  assert(totalOf(balances) === negateYen(amount), 'the close compared books and statements');
  return clearingTransfer(
    `window:${windowNumber}:merchant:${merchantId}`,
    'merchant-payment',
    balances,
  );
}

function pick(balances: Balances, accounts: readonly Account[]): Balances {
  return new Map(accounts.map((account) => [account, balanceOf(balances, account)]));
}

function refused(reason: SettleRefusal, windowNumber: number): SettleResult {
  return { result: 'refused', reason, detail: `window ${windowNumber}` };
}
