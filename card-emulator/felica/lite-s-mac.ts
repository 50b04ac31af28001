import { createCipheriv } from 'node:crypto';
import { clean, concatBytes, equalBytes } from '@noble/ciphers/utils.js';
import { xorBytes } from './aes-block.ts';
import { BLOCK_BYTES } from './block-access.ts';
import { encodeU8, encodeU16LE, requireCount, requireLength, requireWhole } from './byte-field.ts';
import { LiteBlock, READ_BLOCKS_MAX_LITE, WRITE_COUNT_MAX } from './lite-s-block.ts';

/*
 * MAC and MAC_A of FeliCa Lite and Lite-S, and the individual card key of its maker's technical note.
 * The byte order is that of the public implementations named in SOURCES.md of the test vectors: keys,
 * random challenge and data are turned around in groups of eight bytes before they meet the cipher,
 * and so is what comes out. The individual card key is the exception: nothing is turned around there.
 */

/** What both ends derive when the random challenge is written. It holds secrets: do not log it. */
export interface LiteSession {
  /** The session key as the cipher takes it, 16 bytes: for reading its halves stand in this order. */
  readonly sessionKey: Uint8Array;
  /** Where each chain of blocks begins, 8 bytes. */
  readonly chainStart: Uint8Array;
}

/** What MAC_A protects when a block is written. */
export interface LiteBlockWrite {
  /** WCNT before the write. */
  readonly writeCount: number;
  readonly blockNumber: number;
  readonly block: Uint8Array;
}

export const LITE_MAC_BYTES = 8;

const HALF_BYTES = 8;
const MASTER_KEY_BYTES = 24;
const ZERO_CHAIN_START: Uint8Array = new Uint8Array(HALF_BYTES);
const BLOCK_NUMBER_BYTES = 2;
/** Fills the list of block numbers up to eight bytes. */
const LIST_PADDING = 0xff;
/** Of a cipher with blocks of 64 bits (NIST SP 800-38B §5.3). */
const SUBKEY_CONSTANT = 0x1b;
const SECOND_KEY_MARK = 0x80;

/** Blocks CK and RC, as they are written to the card. */
export function deriveLiteSession(cardKey: Uint8Array, challenge: Uint8Array): LiteSession {
  requireLength('card key', cardKey, BLOCK_BYTES);
  requireLength('random challenge', challenge, BLOCK_BYTES);
  const sessionKey = chainOf(
    twoKeys(halvesReversed(cardKey)),
    ZERO_CHAIN_START,
    halvesReversed(challenge),
  );
  return { sessionKey, chainStart: halvesReversed(challenge.subarray(0, HALF_BYTES)) };
}

/** MAC of the blocks that precede block 81 in a Read, in the order of the request. */
export function macOfBlocks(session: LiteSession, blocks: readonly Uint8Array[]): Uint8Array {
  requireCount('blocks under a MAC', blocks.length, 1, READ_BLOCKS_MAX_LITE - 1);
  return macOf(session.sessionKey, session.chainStart, concatBytes(...blocks.map(requireBlock)));
}

/** MAC_A of a Read. `blockNumbers` are all of the request, 91 included; `blocks` those before 91. */
export function macAOfRead(
  session: LiteSession,
  blockNumbers: readonly number[],
  blocks: readonly Uint8Array[],
): Uint8Array {
  requireCount('block numbers', blockNumbers.length, 1, READ_BLOCKS_MAX_LITE);
  requireCount('blocks under a MAC', blocks.length, 1, READ_BLOCKS_MAX_LITE - 1);
  const list = new Uint8Array(READ_BLOCKS_MAX_LITE * BLOCK_NUMBER_BYTES).fill(LIST_PADDING);
  list.set(concatBytes(...blockNumbers.map((number) => encodeU16LE('block number', number))));
  const data = concatBytes(list, ...blocks.map(requireBlock));
  return macOf(session.sessionKey, session.chainStart, data);
}

