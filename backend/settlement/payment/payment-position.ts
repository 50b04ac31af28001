import { type SignedYen, signedYen } from '#units';
import { type Account, BANK_SUSPENSE, FLOAT } from '../../ledger/chart-of-accounts.ts';
import type { Leg } from '../../ledger/transfer.ts';
import type { BankMovement } from '../bank/statement-entry.ts';
import { isFinal, type PaymentOutcome } from '../bank/statement-match.ts';
import { payableOfPayee, transitOf } from '../payee.ts';
import type { WindowOrder } from './payment-store.ts';

/**
 * The carrier is told once that it is paid, and books it: from then on what the books owe to it stays.
 * `by-this`: this order is the one it was told for. `by-another`: it is not.
 */
export type CarrierTold = 'by-this' | 'by-another';

/**
 * All that the bank has made of one order, as legs of the books that sum to zero. The float moves by
 * what statements say and by nothing else. A payment that was made leaves what is in transit; one that
 * came back or was refused is owed again; whatever is left over stands in suspense until a person has
 * looked.
 */
export function positionOf(
  order: WindowOrder,
  outcome: PaymentOutcome,
  told?: CarrierTold,
): readonly Leg[] {
  const { payee, direction, amount } = order;
  const final = outcome.movements.filter(isFinal);
  const moved = final.reduce((sum, movement) => sum + movedBy(order, movement), 0);
  const isBack = isBackIn(order, outcome) && told !== 'by-this';
  const isPaid = outcome.state === 'paid' || outcome.state === 'paid-twice';
  const hasLeft = told === undefined ? isPaid : told === 'by-this';
  const cleared = isBack || hasLeft ? amount : 0;
  const owedAgain = isBack ? amount : 0;
  const sign = direction === 'pay' ? 1 : -1;
  const leg = (account: Account, value: number): Leg => ({
    account,
    amount: signedYen(sign * value),
  });
  return [
    leg(transitOf(payee, direction), cleared),
    leg(payableOfPayee(payee), -owedAgain),
    leg(FLOAT, -moved),
    leg(BANK_SUSPENSE, moved - cleared + owedAgain),
  ].filter((one) => one.amount !== 0);
}

/** It left and came back, or never left because it was refused. A collection stays due by itself. */
function isBackIn({ direction }: WindowOrder, { state, movements }: PaymentOutcome): boolean {
  if (direction === 'collect') return false;
  if (state === 'rejected') return true;
  const hasLeft = movements.some((one) => isFinal(one) && one.direction === 'debit');
  return state === 'returned' && hasLeft;
}

/** What it moved in the direction of the order. A movement of a whole file has each of its orders in it. */
function movedBy(
  { direction: way, amount: ordered }: WindowOrder,
  { endToEndId, amount, direction }: BankMovement,
): number {
  const share = endToEndId === undefined ? ordered : amount;
  return direction === (way === 'pay' ? 'debit' : 'credit') ? share : -share;
}

/** What takes the books from one position to the next. */
export function changeOfPosition(before: readonly Leg[], after: readonly Leg[]): readonly Leg[] {
  return [...after, ...before.map(({ account, amount }) => ({ account, amount: negated(amount) }))];
}

function negated(amount: SignedYen): SignedYen {
  return signedYen(-amount);
}
