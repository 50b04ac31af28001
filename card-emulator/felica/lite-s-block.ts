import { concatBytes } from '@noble/ciphers/utils.js';
import { BLOCK_BYTES } from './block-access.ts';
import { decodeU8, decodeU16LE, encodeU16LE, requireLength, requireWhole } from './byte-field.ts';

/** The user blocks S_PAD0 to S_PAD13 are blocks 00 to 0D. */
export const S_PAD_COUNT = 14;

/** The other blocks of FeliCa Lite and Lite-S by their names, in lower camel case. */
export const LiteBlock = {
  /** Subtraction register: A (4 bytes LE), B (4 bytes LE), C (8 bytes). A and B only go down. */
  reg: 0x0e,
  /** Random challenge: write only, and gone without power. */
  rc: 0x80,
  /** The MAC of what a Read names before it. */
  mac: 0x81,
  /** IDd, which is the IDm (8 bytes), data format code (2), free (6). */
  id: 0x82,
  /** IDm and PMm. */
  dId: 0x83,
  /** Service code (2 bytes). */
  serC: 0x84,
  /** System code (2 bytes, BE). */
  sysC: 0x85,
  /** Card key version (2 bytes). */
  ckv: 0x86,
  /** Card key: write only. */
  ck: 0x87,
  /** Memory configuration. */
  mc: 0x88,
  /** Lite-S only: write count (3 bytes LE). */
  wcnt: 0x90,
  /** Lite-S only: the MAC of a Read with its block numbers, or of a Write with the write count. */
  macA: 0x91,
  /** Lite-S only: byte 0 external authentication, byte 8 Polling disabled. Gone without power. */
  state: 0x92,
  /** Lite-S only: what the card found when it checked its memory. */
  crcCheck: 0xa0,
} as const;

/** Limit of one Read; block 91 counts. */
export const READ_BLOCKS_MAX_LITE = 4;
/** Three bytes. */
export const WRITE_COUNT_MAX = 0xff_ffff;

const WRITE_COUNT_BYTES = 3;
const MAC_BYTES = 8;
/** Bits 0 to 13 are S_PAD0 to S_PAD13, bit 14 is REG. */
const BLOCK_MASK_MAX = 0x7fff;
const RF_PARAMETER = 0x07;
const SYSTEM_BLOCKS_WRITABLE = 0xff;

/** Bytes of block MC where its fields lie. */
export const McOffset = {
  writable: 0,
  all: 2,
  sysOp: 3,
  rfPrm: 4,
  cardKeyWithMacA: 5,
  readRestricted: 6,
  writeRestricted: 8,
  macARequired: 10,
  stateMacARequired: 12,
  reserved: 13,
} as const;

/** Block MC. A mask has one bit for each S_PAD and bit 14 for REG. */
export interface MemoryConfiguration {
  /** MC_SP_REG_ALL_RW: what may be written. Bit 15 is MC itself, without its bytes 2 to 5. */
  readonly writable: number;
  /** MC_ALL = FF: before the first issue, when ID, SER_C, CKV, CK and bytes 2 to 5 may be written. */
  readonly areSystemBlocksWritable: boolean;
  /** SYS_OP: whether the card answers to system code 12FC. */
  readonly isNdef: boolean;
  /** MC_CKCKV_W_MAC_A: whether MAC_A opens CK and CKV after the first issue. */
  readonly isCardKeyWritableWithMacA: boolean;
  /** MC_SP_REG_R_RESTR: what is read after external authentication only. */
  readonly readRestricted: number;
  /** MC_SP_REG_W_RESTR: what is written after external authentication only. */
  readonly writeRestricted: number;
  /** MC_SP_REG_W_MAC_A: what is written with MAC_A only. */
  readonly macARequired: number;
  /** MC_STATE_W_MAC_A: whether STATE is written with MAC_A only. */
  readonly isStateMacARequired: boolean;
}

/** Block MC as a card holds it. A FeliCa Lite has zeros from byte 5 on. */
export function encodeMemoryConfiguration(configuration: MemoryConfiguration): Uint8Array {
  const { readRestricted, writeRestricted, macARequired } = configuration;
  return concatBytes(
    encodeU16LE('writable blocks', configuration.writable),
    Uint8Array.of(
      configuration.areSystemBlocksWritable ? SYSTEM_BLOCKS_WRITABLE : 0,
      Number(configuration.isNdef),
      RF_PARAMETER,
      Number(configuration.isCardKeyWritableWithMacA),
    ),
    encodeMask('blocks restricted in reading', readRestricted),
    encodeMask('blocks restricted in writing', writeRestricted),
    encodeMask('blocks with MAC_A', macARequired),
    Uint8Array.of(Number(configuration.isStateMacARequired), 0, 0, 0),
  );
}

