import { BLOCK_BYTES } from '../felica/block-access.ts';
import { decodeU8 } from '../felica/byte-field.ts';
import type { IDm } from '../felica/identifiers.ts';
import {
  decodeMemoryConfiguration,
  LiteBlock,
  McOffset,
  type MemoryConfiguration,
} from '../felica/lite-s-block.ts';
import { StatusFlag2 } from '../felica/status-flag.ts';
import { isMcWritable } from './lite-access.ts';
import { isIdBlockOf, type LiteKind } from './lite-memory.ts';

/** What a permitted Write leaves in its block, or why the block does not take it. */
export type LiteContent =
  | { readonly result: 'stored'; readonly block: Uint8Array }
  | { readonly result: 'refused'; readonly statusFlag2: StatusFlag2 };

/** A write to a block that the card stores, after the rights have been looked at. */
export interface LiteContentWrite {
  readonly kind: LiteKind;
  readonly idm: IDm;
  readonly configuration: MemoryConfiguration;
  readonly blockNumber: number;
  readonly stored: Uint8Array;
  readonly data: Uint8Array;
}

/** Of SER_C and CKV two bytes are kept; zeros follow. */
const CODE_BYTES = 2;
const REG_VALUE_BYTES = 4;
const BLOCK_MASK_HIGH_MAX = 0x7f;

export function contentOfLiteWrite(write: LiteContentWrite): LiteContent {
  const { idm, blockNumber, stored, data } = write;
  switch (blockNumber) {
    case LiteBlock.reg:
      return isRegLower(stored, data) ? kept(data) : refused(StatusFlag2.purseResultOutOfRange);
    case LiteBlock.id:
      return isIdBlockOf(idm, data) ? kept(data) : refused(StatusFlag2.writeFailed);
    case LiteBlock.serC:
    case LiteBlock.ckv:
      return kept(data.map((byte, index) => (index < CODE_BYTES ? byte : 0)));
    case LiteBlock.mc: {
      const block = mergedConfiguration(write);
      const isDefined = decodeMemoryConfiguration(block) !== undefined;
      return isDefined ? kept(block) : refused(StatusFlag2.writeFailed);
    }
    default:
      return kept(data);
  }
}

/** A and B, 4 bytes LE each, may stay or go down; C is free. */
function isRegLower(stored: Uint8Array, data: Uint8Array): boolean {
  return [0, REG_VALUE_BYTES].every((offset) => regValue(data, offset) <= regValue(stored, offset));
}

function regValue(block: Uint8Array, offset: number): number {
  const bytes = block.subarray(offset, offset + REG_VALUE_BYTES);
  return bytes.reduceRight((value, byte) => value * 0x100 + byte, 0);
}

/**
 * Bits that cannot change keep their value without an error. Rights are only taken away: what is
 * written once in this power cycle cannot be taken back in it either, though it does not act yet.
 */
function mergedConfiguration(write: LiteContentWrite): Uint8Array {
  const { kind, configuration, stored, data } = write;
  const merged = stored.slice();
  for (let offset = 0; offset < BLOCK_BYTES; offset += 1) {
    const [before, wanted] = [decodeU8(stored, offset), decodeU8(data, offset)];
    if (offset >= McOffset.reserved || (kind === 'lite' && offset >= McOffset.cardKeyWithMacA)) {
      continue;
    }
    const isSystemByte = offset >= McOffset.all && offset < McOffset.readRestricted;
    if (isSystemByte && configuration.areSystemBlocksWritable) {
      merged[offset] = offset === McOffset.all && before === 0 ? before : wanted;
    }
    if (isSystemByte || !isMcWritable(configuration)) continue;
    merged[offset] = offset < McOffset.all ? before & wanted : before | definedBits(offset, wanted);
  }
  return merged;
}

/** The upper byte of a mask of blocks ends with REG; the last byte is one flag. */
function definedBits(offset: number, value: number): number {
  if (offset === McOffset.stateMacARequired) return value & 0x01;
  return offset % 2 === 1 ? value & BLOCK_MASK_HIGH_MAX : value;
}

function kept(block: Uint8Array): LiteContent {
  return { result: 'stored', block };
}

function refused(statusFlag2: StatusFlag2): LiteContent {
  return { result: 'refused', statusFlag2 };
}
