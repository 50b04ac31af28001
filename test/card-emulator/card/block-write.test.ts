import { describe, expect, it } from 'vitest';
import type { BlockListElement } from '#felica/block-list';
import { nodeCode } from '#felica/identifiers';
import type { StatusFlags } from '#felica/status-flag';
import { writeBlocks } from '../../../card-emulator/card/block-write.ts';
import { CardFileSystem } from '../../../card-emulator/card/card-file-system.ts';
import type { MemoryCondition } from '../../../card-emulator/card/memory-condition.ts';
import { amountBlock, block, purseBlock, testPersonalisation } from './test-card.ts';
import { element } from './test-session.ts';

type NamedBlock = readonly [BlockListElement, Uint8Array];

const PURSE = purseBlock(10_000, 250, 0x55000000, 1);
const NORMAL_END = { statusFlag1: 0, statusFlag2: 0 };

/** A system whose services are in the list by their code, and a Write to it. */
function openSystem({
  isAuthenticated = true,
  directMayNotIncrease = false,
  memoryCondition = 'sound' as MemoryCondition,
} = {}) {
  const fileSystem = new CardFileSystem(testPersonalisation());
  const system = fileSystem.systems[0]!;
  return {
    write(codes: readonly number[], ...writes: readonly NamedBlock[]): StatusFlags {
      const access = {
        fileSystem,
        system,
        serviceCodes: codes.map(nodeCode),
        isAuthenticated,
        blocksMax: 13,
        statusFlag1: 'bit',
      } as const;
      const elements = writes.map(([named]) => named);
      const blocks = writes.map(([, data]) => data);
      return writeBlocks(access, { elements, blocks }, { directMayNotIncrease, memoryCondition });
    },
    blocksOf: (code: number): readonly Uint8Array[] =>
      fileSystem.blocks(system.services.get(code)!.file),
    memory: () => fileSystem.personalisation(),
    commitCount: () => fileSystem.commitCount,
  };
}

function faultOf(codes: readonly number[], ...writes: readonly NamedBlock[]): StatusFlags {
  const system = openSystem();
  const before = system.memory();
  const flags = system.write(codes, ...writes);
  expect(system.memory()).toEqual(before);
  return flags;
}

describe('a Write to a random service', () => {
  it('stores each block where its element says', () => {
    const system = openSystem();
    const writes: NamedBlock[] = [
      [element(0, 2), block(1)],
      [element(0, 0), block(2)],
    ];
    expect(system.write([0x0008], ...writes)).toEqual(NORMAL_END);
    expect(system.blocksOf(0x0008)).toEqual([block(2), block(0xa1), block(1)]);
  });

  it('keeps the last of two blocks for the same place', () => {
    const system = openSystem();
    system.write([0x0008], [element(0, 1), block(1)], [element(0, 1), block(2)]);
    expect(system.blocksOf(0x0008)[1]).toEqual(block(2));
  });

  it('is seen through every service with the same number', () => {
    const system = openSystem();
    system.write([0x0009], [element(0, 0), block(7)]);
    expect(system.blocksOf(0x000b)[0]).toEqual(block(7));
  });

  it.each([3, 255, 65_535])('has A8 for block %i of three', (number) => {
    expect(faultOf([0x0008], [element(0, number), block(1)])).toEqual({
      statusFlag1: 1,
      statusFlag2: 0xa8,
    });
  });
});

describe('a Write to a cyclic service', () => {
  it('puts its block on top', () => {
    const system = openSystem();
    expect(system.write([0x004c], [element(0, 0), block(1)])).toEqual(NORMAL_END);
    expect(system.blocksOf(0x004c)).toEqual([block(1), block(0), block(0)]);
  });

  it('ends normally and writes nothing for what is stored as the newest', () => {
    const system = openSystem();
    system.write([0x004c], [element(0, 0), block(1)], [element(0, 0), block(2)]);
    const before = system.memory();
    expect(system.write([0x004c], [element(0, 0), block(1)], [element(0, 0), block(2)])).toEqual(
      NORMAL_END,
    );
    expect(system.memory()).toEqual(before);
  });

  it('makes two units of elements with another service in between', () => {
    const system = openSystem();
    system.write(
      [0x004c, 0x0008],
      [element(0, 0), block(1)],
      [element(1, 0), block(9)],
      [element(0, 0), block(2)],
    );
    expect(system.blocksOf(0x004c)).toEqual([block(2), block(1), block(0)]);
  });

  it('makes one unit of elements that name the same blocks through two services', () => {
    const system = openSystem();
    system.write([0x004c, 0x004d], [element(0, 0), block(1)], [element(1, 0), block(2)]);
    expect(system.blocksOf(0x004c)).toEqual([block(1), block(2), block(0)]);
  });

  it('names block 0: any other has A5, also one that does not exist', () => {
    const a5 = { statusFlag1: 1, statusFlag2: 0xa5 };
    expect(faultOf([0x004c], [element(0, 1), block(1)])).toEqual(a5);
    expect(faultOf([0x004c], [element(0, 99), block(1)])).toEqual(a5);
  });

  it('has AF at the first element beyond the number of its blocks', () => {
    const four = [1, 2, 3, 4].map((fill): NamedBlock => [element(0, 0), block(fill)]);
    expect(faultOf([0x004c], ...four)).toEqual({ statusFlag1: 8, statusFlag2: 0xaf });
    expect(openSystem().write([0x004c], ...four.slice(0, 3))).toEqual(NORMAL_END);
  });

  it('has AF also where the elements are two units', () => {
    const writes: NamedBlock[] = [
      [element(0, 0), block(1)],
      [element(0, 0), block(2)],
      [element(1, 0), block(9)],
      [element(0, 0), block(3)],
      [element(0, 0), block(4)],
    ];
    expect(faultOf([0x004c, 0x0008], ...writes)).toEqual({ statusFlag1: 16, statusFlag2: 0xaf });
  });
});

