import type { AccessMode } from '../felica/block-list.ts';
import { StatusFlag2 } from '../felica/status-flag.ts';
import {
  PURSE_BALANCE_MAX,
  type PurseAmount,
  type PurseBlock,
  sameExecutionId,
} from '../purse/purse-block.ts';
import type { PurseOperation } from '../purse/transaction-certificate.ts';
import { addYen, subtractYen, yen } from '../units.ts';
import type { ServiceAccess } from './service-attribute.ts';

/** What a write does to a stored purse. `repeated` is a normal end that changes nothing. */
export type PurseWrite =
  | { readonly result: 'stored'; readonly purse: PurseBlock }
  | { readonly result: 'repeated' }
  | { readonly result: 'refused'; readonly statusFlag2: StatusFlag2 };

/**
 * Which operation a write is (M617 §3.4.4, table 3-6); `undefined` where the service permits none.
 * The access rights are separate service codes, so the key decides who may do what.
 */
export function purseOperationOf(
  access: ServiceAccess,
  accessMode: AccessMode,
): PurseOperation | undefined {
  if (accessMode === 'normal' && access === 'direct') return 'direct';
  if (accessMode === 'cashback' && access === 'cashback-decrement') return 'cashback';
  const isDecrement = access === 'cashback-decrement' || access === 'decrement';
  return accessMode === 'normal' && isDecrement ? 'decrement' : undefined;
}

/**
 * Takes an amount from a stored purse (M617 §3.4.4, figure 3-16).
 *
 * The execution ID is compared before the amount: a card that already did this decrement answers
 * success and subtracts nothing, whatever amount the repeat carries. That makes a retry safe, and
 * it makes a reused ID a sale that took no money, so the terminal must never reuse one.
 *
 * An amount of 0 stores cashback 0: it closes the window in which the last decrement can be undone.
 */
export function decrement(purse: PurseBlock, { amount, executionId }: PurseAmount): PurseWrite {
  if (sameExecutionId(purse.executionId, executionId)) return { result: 'repeated' };
  if (amount > purse.balance) return refused(StatusFlag2.purseResultOutOfRange);
  const balance = subtractYen(purse.balance, amount);
  return { result: 'stored', purse: { ...purse, balance, cashback: amount, executionId } };
}

/**
 * Gives back at most the amount of the last decrement (M617 §3.4.4, figure 3-17). It can be done
 * once, because it leaves cashback 0.
 */
export function cashback(purse: PurseBlock, { amount, executionId }: PurseAmount): PurseWrite {
  if (sameExecutionId(purse.executionId, executionId)) return { result: 'repeated' };
  if (amount > purse.cashback) return refused(StatusFlag2.cashbackTooLarge);
  const balance = addYen(purse.balance, amount);
  if (balance > PURSE_BALANCE_MAX) return refused(StatusFlag2.purseResultOutOfRange);
  return { result: 'stored', purse: { ...purse, balance, cashback: yen(0), executionId } };
}

/**
 * Stores the whole block as given, without a look at the execution ID (M617 §3.4.4, table 3-7).
 *
 * One implementation reads §4.4.6 so that direct access may not raise the balance or the cashback
 * data; the passage could not be read, and a purse needs some way to be topped up. Our choice:
 * unrestricted, and `mayNotIncrease` for the other reading.
 */
export function direct(
  purse: PurseBlock,
  written: PurseBlock,
  { mayNotIncrease }: { readonly mayNotIncrease: boolean },
): PurseWrite {
  const isIncrease = written.balance > purse.balance || written.cashback > purse.cashback;
  if (mayNotIncrease && isIncrease) return refused(StatusFlag2.accessNotPermitted);
  return { result: 'stored', purse: written };
}

function refused(statusFlag2: StatusFlag2): PurseWrite {
  return { result: 'refused', statusFlag2 };
}
