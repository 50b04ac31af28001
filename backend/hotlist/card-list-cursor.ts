import { IDM_BYTES } from '#felica/identifiers';

/** Entries of one block: the first is written whole, so that a search can begin there. */
export const BLOCK_ENTRIES = 32;

/** Entries as the format has them (hotlist-format.md). */
export interface CardListBytes {
  readonly count: number;
  readonly bytes: Uint8Array;
}

/** Goes through a list in its order, one card at a time, and judges each entry on the way. */
export class CardListCursor {
  /** The card it stands at, 8 bytes that the next step overwrites. */
  readonly idm: Uint8Array = new Uint8Array(IDM_BYTES);
  readonly #list: CardListBytes;
  #entry: number = 0;
  #offset: number = 0;

  constructor(list: CardListBytes) {
    this.#list = list;
  }

  /** Where the next entry begins. */
  get offset(): number {
    return this.#offset;
  }

  /** `false` at the end of the list, and at an entry that is out of order or has another spelling. */
  next(): boolean {
    const { bytes, count } = this.#list;
    if (this.#entry >= count) return false;
    const isBlockStart = this.#entry % BLOCK_ENTRIES === 0;
    const kept = isBlockStart ? 0 : (bytes[this.#offset] ?? IDM_BYTES);
    const start = this.#offset + (isBlockStart ? 0 : 1);
    const end = start + IDM_BYTES - kept;
    if (kept >= IDM_BYTES || end > bytes.length) return false;
    if (this.#entry > 0) {
      // What it keeps, it keeps exactly: its first byte of its own is greater than the one before.
      const isGreater = isBlockStart
        ? compareAt(bytes, start, this.idm) > 0
        : (bytes[start] ?? 0) > (this.idm[kept] ?? 0);
      if (!isGreater) return false;
    }
    this.idm.set(bytes.subarray(start, end), kept);
    this.#offset = end;
    this.#entry += 1;
    return true;
  }
}

/** Less than 0, 0 or more than 0, as the 8 bytes at `offset` are smaller, the same or greater. */
export function compareAt(bytes: Uint8Array, offset: number, idm: Uint8Array): number {
  for (let index = 0; index < IDM_BYTES; index++) {
    const difference = (bytes[offset + index] ?? 0) - (idm[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
