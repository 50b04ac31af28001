import type { HistoryEntry } from '#purse/history-block';
import { type DebitDependencies, type SettledIntent, settleFromCard } from './debit.ts';
import type { PurseSnapshot } from './purse-card.ts';

/** What a card tells where nothing is sold. */
export interface CardReading {
  readonly idm: Uint8Array;
  readonly snapshot: PurseSnapshot;
  /** Newest first; `undefined` unless it was asked for. */
  readonly history: readonly HistoryEntry[] | undefined;
  /** What was half done on this card and is known now. */
  readonly settled: readonly SettledIntent[];
}

/**
 * Reads a card and writes nothing to it. What was half done on it is settled, as at any touch.
 * `undefined` if the card left; what was settled until then stays so.
 */
export async function readAndSettle(
  withHistory: boolean,
  dependencies: DebitDependencies,
): Promise<CardReading | undefined> {
  const { card } = dependencies;
  const snapshot = await card.read();
  if (snapshot === undefined) return undefined;
  const settled = await settleFromCard(snapshot, dependencies);
  if (settled === 'card-left') return undefined;
  const history = withHistory ? await card.readHistory() : undefined;
  const isWhole = !withHistory || history !== undefined;
  return isWhole ? { idm: card.idm, snapshot, history, settled } : undefined;
}
