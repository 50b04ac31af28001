import type { IDm } from '#felica/identifiers';
import type { EpochMs } from '#units';
import { type CardList, readCardList } from './card-list.ts';
import { changeCardList } from './card-list-change.ts';
import { compareAt } from './card-list-cursor.ts';
import { CardListWriter } from './card-list-writer.ts';
import { encodeHotList, encodeUnsignedHotList, type HotList } from './hotlist.ts';
import { DELTA_CARDS_MAX, encodeDelta, encodeUnsignedDelta } from './hotlist-delta.ts';

export interface HotListUpdate {
  readonly createdAt: EpochMs;
  /** In any order; none of them on the list before. */
  readonly added: readonly IDm[];
  /** In any order; all of them on the list before. */
  readonly removed: readonly IDm[];
}

/** The next list of an issuer, whole and as what it changes: a terminal takes either. */
export interface HotListPublication {
  readonly list: Uint8Array;
  /** Absent for the first list, and where more changed than a delta may hold. */
  readonly delta: Uint8Array | undefined;
}

/** `sign` gives the 64 bytes of an Ed25519 signature. */
export type Sign = (bytes: Uint8Array) => Uint8Array;

/** The first list of an issuer, sequence 1. Throws `RangeError` for a card that is named twice. */
export function firstHotList(
  header: { readonly issuerId: number; readonly createdAt: EpochMs },
  cards: readonly IDm[],
  sign: Sign,
): Uint8Array {
  const unsigned = encodeUnsignedHotList({ ...header, sequence: 1 }, cardListOf(cards));
  return encodeHotList(unsigned, sign(unsigned));
}

/** Throws `RangeError` for an update that does not fit the list before, or that the format cannot hold. */
export function nextHotList(
  before: Pick<HotList, 'issuerId' | 'sequence' | 'cards'>,
  { createdAt, ...update }: HotListUpdate,
  sign: Sign,
): HotListPublication {
  const [added, removed] = [cardListOf(update.added), cardListOf(update.removed)];
  const change = changeCardList(before.cards, { added, removed });
  if (change.result === 'unfit') {
    throw new RangeError(`hot list ${change.field}: expected cards that change the list before`);
  }
  const header = { issuerId: before.issuerId, sequence: before.sequence + 1, createdAt };
  const unsigned = encodeUnsignedHotList(header, change.list);
  const listSignature = sign(unsigned);
  const list = encodeHotList(unsigned, listSignature);
  if (Math.max(added.count, removed.count) > DELTA_CARDS_MAX) return { list, delta: undefined };
  const unsignedDelta = encodeUnsignedDelta({ ...header, added, removed, listSignature });
  return { list, delta: encodeDelta(unsignedDelta, sign(unsignedDelta)) };
}

/** Sorts cards into a list. Throws `RangeError` for a card that is named twice. */
export function cardListOf(cards: readonly IDm[]): CardList {
  const writer = new CardListWriter();
  for (const idm of cards.toSorted((first, second) => compareAt(first, 0, second))) {
    writer.add(idm);
  }
  const list = readCardList(writer.bytes, writer.count);
  if (list === undefined) throw new RangeError('card list: what was written does not read');
  return list;
}
