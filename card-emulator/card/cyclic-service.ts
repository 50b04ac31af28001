import { sameBytes } from '../felica/identifiers.ts';

/**
 * Puts one unit of blocks on top of a cyclic service and drops as many of the oldest
 * (M617 §3.4.3). Block 0 is the newest; the first block of the unit becomes block 0.
 *
 * A unit equal to the newest stored blocks leaves everything as it is, so that a repeated command
 * does not log twice. `undefined` says so; it is a normal end. The consequence for a log: an entry
 * must hold something unique, or two genuine entries become one.
 */
export function pushCyclicUnit(
  stored: readonly Uint8Array[],
  unit: readonly Uint8Array[],
): readonly Uint8Array[] | undefined {
  if (isNewestRun(stored, unit)) return undefined;
  return [...unit, ...stored].slice(0, stored.length);
}

function isNewestRun(stored: readonly Uint8Array[], unit: readonly Uint8Array[]): boolean {
  return unit.every((block, index) => {
    const newest = stored[index];
    return newest !== undefined && sameBytes(newest, block);
  });
}