describe('a Write to a purse service', () => {
  it('subtracts through a service with decrement access', () => {
    const system = openSystem();
    expect(system.write([0x1014], [element(0, 0), amountBlock(100, 2)])).toEqual(NORMAL_END);
    expect(system.blocksOf(0x1014)[0]).toEqual(purseBlock(9_900, 100, 0x55000000, 2));
  });

  it('ignores bytes 4 to 11 of a decrement', () => {
    const system = openSystem();
    system.write([0x1014], [element(0, 0), purseBlock(100, 0xffffffff, 0xffffffff, 2)]);
    expect(system.blocksOf(0x1014)[0]).toEqual(purseBlock(9_900, 100, 0x55000000, 2));
  });

  it('answers success and subtracts nothing when the execution ID repeats', () => {
    const system = openSystem();
    const before = system.memory();
    expect(system.write([0x1014], [element(0, 0), amountBlock(100, 1)])).toEqual(NORMAL_END);
    expect(system.write([0x1014], [element(0, 0), amountBlock(99_999, 1)])).toEqual(NORMAL_END);
    expect(system.memory()).toEqual(before);
  });

  it('gives back through a service with cashback access, in access mode 001', () => {
    const system = openSystem();
    const flags = system.write([0x1012], [element(0, 0, 'cashback'), amountBlock(250, 2)]);
    expect(flags).toEqual(NORMAL_END);
    expect(system.blocksOf(0x1012)[0]).toEqual(purseBlock(10_250, 0, 0x55000000, 2));
  });

  it('sets the whole block through a service with direct access', () => {
    const system = openSystem();
    const whole = purseBlock(0xffffffff, 0xffffffff, 0x01020304, 1);
    expect(system.write([0x1010], [element(0, 0), whole])).toEqual(NORMAL_END);
    expect(system.blocksOf(0x1010)[0]).toEqual(whole);
  });

  it('may not raise the balance by direct access under the narrower reading', () => {
    const system = openSystem({ directMayNotIncrease: true });
    const flags = system.write([0x1010], [element(0, 0), purseBlock(10_001, 0, 0, 9)]);
    expect(flags).toEqual({ statusFlag1: 1, statusFlag2: 0xa5 });
    expect(system.blocksOf(0x1010)[0]).toEqual(PURSE);
  });

  it('subtracts twice for two execution IDs in one command, the second after the first', () => {
    const system = openSystem();
    const [six, four] = [amountBlock(6_000, 2), amountBlock(4_000, 3)];
    expect(system.write([0x1014], [element(0, 0), six], [element(0, 0), four])).toEqual(NORMAL_END);
    expect(system.blocksOf(0x1014)[0]).toEqual(purseBlock(0, 4_000, 0x55000000, 3));
    expect(faultOf([0x1014], [element(0, 0), six], [element(0, 0), amountBlock(4_001, 3)])).toEqual(
      {
        statusFlag1: 2,
        statusFlag2: 0x01,
      },
    );
  });

  it('subtracts once for one execution ID twice in one command', () => {
    const system = openSystem();
    const write: NamedBlock = [element(0, 0), amountBlock(100, 2)];
    expect(system.write([0x1014], write, write)).toEqual(NORMAL_END);
    expect(system.blocksOf(0x1014)[0]).toEqual(purseBlock(9_900, 100, 0x55000000, 2));
  });

  it('knows each of several purses in one service by its block number', () => {
    const system = openSystem();
    system.write([0x1014], [element(0, 1), amountBlock(500, 2)]);
    expect(system.blocksOf(0x1014)).toEqual([PURSE, purseBlock(0, 500, 0, 2)]);
  });

  it.each([
    ['01', 0x1014, element(0, 0), amountBlock(10_001, 2), 0x01],
    ['02', 0x1012, element(0, 0, 'cashback'), amountBlock(251, 2), 0x02],
    ['A8', 0x1014, element(0, 2), amountBlock(1, 2), 0xa8],
    ['A5', 0x1014, element(0, 0, 'cashback'), amountBlock(1, 2), 0xa5],
    ['A5', 0x1010, element(0, 0, 'cashback'), amountBlock(1, 2), 0xa5],
    ['A5', 0x1016, element(0, 0), amountBlock(1, 2), 0xa5],
    ['A5', 0x1016, element(0, 0, 'cashback'), amountBlock(1, 2), 0xa5],
    ['A5', 0x1014, element(0, 9, 'cashback'), amountBlock(1, 2), 0xa5],
  ] as const)(
    'refuses with status flag 2 = %s through service %i',
    (_, code, named, data, flag) => {
      expect(faultOf([code], [named, data])).toEqual({ statusFlag1: 1, statusFlag2: flag });
    },
  );

  it('overflows four bytes with status flag 2 = 01', () => {
    const system = openSystem();
    system.write([0x1010], [element(0, 0), purseBlock(0xffffffff, 1, 0, 5)]);
    const flags = system.write([0x1012], [element(0, 0, 'cashback'), amountBlock(1, 6)]);
    expect(flags).toEqual({ statusFlag1: 1, statusFlag2: 0x01 });
  });
});

