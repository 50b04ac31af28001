import { describe, expect, it } from 'vitest';
import { pushCyclicUnit } from '../../../card-emulator/card/cyclic-service.ts';
import { block } from './test-card.ts';

const [a, b, c, d, e] = [block(0xa), block(0xb), block(0xc), block(0xd), block(0xe)] as const;

/** The blocks after the push, in a memory with other blocks around them; `undefined` for none. */
function pushed(stored: readonly Uint8Array[], unit: readonly Uint8Array[]) {
  const around = block(0xff);
  const memory = Uint8Array.from([around, ...stored, around].flatMap((bytes) => [...bytes]));
  const before = memory.slice();
  const file = {
    serviceNumber: 1,
    kind: undefined,
    offset: 16,
    blockCount: stored.length,
    limits: undefined,
  };
  const isChanged = pushCyclicUnit(memory, file, unit);
  const blocks = Array.from({ length: stored.length + 2 }, (_, index) =>
    memory.slice(16 * index, 16 * index + 16),
  );
  expect([blocks[0], blocks.at(-1)]).toEqual([around, around]);
  if (!isChanged) expect(memory).toEqual(before);
  return isChanged ? blocks.slice(1, -1) : undefined;
}

describe('a cyclic service', () => {
  it('puts the new block first and drops the oldest', () => {
    expect(pushed([a, b, c], [d])).toEqual([d, a, b]);
  });

  it('puts a unit on top in its own order, so that its first block is block 0', () => {
    expect(pushed([a, b, c], [d, e])).toEqual([d, e, a]);
  });

  it('keeps nothing of the old when the unit is as long as the service', () => {
    expect(pushed([a, b], [c, d])).toEqual([c, d]);
  });

  it('writes nothing when the unit equals the newest blocks byte for byte', () => {
    expect(pushed([a, b, c], [block(0xa)])).toBeUndefined();
    expect(pushed([a, b, c], [block(0xa), block(0xb)])).toBeUndefined();
  });

  it('writes a unit that equals the newest blocks in part', () => {
    expect(pushed([a, b, c], [a, c])).toEqual([a, c, a]);
  });

  it('writes a block that equals an older one', () => {
    expect(pushed([a, b, c], [b])).toEqual([b, a, b]);
  });

  it('tells two blocks apart by their last bit', () => {
    const almost = a.slice();
    almost[15]! ^= 1;
    expect(pushed([a], [almost])).toEqual([almost]);
  });
});
