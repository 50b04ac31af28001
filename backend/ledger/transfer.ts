import assert from 'node:assert/strict';
import { negateYen, type SignedYen, sumSignedYen, type Yen } from '#units';
import type { Account } from './chart-of-accounts.ts';

/** What moved the money. One cause makes one transfer. */
export type TransferKind =
  | 'load'
  | 'debit'
  | 'void'
  | 'refund'
  | 'pending-load'
  | 'replacement'
  | 'value-refund'
  | 'customer-payment'
  | 'hold'
  | 'release'
  | 'reversal'
  | 'merchant-payment'
  | 'commission-payment'
  | 'adjustment'
  | 'payment-again'
  | 'bank-outcome'
  | 'bank-unexpected'
  | 'commission-earned'
  | 'commission-paid'
  | 'bill-charge'
  | 'bill-reversal';

/** A debit is positive, a credit negative. */
export interface Leg {
  readonly account: Account;
  readonly amount: SignedYen;
}

/** Legs that sum to zero, no two of one account, none of zero. */
export interface Transfer {
  /** Names the cause, such as `batch:12:load`: the books take each reference once. */
  readonly reference: string;
  readonly kind: TransferKind;
  readonly legs: readonly Leg[];
}

export function debit(account: Account, amount: Yen): Leg {
  return { account, amount: sumSignedYen([amount]) };
}

export function credit(account: Account, amount: Yen): Leg {
  return { account, amount: negateYen(amount) };
}

/**
 * Joins legs of one account and drops those of zero. `undefined` if nothing moves. An unbalanced
 * transfer is a mistake of ours, and posting it would invent money: it stops the program.
 */
export function transfer(
  reference: string,
  kind: TransferKind,
  legs: readonly Leg[],
): Transfer | undefined {
  const amounts = new Map<Account, SignedYen>();
  for (const { account, amount } of legs) {
    amounts.set(account, sumSignedYen([amounts.get(account) ?? sumSignedYen([]), amount]));
  }
  assert(sumSignedYen(amounts.values()) === 0, `transfer ${reference}: the legs do not balance`);
  const moved = [...amounts].filter(([, amount]) => amount !== 0);
  if (moved.length === 0) return undefined;
  return { reference, kind, legs: moved.map(([account, amount]) => ({ account, amount })) };
}
