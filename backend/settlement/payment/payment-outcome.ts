import { z } from 'zod';
import { type EpochMs, signedYen } from '#units';
import type { SqlReader, Transaction } from '../../database/database.ts';
import { textIn } from '../../database/row.ts';
import { balanceOf, readWindowBalances } from '../../ledger/books.ts';
import { named } from '../../ledger/chart-of-accounts.ts';
import { postTransfers } from '../../ledger/posting.ts';
import { type Leg, transfer } from '../../ledger/transfer.ts';
import type { PaymentOutcome, PaymentState } from '../bank/statement-match.ts';
import { writeAdvice } from '../commission-advice.ts';
import { payableOfPayee } from '../payee.ts';
import { type CarrierTold, changeOfPosition, positionOf } from './payment-position.ts';
import type { WindowOrder } from './payment-store.ts';

/** What became of an order, as far as the bank has told. */
export interface JudgedPayment extends WindowOrder {
  readonly state: PaymentState;
  readonly returnReason: string | undefined;
}

export const OUTCOMES_STATEMENT =
  'SELECT * FROM payment_outcome WHERE order_id = ? ORDER BY id DESC';

/** The payment for which the carrier was told. */
export const FIRST_PAID_STATEMENT = `
SELECT paid.order_id FROM payment_order CROSS JOIN payment_outcome AS paid
ON paid.order_id = payment_order.order_id
WHERE window_number = ? AND party = 'carrier' AND paid.state IN ('paid', 'paid-twice')
ORDER BY paid.id LIMIT 1`;

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
  const told = await carrierTold(transaction, order);
  const position = positionOf(order, outcome, told);
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
  const isPaid = state === 'paid' || state === 'paid-twice';
  if (order.payee === 'carrier' && told === undefined && isPaid) {
    await writeAdvice(transaction, { windowNumber, kind: 'paid', amount });
  }
}

/** Whether the carrier is told that this window is paid, and if so for which order. */
async function carrierTold(
  reader: SqlReader,
  { payee, windowNumber, orderId }: WindowOrder,
): Promise<CarrierTold | undefined> {
  if (payee !== 'carrier') return undefined;
  const [first] = await reader.all(FIRST_PAID_STATEMENT, [windowNumber]);
  if (first === undefined) return undefined;
  return textIn(first, 'order_id') === orderId ? 'by-this' : 'by-another';
}

/**
 * Whether the bank brought it back or refused it, and the window still owes it: what was paid in the
 * end under an older id is owed no more.
 */
export async function isOwedAgain(reader: SqlReader, order: WindowOrder): Promise<boolean> {
  const [last] = await readOutcomes(reader, order);
  const payable = payableOfPayee(order.payee);
  if (last?.position.some(({ account }) => account === payable) !== true) return false;
  const ofWindow = await readWindowBalances(reader, order.windowNumber);
  return balanceOf(ofWindow, payable) <= -order.amount;
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
