import { type SignedYen, signedYen } from '#units';
import { type Account, BANK_SUSPENSE, FLOAT } from '../../ledger/chart-of-accounts.ts';
import type { Leg } from '../../ledger/transfer.ts';
import type { BankMovement } from '../bank/statement-entry.ts';
import { isFinal, type PaymentOutcome } from '../bank/statement-match.ts';
import { payableOfPayee, transitOf } from '../payee.ts';
import type { WindowOrder } from './payment-store.ts';

/**
 * All that the bank has made of one order, as legs of the books that sum to zero. The float moves by
 * what statements say and by nothing else. A payment that was made leaves what is in transit; one that
 * came back or was refused is owed again; whatever is left over stands in suspense until a person has looked.
 */
export function positionOf(
  { payee, direction, amount }: WindowOrder,
  { state, movements }: PaymentOutcome,
  /** Where a payment that came back is owed. */
  home: Account = payableOfPayee(payee),
): readonly Leg[] {
  const outgoing = direction === 'pay' ? 'debit' : 'credit';
  const final = movements.filter(isFinal);
  const hasLeft = final.some((movement) => movement.direction === outgoing);
  const moved = final.reduce(
    (sum, movement) => sum + shareOf(movement, amount) * (movement.direction === outgoing ? 1 : -1),
    0,
  );
  const isBack = direction === 'pay' && (state === 'rejected' || (state === 'returned' && hasLeft));
  const cleared = state === 'paid' || state === 'paid-twice' || isBack ? amount : 0;
  const owedAgain = isBack ? amount : 0;
  const sign = direction === 'pay' ? 1 : -1;
  const leg = (account: Account, value: number): Leg => ({
    account,
    amount: signedYen(sign * value),
  });
  return [
    leg(transitOf(payee, direction), cleared),
    leg(home, -owedAgain),
    leg(FLOAT, -moved),
    leg(BANK_SUSPENSE, moved - cleared + owedAgain),
  ].filter((one) => one.amount !== 0);
}

/** What takes the books from one position to the next. */
export function changeOfPosition(before: readonly Leg[], after: readonly Leg[]): readonly Leg[] {
  return [...after, ...before.map(({ account, amount }) => ({ account, amount: negated(amount) }))];
}

/** A movement of a whole file has each of its orders in it. */
function shareOf({ endToEndId, amount }: BankMovement, ofOrder: number): number {
  return endToEndId === undefined ? ofOrder : amount;
}

function negated(amount: SignedYen): SignedYen {
  return signedYen(-amount);
}
