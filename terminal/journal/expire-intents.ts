import { type EpochMs, type Milliseconds, milliseconds } from '#units';
import type { PurseIntent } from '../debit/purse-journal.ts';
import type { Journal } from './journal.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;

/**
 * Our choice. The schemes of Japan let a shop ask for 55 days what became of a tap, and find most of
 * them by matching within months (purse-schemes.md 2.3).
 */
export const EXPIRY_AGE: Milliseconds = milliseconds(90 * DAY_MS);

/**
 * Gives up waiting for the cards of intents that are older than {@link EXPIRY_AGE}: they are not sales
 * then. If such a card is touched here after all, it still tells what it did. Resolves with those
 * that expired now.
 */
export async function expireIntents(
  journal: Journal,
  now: EpochMs,
): Promise<readonly PurseIntent[]> {
  const waiting = journal.intentsAwaitingCard();
  const expired = waiting.filter(({ time }) => now - time > EXPIRY_AGE);
  for (const intent of expired) await journal.recordOutcome(intent, { state: 'expired' });
  return expired;
}
