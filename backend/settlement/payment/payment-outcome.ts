import { z } from 'zod';
import { type EpochMs, signedYen } from '#units';
import type { SqlReader, Transaction } from '../../database/database.ts';
import { textIn } from '../../database/row.ts';
import { BANK_SUSPENSE, named } from '../../ledger/chart-of-accounts.ts';
import { postTransfers } from '../../ledger/posting.ts';
import { type Leg, transfer } from '../../ledger/transfer.ts';
import type { PaymentOutcome, PaymentState } from '../bank/statement-match.ts';
import { writeAdvice } from '../commission-advice.ts';
import { payableOfPayee } from '../payee.ts';
import { changeOfPosition, positionOf } from './payment-position.ts';
import type { WindowOrder } from './payment-store.ts';

/** What became of an order, as far as the bank has told. */
export interface JudgedPayment extends WindowOrder {
  readonly state: PaymentState;
  readonly returnReason: string | undefined;
}

export const OUTCOMES_STATEMENT =
  'SELECT * FROM payment_outcome WHERE order_id = ? ORDER BY id DESC';

const STATES = z.enum([
  'paid',
  'announced',
  'returned',
  'wrong-amount',
  'paid-twice',
  'rejected',
  'missing',
]);
const POSITION = z.array(
  z.tuple([z.string().transform(named), z.int().transform((value) => signedYen(value))]),
);

/** The order with the outcome that counts, which is the last. */
export async function readJudgedPayment(
  reader: SqlReader,
  order: WindowOrder,
): Promise<JudgedPayment> {
  const [last] = await readOutcomes(reader, order);
  return {
    ...order,
    state: last?.state ?? 'missing',
    returnReason: last?.returnReason,
  };
}

/**
 * Writes down what became of an order, and moves the books to it from where they stood for that order.
 * Where nothing changed nothing is written. The carrier is told once that it is paid.
 */
export async function writeOutcome(
  transaction: Transaction,
  order: WindowOrder,
  outcome: PaymentOutcome,
  judgedAt: EpochMs,
): Promise<void> {
  const outcomes = await readOutcomes(transaction, order);
  const [last] = outcomes;
  const isCarrier = order.payee === 'carrier';
  const isTold = isCarrier && (await isCarrierTold(transaction, order));
  // The carrier's books say that it has the money: that it came back is for both to sort out.
  const position = isTold ? positionOf(order, outcome, BANK_SUSPENSE) : positionOf(order, outcome);
  const { state, returnReason } = outcome;
  const text = JSON.stringify(position.map(({ account, amount }) => [account, amount]));
  const before = last ?? { state: 'missing', returnReason: undefined, position: [], text: '[]' };
  const isSame =
    before.state === state && before.returnReason === returnReason && before.text === text;
  if (isSame) return;
  await transaction.run(
    `INSERT INTO payment_outcome (order_id, state, return_reason, position, judged_at_ms)
     VALUES (?, ?, ?, ?, ?)`,
    [order.orderId, state, returnReason ?? null, text, judgedAt],
  );
  const reference = `payment:${order.orderId}:${outcomes.length + 1}`;
  const legs = changeOfPosition(before.position, position);
  const { windowNumber, amount } = order;
  await postTransfers(transaction, [transfer(reference, 'bank-outcome', legs)], {
    windowNumber,
    postedAt: judgedAt,
  });
  if (isCarrier && !isTold && (state === 'paid' || state === 'paid-twice')) {
    await writeAdvice(transaction, { windowNumber, kind: 'paid', amount });
  }
}

async function isCarrierTold(reader: SqlReader, { windowNumber }: WindowOrder): Promise<boolean> {
  const rows = await reader.all(
    "SELECT kind FROM commission_advice WHERE window_number = ? AND kind = 'paid'",
    [windowNumber],
  );
  return rows.length > 0;
}

/** Whether the bank brought it back or refused it, so that it stands as owed. */
export async function isOwedAgain(reader: SqlReader, order: WindowOrder): Promise<boolean> {
  const [last] = await readOutcomes(reader, order);
  const payable = payableOfPayee(order.payee);
  return last?.position.some(({ account }) => account === payable) ?? false;
}

interface StoredOutcome {
  readonly state: PaymentState;
  readonly returnReason: string | undefined;
  readonly position: readonly Leg[];
  readonly text: string;
}

/** The newest first. */
async function readOutcomes(
  reader: SqlReader,
  { orderId }: WindowOrder,
): Promise<readonly StoredOutcome[]> {
  const rows = await reader.all(OUTCOMES_STATEMENT, [orderId]);
  return rows.map((row) => {
    const text = textIn(row, 'position');
    const legs = POSITION.parse(JSON.parse(text));
    return {
      state: STATES.parse(textIn(row, 'state')),
      returnReason: row['return_reason'] === null ? undefined : textIn(row, 'return_reason'),
      position: legs.map(([account, amount]) => ({ account, amount })),
      text,
    };
  });
}
