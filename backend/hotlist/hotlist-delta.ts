import { sameBytes } from '#felica/identifiers';
import { epochMs } from '#units';
import { type CardList, readCardList } from './card-list.ts';
import { changeCardList } from './card-list-change.ts';
import type { CardListBytes } from './card-list-cursor.ts';
import {
  encodeHotList,
  encodeUnsignedHotList,
  HOTLIST_CARDS_MAX,
  HOTLIST_SIGNATURE_BYTES,
  type HotList,
  type HotListHeader,
  whole,
} from './hotlist.ts';

export const DELTA_HEADER_BYTES = 92;
/** The most cards that one delta adds, and the most it removes; above, a whole list is better. */
export const DELTA_CARDS_MAX = 200_000;

/** `KZD1`: nothing else that the issuer signs begins so. */
const MAGIC = Uint8Array.of(0x4b, 0x5a, 0x44, 0x31);
/** No delta is longer. */
export const DELTA_BYTES_MAX: number =
  DELTA_HEADER_BYTES + 18 * DELTA_CARDS_MAX + HOTLIST_SIGNATURE_BYTES;

/** What changes the list before this one into this one. */
export interface HotListChange extends HotListHeader {
  readonly added: CardListBytes;
  readonly removed: CardListBytes;
  /** The issuer's signature of the whole list that the change leads to. */
  readonly listSignature: Uint8Array;
}

export interface HotListDelta extends HotListChange {
  readonly added: CardList;
  readonly removed: CardList;
  readonly signedBytes: Uint8Array;
  readonly signature: Uint8Array;
}

export type DecodedDelta =
  | { readonly result: 'decoded'; readonly delta: HotListDelta }
  /** `field` is the first that is wrong, in the order of the page. */
  | { readonly result: 'refused'; readonly field: string };

export type AppliedDelta =
  /** The file of the whole list, with the signature that the delta brought; it is to be checked. */
  | { readonly result: 'applied'; readonly bytes: Uint8Array }
  | { readonly result: 'unfit'; readonly field: 'issuer id' | 'sequence' | 'added' | 'removed' };

/** What the issuer signs. Throws `RangeError` for what the format cannot hold. */
export function encodeUnsignedDelta(change: HotListChange): Uint8Array {
  const { added, removed, listSignature } = change;
  const addedEnd = DELTA_HEADER_BYTES + added.bytes.length;
  const bytes = new Uint8Array(addedEnd + removed.bytes.length);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC, 0);
  view.setUint16(4, whole('issuer id', change.issuerId, 1, 0xffff));
  view.setUint32(8, whole('sequence', change.sequence, 2, 0xffff_ffff));
  view.setUint32(12, whole('added', added.count, 0, DELTA_CARDS_MAX));
  view.setUint32(16, whole('removed', removed.count, 0, DELTA_CARDS_MAX));
  view.setBigUint64(20, BigInt(change.createdAt));
  bytes.set(listSignature, 28);
  bytes.set(added.bytes, DELTA_HEADER_BYTES);
  bytes.set(removed.bytes, addedEnd);
  return bytes;
}

/** The file: what was signed, and its signature (64 bytes, Ed25519). */
export function encodeDelta(unsigned: Uint8Array, signature: Uint8Array): Uint8Array {
  return encodeHotList(unsigned, signature);
}

/** Reads a delta in its only spelling. Its signature is checked apart, with the issuer's key. */
export function decodeDelta(bytes: Uint8Array): DecodedDelta {
  const frameBytes = DELTA_HEADER_BYTES + HOTLIST_SIGNATURE_BYTES;
  if (bytes.length < frameBytes || bytes.length > DELTA_BYTES_MAX) return refused('length');
  if (!isDelta(bytes)) return refused('magic');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const issuerId = view.getUint16(4);
  const sequence = view.getUint32(8);
  const addedCount = view.getUint32(12);
  const removedCount = view.getUint32(16);
  const createdAt = view.getBigUint64(20);
  if (issuerId === 0) return refused('issuer id');
  if (view.getUint16(6) !== 0) return refused('reserved');
  if (sequence < 2) return refused('sequence');
  if (addedCount > DELTA_CARDS_MAX) return refused('added count');
  if (removedCount > DELTA_CARDS_MAX) return refused('removed count');
  if (createdAt > BigInt(Number.MAX_SAFE_INTEGER)) return refused('created at');
  const signedBytes = bytes.subarray(0, bytes.length - HOTLIST_SIGNATURE_BYTES);
  const entries = signedBytes.subarray(DELTA_HEADER_BYTES);
  const added = readCardList(entries, addedCount);
  if (added === undefined) return refused('added');
  const rest = entries.subarray(added.bytes.length);
  const removed = readCardList(rest, removedCount);
  if (removed === undefined || removed.bytes.length !== rest.length) return refused('removed');
  const delta: HotListDelta = {
    issuerId,
    sequence,
    createdAt: epochMs(Number(createdAt)),
    added,
    removed,
    listSignature: signedBytes.subarray(28, DELTA_HEADER_BYTES),
    signedBytes,
    signature: bytes.subarray(signedBytes.length),
  };
  return { result: 'decoded', delta };
}

/** Whether these bytes want to be a delta. */
export function isDelta(bytes: Uint8Array): boolean {
  return sameBytes(MAGIC, bytes.subarray(0, MAGIC.length));
}

/** The list after this one. A whole list has one spelling, so the issuer could sign the result. */
export function applyDelta(list: HotList, delta: HotListDelta): AppliedDelta {
  if (delta.issuerId !== list.issuerId) return { result: 'unfit', field: 'issuer id' };
  if (delta.sequence !== list.sequence + 1) return { result: 'unfit', field: 'sequence' };
  const change = changeCardList(list.cards, delta);
  if (change.result === 'unfit') return change;
  if (change.list.count > HOTLIST_CARDS_MAX) return { result: 'unfit', field: 'added' };
  const unsigned = encodeUnsignedHotList(delta, change.list);
  return { result: 'applied', bytes: encodeHotList(unsigned, delta.listSignature) };
}

function refused(field: string): DecodedDelta {
  return { result: 'refused', field };
}
