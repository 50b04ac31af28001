import { BLOCK_BYTES } from '../felica/block-access.ts';
import { sameBytes } from '../felica/identifiers.ts';
import { blockOf } from './card-file-system.ts';
import type { BlockFile } from './card-layout.ts';

/**
 * Puts one unit of blocks on top of a cyclic file in `memory` and drops as many of the oldest
 * (M617 §3.4.3). Block 0 is the newest; the first block of the unit becomes block 0.
 *
 * A unit equal to the newest stored blocks leaves everything as it is, so that a repeated command
 * does not log twice. `false` says so; it is a normal end. The consequence for a log: an entry
 * must hold something unique, or two genuine entries become one.
 */
export function pushCyclicUnit(
  memory: Uint8Array,
  file: BlockFile,
  unit: readonly Uint8Array[],
): boolean {
  if (unit.every((block, index) => sameBytes(blockOf(memory, file, index), block))) return false;
  const { offset, blockCount } = file;
  const keptEnd = offset + (blockCount - unit.length) * BLOCK_BYTES;
  memory.copyWithin(offset + unit.length * BLOCK_BYTES, offset, keptEnd);
  for (const [index, block] of unit.entries()) blockOf(memory, file, index).set(block);
  return true;
}