/** `undefined` for a value that has no meaning: no card holds it. */
export function decodeMemoryConfiguration(block: Uint8Array): MemoryConfiguration | undefined {
  if (block.length !== BLOCK_BYTES) return undefined;
  const all = decodeU8(block, McOffset.all);
  const flags = [McOffset.sysOp, McOffset.cardKeyWithMacA, McOffset.stateMacARequired];
  const masks = [McOffset.readRestricted, McOffset.writeRestricted, McOffset.macARequired];
  const isDefined =
    (all === 0 || all === SYSTEM_BLOCKS_WRITABLE) &&
    decodeU8(block, McOffset.rfPrm) === RF_PARAMETER &&
    flags.every((offset) => decodeU8(block, offset) <= 1) &&
    masks.every((offset) => decodeU16LE(block, offset) <= BLOCK_MASK_MAX) &&
    isZero(block.subarray(McOffset.reserved));
  if (!isDefined) return undefined;
  return {
    writable: decodeU16LE(block, McOffset.writable),
    areSystemBlocksWritable: all === SYSTEM_BLOCKS_WRITABLE,
    isNdef: decodeU8(block, McOffset.sysOp) === 1,
    isCardKeyWritableWithMacA: decodeU8(block, McOffset.cardKeyWithMacA) === 1,
    readRestricted: decodeU16LE(block, McOffset.readRestricted),
    writeRestricted: decodeU16LE(block, McOffset.writeRestricted),
    macARequired: decodeU16LE(block, McOffset.macARequired),
    isStateMacARequired: decodeU8(block, McOffset.stateMacARequired) === 1,
  };
}

/** Whether a mask of the memory configuration names this block. */
export function isInMask(mask: number, blockNumber: number): boolean {
  return blockNumber <= LiteBlock.reg && ((mask >> blockNumber) & 1) === 1;
}

/** Block WCNT. */
export function encodeWriteCount(writeCount: number): Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES);
  block.set(writeCountBytes(writeCount));
  return block;
}

/** `undefined` where anything but zeros follows the three bytes. */
export function decodeWriteCount(block: Uint8Array): number | undefined {
  if (block.length !== BLOCK_BYTES || !isZero(block.subarray(WRITE_COUNT_BYTES))) return undefined;
  return writeCountAt(block, 0);
}

/** Block MAC, or MAC_A as it is read: the MAC and zeros. */
export function encodeMacBlock(mac: Uint8Array): Uint8Array {
  return concatBytes(requireLength('MAC', mac, MAC_BYTES), new Uint8Array(MAC_BYTES));
}

/** Block MAC_A as it is written: the MAC, the write count it was made with, and zeros. */
export function encodeMacABlock(written: {
  readonly mac: Uint8Array;
  readonly writeCount: number;
}): Uint8Array {
  const block = encodeMacBlock(written.mac);
  block.set(writeCountBytes(written.writeCount), MAC_BYTES);
  return block;
}

/** The last five bytes are not judged (our choice). `undefined` for anything but 16 bytes. */
export function decodeMacABlock(
  block: Uint8Array,
): { readonly mac: Uint8Array; readonly writeCount: number } | undefined {
  if (block.length !== BLOCK_BYTES) return undefined;
  return { mac: block.slice(0, MAC_BYTES), writeCount: writeCountAt(block, MAC_BYTES) };
}

function encodeMask(name: string, mask: number): Uint8Array {
  return encodeU16LE(name, requireWhole(name, mask, BLOCK_MASK_MAX));
}

function writeCountBytes(writeCount: number): Uint8Array {
  requireWhole('write count', writeCount, WRITE_COUNT_MAX);
  return Uint8Array.of(writeCount & 0xff, (writeCount >> 8) & 0xff, writeCount >> 16);
}

function writeCountAt(bytes: Uint8Array, offset: number): number {
  return decodeU16LE(bytes, offset) | (decodeU8(bytes, offset + 2) << 16);
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}
