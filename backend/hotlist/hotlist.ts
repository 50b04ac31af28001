import { sameBytes } from '#felica/identifiers';
import { type EpochMs, epochMs } from '#units';
import { type CardList, readCardList } from './card-list.ts';
import type { CardListBytes } from './card-list-cursor.ts';

export const HOTLIST_HEADER_BYTES = 24;
export const HOTLIST_SIGNATURE_BYTES = 64;
/** The most cards of one list; whoever receives one need not read further. */
export const HOTLIST_CARDS_MAX = 2_000_000;
/** No list is longer: an entry takes nine bytes at most. */
export const HOTLIST_BYTES_MAX: number =
  HOTLIST_HEADER_BYTES + 9 * HOTLIST_CARDS_MAX + HOTLIST_SIGNATURE_BYTES;

/** `KZH1`: nothing else that the issuer signs begins so. */
const MAGIC = Uint8Array.of(0x4b, 0x5a, 0x48, 0x31);

export interface HotListHeader {
  readonly issuerId: number;
  /** From 1, one more for each list of the issuer. */
  readonly sequence: number;
  readonly createdAt: EpochMs;
}

/** All cards that must not be used, as the issuer knew them at one time. */
export interface HotList extends HotListHeader {
  readonly cards: CardList;
  /** The whole file. */
  readonly bytes: Uint8Array;
  /** Everything that the signature covers. */
  readonly signedBytes: Uint8Array;
  readonly signature: Uint8Array;
}

export type DecodedHotList =
  | { readonly result: 'decoded'; readonly list: HotList }
  /** `field` is the first that is wrong, in the order of the page. */
  | { readonly result: 'refused'; readonly field: string };

/** What the issuer signs. Throws `RangeError` for what the format cannot hold. */
export function encodeUnsignedHotList(header: HotListHeader, cards: CardListBytes): Uint8Array {
  const bytes = new Uint8Array(HOTLIST_HEADER_BYTES + cards.bytes.length);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC, 0);
  view.setUint16(4, whole('issuer id', header.issuerId, 1, 0xffff));
  view.setUint32(8, whole('sequence', header.sequence, 1, 0xffff_ffff));
  view.setUint32(12, whole('count', cards.count, 0, HOTLIST_CARDS_MAX));
  view.setBigUint64(16, BigInt(header.createdAt));
  bytes.set(cards.bytes, HOTLIST_HEADER_BYTES);
  return bytes;
}

/** The file: what was signed, and its signature (64 bytes, Ed25519). */
export function encodeHotList(unsigned: Uint8Array, signature: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(unsigned.length + HOTLIST_SIGNATURE_BYTES);
  bytes.set(unsigned, 0);
  bytes.set(signature, unsigned.length);
  return bytes;
}

/**
 * Reads a list in its only spelling. The signature is checked apart, with the issuer's key. The bytes
 * are not copied: the list is searched where they lie, so nobody may change them.
 */
export function decodeHotList(bytes: Uint8Array): DecodedHotList {
  const frameBytes = HOTLIST_HEADER_BYTES + HOTLIST_SIGNATURE_BYTES;
  if (bytes.length < frameBytes || bytes.length > HOTLIST_BYTES_MAX) return refused('length');
  if (!isHotList(bytes)) return refused('magic');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const issuerId = view.getUint16(4);
  const sequence = view.getUint32(8);
  const count = view.getUint32(12);
  const createdAt = view.getBigUint64(16);
  if (issuerId === 0) return refused('issuer id');
  if (view.getUint16(6) !== 0) return refused('reserved');
  if (sequence === 0) return refused('sequence');
  if (count > HOTLIST_CARDS_MAX) return refused('count');
  if (createdAt > BigInt(Number.MAX_SAFE_INTEGER)) return refused('created at');
  const signedBytes = bytes.subarray(0, bytes.length - HOTLIST_SIGNATURE_BYTES);
  const entries = signedBytes.subarray(HOTLIST_HEADER_BYTES);
  const cards = readCardList(entries, count);
  if (cards === undefined || cards.bytes.length !== entries.length) return refused('cards');
  const list: HotList = {
    issuerId,
    sequence,
    createdAt: epochMs(Number(createdAt)),
    cards,
    bytes,
    signedBytes,
    signature: bytes.subarray(signedBytes.length),
  };
  return { result: 'decoded', list };
}

/** Whether these bytes want to be a whole list. */
export function isHotList(bytes: Uint8Array): boolean {
  return sameBytes(MAGIC, bytes.subarray(0, MAGIC.length));
}

export function whole(name: string, value: number, min: number, max: number): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new RangeError(`hot list ${name}: expected ${min} to ${max}, got ${value}`);
}

function refused(field: string): DecodedHotList {
  return { result: 'refused', field };
}
