import type { NodeCode } from '../felica/identifiers.ts';
import { type CardData, decodeCardData, encodeCardData } from '../purse/card-data.ts';
import {
  CARD_DATA_READ,
  HISTORY_READ,
  PURSE_READ,
  PURSE_SYSTEM_CODE,
} from '../purse/card-profile.ts';
import { decodeHistoryEntry, type HistoryEntry } from '../purse/history-block.ts';
import { decodePurseBlock, type PurseBlock } from '../purse/purse-block.ts';
import type { EmulatedCard } from './emulated-card.ts';
import { FelicaCard } from './felica-card.ts';

/*
 * A look past the protocol, for tests and demonstrations: what a card of our profile really holds.
 */

/** `undefined` for a card of another profile. */
export function purseOf(card: EmulatedCard): PurseBlock | undefined {
  const [block] = storedBlocks(card, PURSE_READ);
  return block && decodePurseBlock(block);
}

/** The newest first, without the entries that were never written. */
export function historyOf(card: EmulatedCard): readonly HistoryEntry[] {
  return storedBlocks(card, HISTORY_READ)
    .map(decodeHistoryEntry)
    .filter((entry) => entry !== undefined);
}

/** `undefined` for a card of another profile, and for data of another version. */
export function cardDataOf(card: EmulatedCard): CardData | undefined {
  const [block] = storedBlocks(card, CARD_DATA_READ);
  return block && decodeCardData(block);
}

/** Sets the block flag as the issuer's command would. `false` for a card of another profile. */
export function setBlocked(card: EmulatedCard, isBlocked: boolean): boolean {
  const cardData = cardDataOf(card);
  if (cardData === undefined || !(card instanceof FelicaCard)) return false;
  const content = encodeCardData({ ...cardData, isBlocked });
  return card.replaceStoredBlock(PURSE_SYSTEM_CODE, CARD_DATA_READ, { number: 0, content });
}

function storedBlocks(card: EmulatedCard, service: NodeCode): readonly Uint8Array[] {
  return card instanceof FelicaCard ? card.storedBlocks(PURSE_SYSTEM_CODE, service) : [];
}
