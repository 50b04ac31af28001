import { historyOf, purseOf } from '../card/card-inspection.ts';
import type { EmulatedCard } from '../card/emulated-card.ts';
import type { HistoryEntry } from '../purse/history-block.ts';
import type { Yen } from '../units.ts';

/*
 * What lies on a card, past the protocol: a test looks here for what a reader really left.
 */

/** Throws `RangeError` for a card without a purse of our profile. */
export function balanceOf(card: EmulatedCard): Yen {
  return requirePurse(card).balance;
}

/** The log, the newest entry first. Throws `RangeError` for a card without a purse of our profile. */
export function logOf(card: EmulatedCard): readonly HistoryEntry[] {
  requirePurse(card);
  return historyOf(card);
}

function requirePurse(card: EmulatedCard): NonNullable<ReturnType<typeof purseOf>> {
  const purse = purseOf(card);
  if (purse !== undefined) return purse;
  throw new RangeError('card: expected one with a purse of our profile');
}
