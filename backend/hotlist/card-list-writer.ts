import { IDM_BYTES } from '#felica/identifiers';
import { BLOCK_ENTRIES, compareAt } from './card-list-cursor.ts';

const FIRST_CAPACITY_BYTES = 1_024;
const GROWTH = 1.25;
/** What one entry takes at most: how much it keeps of the one before, and the rest. */
const ENTRY_BYTES_MAX: number = 1 + IDM_BYTES;

/** Writes cards in ascending order, each by what differs from the one before (hotlist-format.md). */
export class CardListWriter {
  readonly #last: Uint8Array = new Uint8Array(IDM_BYTES);
  #buffer: Uint8Array;
  #byteCount: number = 0;
  #count: number = 0;

  /** `capacityBytes`: about how long the list will be. */
  constructor(capacityBytes: number = FIRST_CAPACITY_BYTES) {
    this.#buffer = new Uint8Array(Math.max(capacityBytes, FIRST_CAPACITY_BYTES));
  }

  get count(): number {
    return this.#count;
  }

  /** A view, good until the next card. */
  get bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#byteCount);
  }

  /** Throws `RangeError` unless the card comes after all before it. */
  add(idm: Uint8Array): void {
    if (idm.length !== IDM_BYTES) throw new RangeError(`IDm: expected 8 bytes, got ${idm.length}`);
    if (this.#count > 0 && compareAt(this.#last, 0, idm) >= 0) {
      throw new RangeError('card list: expected ascending order and no card twice');
    }
    this.#reserve();
    const isBlockStart = this.#count % BLOCK_ENTRIES === 0;
    const kept = isBlockStart ? 0 : this.#keptOf(idm);
    if (!isBlockStart) {
      this.#buffer[this.#byteCount] = kept;
      this.#byteCount += 1;
    }
    for (let index = kept; index < IDM_BYTES; index++) {
      this.#buffer[this.#byteCount] = idm[index] ?? 0;
      this.#byteCount += 1;
    }
    this.#last.set(idm);
    this.#count += 1;
  }

  #keptOf(idm: Uint8Array): number {
    let kept = 0;
    while (idm[kept] === this.#last[kept]) kept++;
    return kept;
  }

  #reserve(): void {
    if (this.#byteCount + ENTRY_BYTES_MAX <= this.#buffer.length) return;
    const grown = new Uint8Array(Math.ceil(this.#buffer.length * GROWTH) + ENTRY_BYTES_MAX);
    grown.set(this.#buffer);
    this.#buffer = grown;
  }
}
