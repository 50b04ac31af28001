import { sumYen, type Yen } from '#units';
import type { BankMovement } from './statement-entry.ts';
import type { PaymentRejection } from './status-report.ts';

/** What was ordered, as far as it is looked for in statements. */
export interface OrderedPayment {
  readonly orderId: string;
  readonly instructionId: string;
  readonly amount: Yen;
  /** `pay`: money is to leave the account. `collect`: a merchant is to pay it in. */
  readonly direction: 'pay' | 'collect';
}

/**
 * Of money that is to leave the account; of money that is to come in, the other way round.
 * `paid`: it left the account once. `announced`: the bank tells of it, but has not booked it.
 * `returned`: it left and came back. `wrong-amount`: what left is another amount than was ordered.
 * `paid-twice`: it left more than once. `rejected`: the bank refused it, and it never left. `missing`:
 * nothing is told of it.
 */
export type PaymentState =
  | 'paid'
  | 'announced'
  | 'returned'
  | 'wrong-amount'
  | 'paid-twice'
  | 'rejected'
  | 'missing';

export interface PaymentOutcome {
  readonly orderId: string;
  readonly state: PaymentState;
  /** Why the bank brought it back or refused it, in its own code. */
  readonly returnReason: string | undefined;
  /** What was found of it. A movement that paid a whole file stands at each of its orders. */
  readonly movements: readonly BankMovement[];
}

export interface StatementMatch {
  /** One for each order, in their order. */
  readonly outcomes: readonly PaymentOutcome[];
  /** Movements that belong to no order: a person must say what they are. */
  readonly unexpected: readonly BankMovement[];
}

/**
 * Finds what became of each order; `orders` has all orders of each instruction. A movement belongs to
 * the order with its end-to-end id; without one, to all orders of the instruction it names, if it is
 * the sum of them, or to those that were not refused, if it is the sum of those. Amounts are compared and never searched for: two orders of one amount are two.
 */
export function matchStatement(
  orders: readonly OrderedPayment[],
  told: readonly BankMovement[],
  rejections: readonly PaymentRejection[] = [],
): StatementMatch {
  const movements = distinctMovements(told);
  const rejectionOf = (order: OrderedPayment): PaymentRejection | undefined =>
    rejections.find(
      ({ orderId, instructionId }) =>
        orderId === order.orderId || instructionId === order.instructionId,
    );
  const paying = orders.filter(({ direction }) => direction === 'pay');
  const totals = totalsOf(paying);
  const accepted = totalsOf(paying.filter((order) => rejectionOf(order) === undefined));
  const ids = new Set(orders.map(({ orderId }) => orderId));
  const ofOrder = grouped(movements, ({ endToEndId }) => endToEndId);
  const whole = movements.filter(
    ({ endToEndId, instructionId, amount }) =>
      endToEndId === undefined &&
      instructionId !== undefined &&
      (totals.get(instructionId) === amount || accepted.get(instructionId) === amount),
  );
  const ofInstruction = grouped(whole, ({ instructionId }) => instructionId);
  const wholeOf = (order: OrderedPayment): readonly BankMovement[] => {
    if (order.direction === 'collect') return [];
    const isAccepted = rejectionOf(order) === undefined;
    const all = ofInstruction.get(order.instructionId) ?? [];
    return all.filter(({ amount }) => isAccepted || amount === totals.get(order.instructionId));
  };
  const outcomes = orders.map((order) =>
    outcomeOf(order, {
      rejection: rejectionOf(order),
      own: ofOrder.get(order.orderId) ?? [],
      whole: wholeOf(order),
    }),
  );
  const isWhole = new Set(whole);
  const unexpected = movements.filter(
    (movement) =>
      !isWhole.has(movement) &&
      (movement.endToEndId === undefined || !ids.has(movement.endToEndId)),
  );
  return { outcomes, unexpected };
}

/**
 * Each movement once, although the bank may tell it in a notification, in the statement, and in a file
 * that was read before. The bank's own reference and direction say which are the same; what is booked
 * under one reference with another id or amount is another movement, for no booked money may be lost. Of
 * movements without one, a notification is what a statement tells again, if all else is equal.
 */
export function distinctMovements(told: readonly BankMovement[]): readonly BankMovement[] {
  const final = told.filter(isFinal);
  const references = new Set<string>();
  const unnamed = new Map<string, number>();
  return [...final, ...told.filter((movement) => !isFinal(movement))].filter((movement) => {
    const { bankReference } = movement;
    if (bankReference !== undefined) {
      const name = isFinal(movement) ? fullNameOf(movement) : nameOf(movement);
      const isNew = !references.has(name);
      references.add(name).add(nameOf(movement));
      return isNew;
    }
    const likeness = likenessOf(movement);
    const count = unnamed.get(likeness) ?? 0;
    if (isFinal(movement)) unnamed.set(likeness, count + 1);
    else if (count > 0) unnamed.set(likeness, count - 1);
    return isFinal(movement) || count === 0;
  });
}

/** The sum of each instruction. */
function totalsOf(orders: readonly OrderedPayment[]): ReadonlyMap<string, Yen> {
  const groups = grouped(orders, ({ instructionId }) => instructionId);
  return new Map([...groups].map(([id, ofOne]) => [id, sumYen(ofOne.map(({ amount }) => amount))]));
}

interface Found {
  readonly own: readonly BankMovement[];
  readonly whole: readonly BankMovement[];
  readonly rejection: PaymentRejection | undefined;
}

function outcomeOf(order: OrderedPayment, found: Found): PaymentOutcome {
  const { own, whole, rejection } = found;
  const movements = [...whole, ...own];
  const { orderId } = order;
  const state = stateOf(order, found);
  if (state === 'rejected') return { orderId, state, returnReason: rejection?.reason, movements };
  const returnReason = own.find((movement) => movement.returnReason !== undefined)?.returnReason;
  return { orderId, state, returnReason, movements };
}

function stateOf(
  { amount, direction: way }: OrderedPayment,
  { own, whole, rejection }: Found,
): PaymentState {
  const final = [...whole, ...own].filter(isFinal);
  if (final.length === 0) {
    if (rejection !== undefined && way === 'pay') return 'rejected';
    return own.length + whole.length > 0 ? 'announced' : 'missing';
  }
  if (own.some((movement) => isFinal(movement) && movement.amount !== amount)) {
    return 'wrong-amount';
  }
  const outgoing = way === 'pay' ? 'debit' : 'credit';
  const left = final.filter(({ direction }) => direction === outgoing).length;
  const standing = left - (final.length - left);
  if (standing > 1) return 'paid-twice';
  return standing === 1 ? 'paid' : 'returned';
}

/** Only what a statement says is booked is sure. */
export function isFinal({ kind, isBooked }: BankMovement): boolean {
  return kind === 'statement' && isBooked;
}

function nameOf({ direction, bankReference }: BankMovement): string {
  return `${direction} ${bankReference}`;
}

function fullNameOf(movement: BankMovement): string {
  const { endToEndId, amount } = movement;
  return `${nameOf(movement)} ${amount} ${endToEndId ?? ''}`;
}

function likenessOf(movement: BankMovement): string {
  const { endToEndId, instructionId, amount, direction } = movement;
  return JSON.stringify([endToEndId, instructionId, amount, direction]);
}

function grouped<Item, Key>(
  items: readonly Item[],
  keyOf: (item: Item) => Key,
): ReadonlyMap<Key, readonly Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
