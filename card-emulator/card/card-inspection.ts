import type { NodeCode } from '../felica/identifiers.ts';
import { LiteBlock } from '../felica/lite-s-block.ts';
import { type CardData, decodeCardData, encodeCardData } from '../purse/card-data.ts';
import {
  CARD_DATA_READ,
  HISTORY_READ,
  PURSE_READ,
  PURSE_SYSTEM_CODE,
  VALIDITY_READ,
} from '../purse/card-profile.ts';
import { decodeHistoryEntry, type HistoryEntry } from '../purse/history-block.ts';
import { isLitePurseId, LITE_HISTORY_COUNT, LitePurseBlock } from '../purse/lite-s-profile.ts';
import {
  cardCounterOf,
  decodePurseBlock,
  encodePurseBlock,
  type PurseBlock,
} from '../purse/purse-block.ts';
import { isValidCard, VALID_BALANCE } from '../purse/validity-purse.ts';
import type { EmulatedCard } from './emulated-card.ts';
import { FelicaCard } from './felica-card.ts';
import { LiteCard } from './lite-card.ts';

/*
 * A look past the protocol, for tests and demonstrations: what a card of our profile really holds.
 */

const LITE_BLOCKS: ReadonlyMap<NodeCode, readonly number[]> = new Map([
  [PURSE_READ, [LitePurseBlock.purse]],
  [CARD_DATA_READ, [LitePurseBlock.cardData]],
  [VALIDITY_READ, [LitePurseBlock.validity]],
  [
    HISTORY_READ,
    Array.from({ length: LITE_HISTORY_COUNT }, (_, slot) => LitePurseBlock.history + slot),
  ],
]);

/** `undefined` for a card of another profile. */
export function purseOf(card: EmulatedCard): PurseBlock | undefined {
  const [block] = storedBlocks(card, PURSE_READ);
  return block && decodePurseBlock(block);
}

/** The newest first, without the entries that were never written. */
export function historyOf(card: EmulatedCard): readonly HistoryEntry[] {
  const entries = storedBlocks(card, HISTORY_READ)
    .map(decodeHistoryEntry)
    .filter((entry) => entry !== undefined);
  const purse = purseOf(card);
  if (!(card instanceof LiteCard) || purse === undefined) return entries;
  // A ring; above the purse's counter an entry is an intent that never came to be.
  const counter = cardCounterOf(purse.executionId);
  return entries
    .filter(({ cardCounter }) => cardCounter <= counter)
    .sort((first, second) => second.cardCounter - first.cardCounter);
}

/** `undefined` for a card of another profile, and for data of another version. */
export function cardDataOf(card: EmulatedCard): CardData | undefined {
  const [block] = storedBlocks(card, CARD_DATA_READ);
  return block && decodeCardData(block);
}

/** The validity purse, which a terminal empties to block the card; `undefined` as for the purse. */
export function validityOf(card: EmulatedCard): PurseBlock | undefined {
  const [block] = storedBlocks(card, VALIDITY_READ);
  return block && decodePurseBlock(block);
}

/** Blocked by the issuer's flag or by a terminal; `undefined` for a card of another profile. */
export function isBlockedOf(card: EmulatedCard): boolean | undefined {
  const cardData = cardDataOf(card);
  if (cardData === undefined) return undefined;
  const validity = validityOf(card);
  return cardData.isBlocked || (validity !== undefined && !isValidCard(validity));
}

/**
 * Sets the block flag as the issuer's command would; taking it away also makes a card valid again
 * that a terminal blocked. `false` for a card of another profile, and for a Lite-S, on which nobody can.
 */
export function setBlocked(card: EmulatedCard, isBlocked: boolean): boolean {
  const cardData = cardDataOf(card);
  if (cardData === undefined || !(card instanceof FelicaCard)) return false;
  const validity = validityOf(card);
  if (!isBlocked && validity !== undefined) {
    const valid = encodePurseBlock({ ...validity, balance: VALID_BALANCE });
    card.replaceStoredBlock(PURSE_SYSTEM_CODE, VALIDITY_READ, { number: 0, content: valid });
  }
  const content = encodeCardData({ ...cardData, isBlocked });
  return card.replaceStoredBlock(PURSE_SYSTEM_CODE, CARD_DATA_READ, { number: 0, content });
}

function storedBlocks(card: EmulatedCard, service: NodeCode): readonly Uint8Array[] {
  if (card instanceof LiteCard) return storedLiteBlocks(card, service);
  return card instanceof FelicaCard ? card.storedBlocks(PURSE_SYSTEM_CODE, service) : [];
}

/** Where a Lite-S with our purse has what that service of a Standard card has. */
function storedLiteBlocks(card: LiteCard, service: NodeCode): readonly Uint8Array[] {
  const id = card.storedBlock(LiteBlock.id);
  if (card.kind !== 'lite-s' || id === undefined || !isLitePurseId(card.idm, id)) return [];
  return (LITE_BLOCKS.get(service) ?? []).flatMap((number) => card.storedBlock(number) ?? []);
}
