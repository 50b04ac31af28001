import { encodeHistoryEntry, type HistoryEntry } from '#purse/history-block';
import { cardCounterOf, type PurseBlock, sameExecutionId } from '#purse/purse-block';
import type { PurseIntent } from './purse-journal.ts';

export type Evidence = 'done' | 'not-done' | 'unknown';

export interface CardEvidence {
  readonly purse: PurseBlock;
  /** Newest first. */
  readonly history: readonly HistoryEntry[];
}

/**
 * What the card, read again, tells of a purse write whose answer was lost (debit-protocol.md).
 *
 * Silence was no evidence; these are, in this order: the execution ID that the purse holds, the
 * card counter with the balance, and the history entry that was written in the same command. A
 * late execution is impossible: reading again took a new authentication, which ended the session
 * that the lost frame belonged to.
 */
export function evidenceOf(intent: PurseIntent, { purse, history }: CardEvidence): Evidence {
  const counter = cardCounterOf(purse.executionId);
  // Behind the write and not where it stood before it, the card was set back to an older state.
  if (counter < intent.cardCounter) return isUntouched(intent, purse) ? 'not-done' : 'unknown';
  const entry = history.find((candidate) => candidate.cardCounter === intent.cardCounter);
  if (entry === undefined) return 'unknown';
  const isOurs = isSameEntry(entry, intent);
  if (counter > intent.cardCounter) return isOurs ? 'done' : 'not-done';
  // The last write of the card has our counter: purse and log must tell the same story.
  const isHeld = sameExecutionId(purse.executionId, intent.executionId);
  if (isHeld !== isOurs) return 'unknown';
  return isHeld ? 'done' : 'not-done';
}

/** The card stands where it stood before the write. */
export function isUntouched(intent: PurseIntent, purse: PurseBlock): boolean {
  const isCounterBefore = cardCounterOf(purse.executionId) === intent.cardCounter - 1;
  return isCounterBefore && purse.balance === intent.balanceBefore;
}

/** The block is compared as the card gave it back: every field of the entry is ours or none is. */
export function isSameEntry(entry: HistoryEntry, intent: PurseIntent): boolean {
  const block = encodeHistoryEntry(entry);
  return block.every((byte, index) => byte === intent.historyBlock[index]);
}
