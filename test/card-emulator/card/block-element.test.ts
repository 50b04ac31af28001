import { describe, expect, it } from 'vitest';
import type { AccessMode } from '#felica/block-list';
import { nodeCode } from '#felica/identifiers';
import {
  type BlockAccess,
  faultAt,
  faultOfCommand,
  namedService,
} from '../../../card-emulator/card/block-element.ts';
import { CardFileSystem } from '../../../card-emulator/card/card-file-system.ts';
import { testPersonalisation } from './test-card.ts';
import { element } from './test-session.ts';

function plainAccess(serviceCodes: readonly number[]): BlockAccess {
  const fileSystem = new CardFileSystem(testPersonalisation());
  return {
    fileSystem,
    system: fileSystem.systems[0]!,
    serviceCodes: serviceCodes.map(nodeCode),
    isAuthenticated: false,
    blocksMax: 15,
    statusFlag1: 'bit',
  };
}

function named(code: number, options: { mode?: AccessMode; isAuthenticated?: boolean } = {}) {
  const access = {
    ...plainAccess([code]),
    isAuthenticated: options.isAuthenticated ?? false,
  };
  return namedService(access, element(0, 0, options.mode), ['normal', 'cashback']);
}

describe('the service of a block list element', () => {
  it('is found by its place in the service list', () => {
    expect(named(0x0009)).toMatchObject({ result: 'found', service: { code: 0x0009 } });
  });

  it('is refused for the first fault in the order A3, A7, A4, A6, A5', () => {
    const empty = plainAccess([]);
    const refused = (statusFlag2: number) => ({ result: 'refused', statusFlag2 });
    expect(namedService(empty, element(0, 0, 2), ['normal'])).toEqual(refused(0xa3));
    expect(named(0x1000, { mode: 2 })).toEqual(refused(0xa7));
    expect(named(0x3000)).toEqual(refused(0xa4));
    expect(named(0x3008)).toEqual(refused(0xa6));
    expect(named(0x0008)).toEqual(refused(0xa5));
  });

  it.each([0xffff, 0x0000, 0x1000, 0x1001])('is refused with A4 for the node %i', (code) => {
    expect(named(code, { isAuthenticated: true })).toMatchObject({ statusFlag2: 0xa4 });
  });

  it.each([2, 3, 'key-change', 5, 6, 7] as const)(
    'is refused with A7 for access mode %s',
    (mode) => {
      expect(named(0x0009, { mode })).toMatchObject({ statusFlag2: 0xa7 });
    },
  );

  it('needs a key that has been proven, where it needs a key', () => {
    expect(named(0x0008)).toMatchObject({ statusFlag2: 0xa5 });
    expect(named(0x0008, { isAuthenticated: true })).toMatchObject({ result: 'found' });
    expect(named(0x0009)).toMatchObject({ result: 'found' });
  });
});

describe('status flag 1', () => {
  it('is one bit for each of eight elements, and begins again with the ninth', () => {
    const flags = [0, 1, 7, 8, 9, 14].map((index) => faultAt(index, 0xa8, 'bit').statusFlag1);
    expect(flags).toEqual([0x01, 0x02, 0x80, 0x01, 0x02, 0x40]);
  });

  it('is the place in the list on a card that counts places', () => {
    const flags = [0, 1, 7, 9, 14].map((index) => faultAt(index, 0xa8, 'ordinal').statusFlag1);
    expect(flags).toEqual([1, 2, 8, 10, 15]);
  });

  it('is FF for a fault of the whole command', () => {
    expect(faultOfCommand(0xa1)).toEqual({ statusFlag1: 0xff, statusFlag2: 0xa1 });
  });
});
