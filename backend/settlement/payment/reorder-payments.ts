import type { BusinessDate, EpochMs } from '#units';
import type { Transaction } from '../../database/database.ts';
import { postTransfers } from '../../ledger/posting.ts';
import { credit, debit, transfer } from '../../ledger/transfer.ts';
import { payableOfPayee, transitOf } from '../payee.ts';
import { readWindow } from '../window.ts';
import {
  completeDraft,
  firstPayDay,
  isPayDay,
  type OrderDependencies,
  type OrderOptions,
  type OrderResult,
} from './order-payments.ts';
import { isOwedAgain } from './payment-outcome.ts';
import {
  type OrderedPayments,
  readOrderedPayments,
  type WindowOrder,
  writeOrderedPayments,
} from './payment-store.ts';

/**
 * Orders again what the bank brought back or refused, to the accounts that are registered now, under ids
 * of their own: the first ones are used up. Where nothing has come back since it was last ordered again,
 * it is the same as then.
 */
export function reorderPayments(
  { database, now }: OrderDependencies,
  { windowNumber, payOn }: OrderOptions,
): Promise<OrderResult> {
  return database.transaction(async (transaction): Promise<OrderResult> => {
    const detail = `window ${windowNumber}`;
    if ((await readWindow(transaction, windowNumber)) === undefined) {
      return { result: 'refused', reason: 'SETTLEMENT_WINDOW_UNKNOWN', detail };
    }
    const known = await readOrderedPayments(transaction, windowNumber);
    const owed: WindowOrder[] = [];
    for (const order of lastOrders(known)) {
      if (await isOwedAgain(transaction, order)) owed.push(order);
    }
    if (owed.length === 0 && known.length > 1) return { result: 'repeated', ordered: known };
    return orderAgain(transaction, owed, {
      windowNumber,
      attempt: known.length + 1,
      now: now(),
      payOn,
    });
  });
}

interface Attempt {
  readonly windowNumber: number;
  readonly attempt: number;
  readonly now: EpochMs;
  readonly payOn: BusinessDate | undefined;
}

async function orderAgain(
  transaction: Transaction,
  owed: readonly WindowOrder[],
  { windowNumber, attempt, now: createdAt, payOn: asked }: Attempt,
): Promise<OrderResult> {
  const payOn = asked ?? firstPayDay(createdAt);
  if (!isPayDay(payOn, createdAt)) {
    return { result: 'refused', reason: 'SETTLEMENT_PAY_DAY_INVALID', detail: payOn };
  }
  const items = owed.map(({ payee, direction, amount }) => ({ payee, direction, amount }));
  const draft = { windowNumber, attempt, createdAt, payOn, items };
  const completed = await completeDraft(transaction, draft);
  if (completed.result === 'refused') return completed;
  const transfers = completed.ordered.orders.map(({ orderId, payee, amount }) =>
    transfer(`payment:${orderId}`, 'payment-again', [
      debit(payableOfPayee(payee), amount),
      credit(transitOf(payee, 'pay'), amount),
    ]),
  );
  await postTransfers(transaction, transfers, { windowNumber, postedAt: createdAt });
  await writeOrderedPayments(transaction, completed.ordered);
  return { result: 'ordered', ordered: await readOrderedPayments(transaction, windowNumber) };
}

/** The last order for each payee: those before it came back, and were ordered again. */
function lastOrders(ordered: readonly OrderedPayments[]): readonly WindowOrder[] {
  const orders = ordered.flatMap((one) => one.orders);
  return [...new Map(orders.map((order) => [order.payee, order])).values()];
}