describe('a Write over several elements', () => {
  const decrement: NamedBlock = [element(0, 0), amountBlock(100, 2)];
  const history: NamedBlock = [element(1, 0), block(7)];

  it('stores purse and history together', () => {
    const system = openSystem();
    expect(system.write([0x1014, 0x004c], decrement, history)).toEqual(NORMAL_END);
    expect(system.blocksOf(0x1014)[0]).toEqual(purseBlock(9_900, 100, 0x55000000, 2));
    expect(system.blocksOf(0x004c)[0]).toEqual(block(7));
  });

  it.each([
    ['a service index outside the list', element(9, 0), 0xa3],
    ['an access mode that is none', element(1, 0, 7), 0xa7],
    ['an area', element(2, 0), 0xa4],
    ['a service that is not there', element(3, 0), 0xa6],
    ['a service that is read only', element(4, 0), 0xa5],
    ['a block that is not there', element(5, 3), 0xa8],
    ['a second debit above the balance', element(0, 0), 0x01],
  ] as const)('changes nothing at all when the last element names %s', (_, last, flag) => {
    const codes = [0x1014, 0x004c, 0x0000, 0x2008, 0x000a, 0x0008];
    const flags = faultOf(codes, decrement, history, [last, amountBlock(9_901, 3)]);
    expect(flags).toEqual({ statusFlag1: 4, statusFlag2: flag });
  });

  it('reports the first faulty element, whatever its fault', () => {
    const flags = faultOf(
      [0x1014],
      [element(0, 0), amountBlock(10_001, 2)],
      [element(15, 0), block(1)],
    );
    expect(flags).toEqual({ statusFlag1: 1, statusFlag2: 0x01 });
  });

  it('has A2 for no element and for fourteen', () => {
    const a2 = { statusFlag1: 0xff, statusFlag2: 0xa2 };
    const many = (count: number) =>
      Array.from({ length: count }, (): NamedBlock => [element(0, 0), block(1)]);
    expect(faultOf([0x0008])).toEqual(a2);
    expect(faultOf([0x0008], ...many(14))).toEqual(a2);
    expect(openSystem().write([0x0008], ...many(13))).toEqual(NORMAL_END);
  });

  it('without authentication reaches services without a key only', () => {
    const system = openSystem({ isAuthenticated: false });
    expect(system.write([0x0008], [element(0, 0), block(1)])).toMatchObject({ statusFlag2: 0xa5 });
    expect(system.write([0x0009], [element(0, 0), block(1)])).toEqual(NORMAL_END);
    expect(system.write([0x004d], [element(0, 0), block(1)])).toEqual(NORMAL_END);
    expect(system.write([0x1015], [element(0, 0), amountBlock(1, 2)])).toEqual(NORMAL_END);
  });

  it.each([0x000a, 0x004e])('has A5 for the service %i, which may only be read', (code) => {
    expect(faultOf([code], [element(0, 0), block(1)])).toMatchObject({ statusFlag2: 0xa5 });
  });

  it.each([0x0008, 0x004c])('has A5 for access mode 001 to the service %i, no purse', (code) => {
    const flags = faultOf([code], [element(0, 0, 'cashback'), block(1)]);
    expect(flags).toMatchObject({ statusFlag2: 0xa5 });
  });
});

describe('a Write to a card whose memory is at its end', () => {
  const write: NamedBlock = [element(0, 0), block(7)];

  it('is done and answered with the warning 71', () => {
    const system = openSystem({ memoryCondition: 'worn' });
    expect(system.write([0x0008], write)).toEqual({ statusFlag1: 0xff, statusFlag2: 0x71 });
    expect(system.blocksOf(0x0008)[0]).toEqual(block(7));
  });

  it('is not done and answered with the error 70', () => {
    const system = openSystem({ memoryCondition: 'failed' });
    expect(system.write([0x0008], write)).toEqual({ statusFlag1: 0xff, statusFlag2: 0x70 });
    expect(system.commitCount()).toBe(0);
  });

  it('is refused for its own fault first', () => {
    const system = openSystem({ memoryCondition: 'failed' });
    const fault = system.write([0x0008], [element(0, 3), block(7)]);
    expect(fault).toEqual({ statusFlag1: 1, statusFlag2: 0xa8 });
  });
});
