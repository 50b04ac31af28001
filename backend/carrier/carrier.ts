import { type EpochMs, negateYen, type SignedYen, type Yen } from '#units';
import type { Database, Transaction } from '../database/database.ts';
import { numberIn } from '../database/row.ts';
import { type Balances, balanceOf, readBalances, totalOf } from '../ledger/books.ts';
import {
  CARRIER_BANK,
  COMMISSION_INCOME,
  COMMISSION_RECEIVABLE,
} from '../ledger/chart-of-accounts.ts';
import { postTransfers } from '../ledger/posting.ts';
import { credit, debit, type Transfer, transfer } from '../ledger/transfer.ts';

/** What the issuer tells about one settlement window: commission earned, or paid. */
export interface Advice {
  readonly windowNumber: number;
  readonly kind: 'earned' | 'paid';
  readonly amount: Yen;
}

/**
 * `repeated`: it came before, and nothing changes. `refused`: it contradicts an advice that came
 * before; a payment must be exactly what was earned.
 */
export interface AdviceReceipt {
  readonly result: 'stored' | 'repeated' | 'refused';
}

export interface CarrierPosition {
  /** The sum of the carrier's books; zero. */
  readonly total: SignedYen;
  /** What the issuer owes. */
  readonly receivable: SignedYen;
  readonly income: SignedYen;
  readonly bank: SignedYen;
}

export interface CarrierOptions {
  readonly database: Database;
  readonly now: () => EpochMs;
}

/** The carrier's own books. It hears of money only by advices, and counts each once. */
export class Carrier {
  readonly #options: CarrierOptions;

  constructor(options: CarrierOptions) {
    this.#options = options;
  }

  receiveAdvice(advice: Advice): Promise<AdviceReceipt> {
    const { database, now } = this.#options;
    return database.transaction(async (transaction): Promise<AdviceReceipt> => {
      const known = await amountOf(transaction, advice.windowNumber, advice.kind);
      if (known !== undefined) return { result: known === advice.amount ? 'repeated' : 'refused' };
      const { windowNumber, kind, amount } = advice;
      const earned = await amountOf(transaction, windowNumber, 'earned');
      if (kind === 'paid' && earned !== amount) return { result: 'refused' };
      const receivedAt = now();
      await transaction.run('INSERT INTO advice VALUES (?, ?, ?, ?)', [
        windowNumber,
        kind,
        amount,
        receivedAt,
      ]);
      const time = { windowNumber, postedAt: receivedAt };
      await postTransfers(transaction, [transferOf(advice)], time);
      return { result: 'stored' };
    });
  }

  /** The balance of each account; debits are positive. */
  balances(): Promise<Balances> {
    return readBalances(this.#options.database);
  }

  async position(): Promise<CarrierPosition> {
    const balances = await this.balances();
    return {
      total: totalOf(balances),
      receivable: balanceOf(balances, COMMISSION_RECEIVABLE),
      income: negateYen(balanceOf(balances, COMMISSION_INCOME)),
      bank: balanceOf(balances, CARRIER_BANK),
    };
  }
}

function transferOf({ windowNumber, kind, amount }: Advice): Transfer | undefined {
  const reference = `window:${windowNumber}:${kind}`;
  if (kind === 'earned') {
    return transfer(reference, 'commission-earned', [
      debit(COMMISSION_RECEIVABLE, amount),
      credit(COMMISSION_INCOME, amount),
    ]);
  }
  return transfer(reference, 'commission-paid', [
    debit(CARRIER_BANK, amount),
    credit(COMMISSION_RECEIVABLE, amount),
  ]);
}

async function amountOf(
  transaction: Transaction,
  windowNumber: number,
  kind: Advice['kind'],
): Promise<number | undefined> {
  const [row] = await transaction.all(
    'SELECT amount_yen FROM advice WHERE window_number = ? AND kind = ?',
    [windowNumber, kind],
  );
  return row && numberIn(row, 'amount_yen');
}
