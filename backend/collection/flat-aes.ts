import assert from 'node:assert/strict';

const KEY_BYTES = 16;
const ROUND_COUNT = 10;
const SCHEDULE_WORDS = 4 * (ROUND_COUNT + 1);

/** The S-box (FIPS 197 §5.1.1), and SubBytes with MixColumns for the first byte of a column. */
const SUBSTITUTION: Uint8Array = substitutionTable();
const MIXED: Uint32Array = mixedTable();

/**
 * AES-128 encryption (FIPS 197) over tables of 32-bit words.
 *
 * Setting up a cipher of the platform costs about ten times as much as the three blocks of a card's
 * certificate, and every card has a key of its own (storage.md 2). The tables make the time depend on
 * the data, so this is only for verifying on the issuer's own machine, where nobody is told how long
 * it took.
 */
export class FlatAes {
  readonly #schedule: Uint32Array = new Uint32Array(SCHEDULE_WORDS);
  #state: Uint32Array = new Uint32Array(4);
  #next: Uint32Array = new Uint32Array(4);

  /** Takes the 16 bytes at `offset` as the key (FIPS 197 §5.2). */
  setKey(bytes: Uint8Array, offset: number): void {
    assert(bytes.length >= offset + KEY_BYTES, 'an AES-128 key has 16 bytes');
    const schedule = this.#schedule;
    let roundConstant = 1;
    for (let word = 0; word < SCHEDULE_WORDS; word++) {
      if (word < 4) {
        schedule[word] = bigEndianWord(bytes, offset + 4 * word);
        continue;
      }
      let previous = schedule[word - 1] ?? 0;
      if (word % 4 === 0) {
        previous = substitutedWord((previous << 8) | (previous >>> 24)) ^ (roundConstant << 24);
        roundConstant = timesX(roundConstant);
      }
      schedule[word] = (schedule[word - 4] ?? 0) ^ previous;
    }
  }

  /** Encrypts the 16 bytes at `offset` in place. */
  encrypt(bytes: Uint8Array, offset: number): void {
    const schedule = this.#schedule;
    for (let column = 0; column < 4; column++) {
      const word = bigEndianWord(bytes, offset + 4 * column);
      this.#state[column] = word ^ (schedule[column] ?? 0);
    }
    for (let round = 1; round < ROUND_COUNT; round++) {
      for (let column = 0; column < 4; column++) {
        this.#next[column] = this.#mixedColumn(column) ^ (schedule[4 * round + column] ?? 0);
      }
      [this.#state, this.#next] = [this.#next, this.#state];
    }
    for (let column = 0; column < 4; column++) {
      const word = this.#lastColumn(column) ^ (schedule[4 * ROUND_COUNT + column] ?? 0);
      writeBigEndianWord(bytes, offset + 4 * column, word);
    }
  }

  /** SubBytes, ShiftRows and MixColumns: row r of a column comes from r columns to the right. */
  #mixedColumn(column: number): number {
    const state = this.#state;
    const first = MIXED[(state[column] ?? 0) >>> 24] ?? 0;
    const second = MIXED[((state[(column + 1) & 3] ?? 0) >>> 16) & 0xff] ?? 0;
    const third = MIXED[((state[(column + 2) & 3] ?? 0) >>> 8) & 0xff] ?? 0;
    const fourth = MIXED[(state[(column + 3) & 3] ?? 0) & 0xff] ?? 0;
    return (
      first ^
      ((second >>> 8) | (second << 24)) ^
      ((third >>> 16) | (third << 16)) ^
      ((fourth >>> 24) | (fourth << 8))
    );
  }

  /** The last round has no MixColumns. */
  #lastColumn(column: number): number {
    const state = this.#state;
    return (
      ((SUBSTITUTION[(state[column] ?? 0) >>> 24] ?? 0) << 24) |
      ((SUBSTITUTION[((state[(column + 1) & 3] ?? 0) >>> 16) & 0xff] ?? 0) << 16) |
      ((SUBSTITUTION[((state[(column + 2) & 3] ?? 0) >>> 8) & 0xff] ?? 0) << 8) |
      (SUBSTITUTION[(state[(column + 3) & 3] ?? 0) & 0xff] ?? 0)
    );
  }
}

function bigEndianWord(bytes: Uint8Array, offset: number): number {
  return (
    ((bytes[offset] ?? 0) << 24) |
    ((bytes[offset + 1] ?? 0) << 16) |
    ((bytes[offset + 2] ?? 0) << 8) |
    (bytes[offset + 3] ?? 0)
  );
}

function writeBigEndianWord(bytes: Uint8Array, offset: number, word: number): void {
  bytes[offset] = word >>> 24;
  bytes[offset + 1] = word >>> 16;
  bytes[offset + 2] = word >>> 8;
  bytes[offset + 3] = word;
}

function substitutedWord(word: number): number {
  return (
    ((SUBSTITUTION[word >>> 24] ?? 0) << 24) |
    ((SUBSTITUTION[(word >>> 16) & 0xff] ?? 0) << 16) |
    ((SUBSTITUTION[(word >>> 8) & 0xff] ?? 0) << 8) |
    (SUBSTITUTION[word & 0xff] ?? 0)
  );
}

/** Multiplication by x in GF(2^8) (FIPS 197 §4.2.1). */
function timesX(value: number): number {
  return ((value << 1) ^ ((value >> 7) * 0x1b)) & 0xff;
}

/** Walks the field by its generator 3 and the inverse of it at the same time. */
function substitutionTable(): Uint8Array {
  const table = new Uint8Array(256);
  const inverseOf = new Uint8Array(256);
  const powers: number[] = [];
  for (let value = 1; powers.length < 255; value ^= timesX(value)) powers.push(value);
  for (const [exponent, power] of powers.entries()) {
    inverseOf[power] = powers[(255 - exponent) % 255] ?? 0;
  }
  for (const [value, inverse] of inverseOf.entries()) {
    let result = 0x63;
    for (let turn = 0; turn < 5; turn++) result ^= (inverse << turn) | (inverse >> (8 - turn));
    table[value] = result;
  }
  return table;
}

function mixedTable(): Uint32Array {
  return Uint32Array.from(SUBSTITUTION, (value) => {
    const doubled = timesX(value);
    return (doubled << 24) | (value << 16) | (value << 8) | (doubled ^ value);
  });
}
