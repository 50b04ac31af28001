import { type EpochMs, type SignedYen, type Yen, yen } from '#units';
import type { SqlRow } from '../database/connection.ts';
import type { Database, Transaction } from '../database/database.ts';
import { numberIn, textIn } from '../database/row.ts';
import { SettlementError } from './settlement-error.ts';

/** `earned`: the window closed with that commission. `paid`: the issuer has paid it. */
export type AdviceKind = 'earned' | 'paid';

/** What the issuer tells the carrier about one settlement window. */
export interface CommissionAdvice {
  readonly windowNumber: number;
  readonly kind: AdviceKind;
  readonly amount: Yen;
}

/** What settlement needs of the carrier. The two keep their own books and meet only here. */
export interface CarrierPort {
  /** Takes an advice once, however often it comes; refuses one that contradicts its books. */
  receiveAdvice(advice: CommissionAdvice): Promise<{ readonly result: string }>;
  /** The sum of its books, and what it believes the issuer owes to it. */
  position(): Promise<{ readonly total: SignedYen; readonly receivable: SignedYen }>;
}

/** Puts an advice into the outbox, in the database transaction of what it tells. */
export async function writeAdvice(
  transaction: Transaction,
  { windowNumber, kind, amount }: CommissionAdvice,
): Promise<void> {
  if (amount === 0) return;
  await transaction.run('INSERT INTO commission_advice VALUES (?, ?, ?)', [
    windowNumber,
    kind,
    amount,
  ]);
}

/**
 * Delivers what is in the outbox, oldest first, `earned` before `paid`. A crash between delivery and
 * note delivers again, which the carrier takes for the same. Throws {@link SettlementError}.
 */
export async function deliverAdvices(
  database: Database,
  carrier: CarrierPort,
  now: EpochMs,
): Promise<void> {
  const rows = await database.all(
    `SELECT * FROM commission_advice AS advice WHERE NOT EXISTS (
       SELECT 1 FROM commission_advice_delivery AS delivery
       WHERE delivery.window_number = advice.window_number AND delivery.kind = advice.kind)
     ORDER BY window_number, kind`,
  );
  for (const advice of rows.map(adviceOf)) {
    const { windowNumber, kind } = advice;
    const receipt = await carrier.receiveAdvice(advice);
    if (receipt.result === 'refused') {
      throw new SettlementError(`carrier: refuses commission ${kind} of window ${windowNumber}`);
    }
    await database.transaction((transaction) =>
      transaction.run(
        'INSERT INTO commission_advice_delivery VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
        [windowNumber, kind, now],
      ),
    );
  }
}

function adviceOf(row: SqlRow): CommissionAdvice {
  return {
    windowNumber: numberIn(row, 'window_number'),
    kind: textIn(row, 'kind') === 'paid' ? 'paid' : 'earned',
    amount: yen(numberIn(row, 'amount_yen')),
  };
}
