import { HISTORY_READ, PURSE_READ, PURSE_SYSTEM_CODE } from '../purse/card-profile.ts';
import { decodeHistoryEntry, type HistoryEntry } from '../purse/history-block.ts';
import { decodePurseBlock, type PurseBlock } from '../purse/purse-block.ts';
import type { FelicaCard } from './felica-card.ts';

/*
 * A look past the protocol, for tests and demonstrations: what a card of our profile really holds.
 */

/** `undefined` for a card of another profile. */
export function purseOf(card: FelicaCard): PurseBlock | undefined {
  const [block] = card.storedBlocks(PURSE_SYSTEM_CODE, PURSE_READ);
  return block && decodePurseBlock(block);
}

/** The newest first, without the entries that were never written. */
export function historyOf(card: FelicaCard): readonly HistoryEntry[] {
  return card
    .storedBlocks(PURSE_SYSTEM_CODE, HISTORY_READ)
    .map(decodeHistoryEntry)
    .filter((entry) => entry !== undefined);
}
