import { IDM_BYTES } from '#felica/identifiers';
import { BLOCK_ENTRIES, CardListCursor, compareAt } from './card-list-cursor.ts';

/**
 * Cards in ascending order of their IDm, in the bytes of the format and with the place of each block
 * (hotlist-format.md). A list of 1.5 million cards is searched as it lies: nothing is unpacked.
 */
export interface CardList {
  readonly count: number;
  readonly bytes: Uint8Array;
  /** Where each block begins in `bytes`. */
  readonly blockOffsets: Uint32Array;
}

/**
 * Reads `count` entries from the beginning of `bytes`, which may go on behind them: `list.bytes` tells
 * how far they went. `undefined` unless they are in strictly ascending order and in the one spelling
 * that {@link CardListWriter} gives them.
 */
export function readCardList(bytes: Uint8Array, count: number): CardList | undefined {
  const blockOffsets = new Uint32Array(Math.ceil(count / BLOCK_ENTRIES));
  const cursor = new CardListCursor({ count, bytes });
  for (let index = 0; index < count; index++) {
    if (index % BLOCK_ENTRIES === 0) blockOffsets[index / BLOCK_ENTRIES] = cursor.offset;
    if (!cursor.next()) return undefined;
  }
  return { count, bytes: bytes.subarray(0, cursor.offset), blockOffsets };
}

/** Whether the card is on the list: exact, in about log2(count) steps. */
export function isListed(list: CardList, idm: Uint8Array): boolean {
  const { bytes, blockOffsets, count } = list;
  let low = 0;
  let high = blockOffsets.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareAt(bytes, blockOffsets[middle] ?? 0, idm) <= 0) low = middle + 1;
    else high = middle;
  }
  const block = low - 1;
  if (block < 0) return false;
  const entries = Math.min(BLOCK_ENTRIES, count - block * BLOCK_ENTRIES);
  return isInBlock(bytes, blockOffsets[block] ?? 0, { idm, entries });
}

/**
 * Goes through one block without putting any entry together. `matching` is how many first bytes of the
 * IDm the entry before has too; that entry is smaller than the IDm.
 */
function isInBlock(
  bytes: Uint8Array,
  start: number,
  { idm, entries }: { readonly idm: Uint8Array; readonly entries: number },
): boolean {
  let matching = matchingBytes(bytes, start, { idm, from: 0 });
  if (matching === IDM_BYTES) return true;
  let offset = start + IDM_BYTES;
  for (let entry = 1; entry < entries; entry++) {
    const kept = bytes[offset] ?? 0;
    // Its first byte of its own is greater than the IDm's, and so is every entry behind it.
    if (kept < matching) return false;
    if (kept === matching) {
      matching = matchingBytes(bytes, offset + 1 - kept, { idm, from: kept });
      if (matching === IDM_BYTES) return true;
      const isGreater = (bytes[offset + 1 - kept + matching] ?? 0) > (idm[matching] ?? 0);
      if (isGreater) return false;
    }
    offset += 1 + IDM_BYTES - kept;
  }
  return false;
}

/** How many bytes at `offset` are those of the IDm; the first `from` of them are known to be. */
function matchingBytes(
  bytes: Uint8Array,
  offset: number,
  { idm, from }: { readonly idm: Uint8Array; readonly from: number },
): number {
  let index = from;
  while (index < IDM_BYTES && bytes[offset + index] === idm[index]) index++;
  return index;
}
