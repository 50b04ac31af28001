import { describe, expect, it } from 'vitest';
import type { BlockListElement } from '#felica/block-list';
import { nodeCode } from '#felica/identifiers';
import { readBlocks } from '../../../card-emulator/card/block-read.ts';
import { CardFileSystem } from '../../../card-emulator/card/card-file-system.ts';
import { block, purseBlock, testPersonalisation } from './test-card.ts';
import { element } from './test-session.ts';

function read(codes: readonly number[], ...elements: readonly BlockListElement[]) {
  const fileSystem = new CardFileSystem(testPersonalisation());
  const access = {
    fileSystem,
    system: fileSystem.systems[0]!,
    serviceCodes: codes.map(nodeCode),
    isAuthenticated: false,
    blocksMax: 15,
    statusFlag1: 'bit',
  } as const;
  return readBlocks(access, elements);
}

describe('a Read', () => {
  it('gives the blocks in the order of the elements, over several services', () => {
    const result = read([0x1017, 0x000b], element(1, 2), element(0, 0), element(1, 0));
    expect(result).toEqual({
      statusFlag1: 0,
      statusFlag2: 0,
      blocks: [block(0xa2), purseBlock(10_000, 250, 0x55000000, 1), block(0xa0)],
    });
  });

  it.each([0x0009, 0x000b, 0x004d, 0x004f, 0x1011, 0x1013, 0x1015, 0x1017])(
    'is open for the service %i, which needs no key',
    (code) => {
      expect(read([code], element(0, 0))).toMatchObject({ statusFlag1: 0 });
    },
  );

  it.each([
    [3, 'normal', 0xa8],
    [65_535, 'normal', 0xa8],
    [0, 'cashback', 0xa7],
    [9, 'cashback', 0xa7],
  ] as const)('of block %i with access mode %s has status flag 2 = %i', (number, mode, flag) => {
    const result = read([0x0009], element(0, 0), element(0, number, mode));
    expect(result).toEqual({ statusFlag1: 2, statusFlag2: flag, blocks: [] });
  });

  it('reads a block twice when it is named twice', () => {
    expect(read([0x0009], element(0, 1), element(0, 1)).blocks).toEqual([block(0xa1), block(0xa1)]);
  });

  it('has A2 for no element and for sixteen', () => {
    const a2 = { statusFlag1: 0xff, statusFlag2: 0xa2, blocks: [] };
    expect(read([0x0009])).toEqual(a2);
    expect(read([0x0009], ...Array.from({ length: 16 }, () => element(0, 0)))).toEqual(a2);
    const fifteen = Array.from({ length: 15 }, () => element(0, 0));
    expect(read([0x0009], ...fifteen)).toMatchObject({ statusFlag1: 0 });
  });
});