/** MAC_A of a Write. The halves of the session key change places: a MAC read is no right to write. */
export function macAOfWrite(session: LiteSession, write: LiteBlockWrite): Uint8Array {
  const { writeCount, blockNumber, block } = write;
  requireWhole('write count', writeCount, WRITE_COUNT_MAX);
  const head = concatBytes(
    Uint8Array.of(writeCount & 0xff, (writeCount >> 8) & 0xff, writeCount >> 16, 0),
    encodeU8('block number', blockNumber),
    Uint8Array.of(0, LiteBlock.macA, 0),
  );
  const { sessionKey } = session;
  const swapped = concatBytes(sessionKey.subarray(HALF_BYTES), sessionKey.subarray(0, HALF_BYTES));
  const mac = macOf(swapped, session.chainStart, concatBytes(head, requireBlock(block)));
  clean(swapped);
  return mac;
}

/** Whether `mac` is the MAC_A of this write; in constant time. */
export function isMacAOfWrite(
  session: LiteSession,
  write: LiteBlockWrite,
  mac: Uint8Array,
): boolean {
  return equalBytes(macAOfWrite(session, write), mac);
}

/**
 * The card key of one card, from the 24 bytes of a master key and the card's block ID. Each half is
 * a CMAC of the block; for the second one bit of the block is turned over (NIST SP 800-38B).
 */
export function individualCardKey(masterKey: Uint8Array, idBlock: Uint8Array): Uint8Array {
  requireLength('master key', masterKey, MASTER_KEY_BYTES);
  requireLength('ID block', idBlock, BLOCK_BYTES);
  const subkey = doubled(chainOf(masterKey, ZERO_CHAIN_START, ZERO_CHAIN_START));
  const last = xorBytes(idBlock.subarray(HALF_BYTES), subkey);
  const first = idBlock.subarray(0, HALF_BYTES);
  const halves = [0, SECOND_KEY_MARK].map((mark) => {
    const marked = xorBytes(first, Uint8Array.of(mark));
    return chainOf(masterKey, ZERO_CHAIN_START, concatBytes(marked, last)).slice(-HALF_BYTES);
  });
  clean(subkey, last);
  return concatBytes(...halves);
}

function macOf(sessionKey: Uint8Array, chainStart: Uint8Array, data: Uint8Array): Uint8Array {
  const chain = chainOf(twoKeys(sessionKey), chainStart, halvesReversed(data));
  return halvesReversed(chain.slice(-LITE_MAC_BYTES));
}

/** Triple DES with 24 bytes of key, each block chained to the one before. */
function chainOf(key: Uint8Array, chainStart: Uint8Array, data: Uint8Array): Uint8Array {
  const cipher = createCipheriv('des-ede3-cbc', key, chainStart).setAutoPadding(false);
  const chain = Uint8Array.from(cipher.update(data));
  cipher.final();
  return chain;
}

/** The first key comes again as the third. */
function twoKeys(keys: Uint8Array): Uint8Array {
  return concatBytes(keys, keys.subarray(0, HALF_BYTES));
}

function halvesReversed(bytes: Uint8Array): Uint8Array {
  const lastInHalf = HALF_BYTES - 1;
  return bytes.map((_, index) => bytes[index ^ lastInHalf] ?? 0);
}

/** Shifts to the left by one bit, in the field of the cipher's block. */
function doubled(half: Uint8Array): Uint8Array {
  const shifted = half.map((byte, index) => (byte << 1) | ((half[index + 1] ?? 0) >> 7));
  const carry = ((half[0] ?? 0) >> 7) * SUBKEY_CONSTANT;
  return shifted.map((byte, index) => (index === HALF_BYTES - 1 ? byte ^ carry : byte));
}

function requireBlock(block: Uint8Array): Uint8Array {
  return requireLength('block', block, BLOCK_BYTES);
}
