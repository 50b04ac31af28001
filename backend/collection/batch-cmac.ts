import { createCipheriv } from 'node:crypto';
import { FlatAes } from './flat-aes.ts';

const BLOCK_BYTES = 16;

/** Messages of one length under one key, at equal distances in one array. */
export interface MessageRun {
  readonly bytes: Uint8Array;
  /** Where the first message begins. */
  readonly offset: number;
  /** From the beginning of one message to that of the next. */
  readonly stride: number;
  /** At least 1. */
  readonly messageBytes: number;
  readonly count: number;
}

/**
 * AES-CMAC (RFC 4493) of each message, 16 bytes each, in a row.
 *
 * Setting up a cipher costs more than AES itself, so the chains of all messages are computed side by
 * side: the k-th block of every message goes through one ECB call (storage.md 2).
 */
export function cmacOfEach(key: Uint8Array, run: MessageRun): Uint8Array {
  const { bytes, offset, stride, messageBytes, count } = run;
  const lastBlock = Math.ceil(messageBytes / BLOCK_BYTES) - 1;
  const mask = encryptBlocks(key, new Uint8Array(BLOCK_BYTES));
  turnIntoLastBlockMask(mask, messageBytes);
  let state: Uint8Array = new Uint8Array(count * BLOCK_BYTES);
  for (let block = 0; block <= lastBlock; block++) {
    const length = Math.min(BLOCK_BYTES, messageBytes - block * BLOCK_BYTES);
    for (let message = 0; message < count; message++) {
      const from = offset + message * stride + block * BLOCK_BYTES;
      const to = message * BLOCK_BYTES;
      xorInto(state, to, { source: bytes, from, length });
      if (block === lastBlock) xorInto(state, to, { source: mask, from: 0, length: BLOCK_BYTES });
    }
    state = encryptBlocks(key, state);
  }
  return state;
}

/** AES-CMAC where every message has a key of its own. It keeps its working space: one at a time. */
export class KeyedCmac {
  readonly #aes: FlatAes = new FlatAes();
  readonly #mask: Uint8Array = new Uint8Array(BLOCK_BYTES);

  /** Writes the MAC under the 16 bytes of `keys` at `offset` to the same place of `macs`. */
  writeMac(
    message: Uint8Array,
    { keys, macs, offset }: { keys: Uint8Array; macs: Uint8Array; offset: number },
  ): void {
    this.#aes.setKey(keys, offset);
    this.#mask.fill(0);
    this.#aes.encrypt(this.#mask, 0);
    turnIntoLastBlockMask(this.#mask, message.length);
    macs.fill(0, offset, offset + BLOCK_BYTES);
    for (let from = 0; from < message.length; from += BLOCK_BYTES) {
      const length = Math.min(BLOCK_BYTES, message.length - from);
      xorInto(macs, offset, { source: message, from, length });
      if (from + BLOCK_BYTES >= message.length) {
        xorInto(macs, offset, { source: this.#mask, from: 0, length: BLOCK_BYTES });
      }
      this.#aes.encrypt(macs, offset);
    }
  }
}

/**
 * Turns AES(0) into what the last block of a message is masked with: its subkey, and the padding bit
 * where the block is not full (RFC 4493 §2.4).
 */
function turnIntoLastBlockMask(block: Uint8Array, messageBytes: number): void {
  double(block);
  const rest = messageBytes % BLOCK_BYTES;
  if (rest === 0) return;
  double(block);
  block[rest] = (block[rest] ?? 0) ^ 0x80;
}

/** Multiplication by x in GF(2^128), in place (RFC 4493 §2.3). */
function double(block: Uint8Array): void {
  let carry = 0;
  for (let index = BLOCK_BYTES - 1; index >= 0; index--) {
    const value = ((block[index] ?? 0) << 1) | carry;
    block[index] = value;
    carry = value >> 8;
  }
  block[BLOCK_BYTES - 1] = (block[BLOCK_BYTES - 1] ?? 0) ^ (carry * 0x87);
}

function encryptBlocks(key: Uint8Array, blocks: Uint8Array): Uint8Array {
  return createCipheriv('aes-128-ecb', key, null).update(blocks);
}

interface Piece {
  readonly source: Uint8Array;
  readonly from: number;
  readonly length: number;
}

function xorInto(target: Uint8Array, to: number, { source, from, length }: Piece): void {
  for (let index = 0; index < length; index++) {
    target[to + index] = (target[to + index] ?? 0) ^ (source[from + index] ?? 0);
  }
}
