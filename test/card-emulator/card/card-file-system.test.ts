import { describe, expect, it } from 'vitest';
import { nodeCode } from '#felica/identifiers';
import {
  createFileSystem,
  personalisationOf,
} from '../../../card-emulator/card/card-file-system.ts';
import {
  block,
  hex,
  KEY_VERSION,
  keyOf,
  testPersonalisation,
  testSystem,
  toHex,
  WALLET,
} from './test-card.ts';

describe('the file system of a card', () => {
  it('gives each system an IDm that differs in its first digit', () => {
    const systems = Array.from({ length: 16 }, (_, index) => testSystem(0x4000 + index, [], {}));
    const fileSystem = createFileSystem(testPersonalisation({ systems }));
    const digits = fileSystem.systems.map(({ idm }) => toHex(idm)?.slice(0, 1)).join('');
    expect(digits).toBe('0123456789abcdef');
    expect(toHex(fileSystem.systems[15]!.idm)?.slice(1)).toBe('112233445566778');
  });

  it('lets services with the same number share one list of blocks', () => {
    const { systems } = createFileSystem(testPersonalisation());
    const { services } = systems[0]!;
    const purseFiles = [0x1010, 0x1012, 0x1014, 0x1017].map((code) => services.get(code)?.file);
    expect(new Set(purseFiles).size).toBe(1);
    expect(services.get(0x0009)?.file).not.toBe(purseFiles[0]);
    expect(systems[1]!.services.get(0x1010)?.file).not.toBe(purseFiles[0]);
  });

  it('knows keys and key versions of system, areas and services', () => {
    const { nodeKeys, keyVersions } = createFileSystem(testPersonalisation()).systems[0]!;
    expect(nodeKeys.get(0xffff)).toEqual(keyOf(0xffff));
    expect(nodeKeys.get(0x0000)).toEqual(keyOf(0));
    expect(nodeKeys.get(0x1014)).toEqual(keyOf(0x1014));
    expect(nodeKeys.has(0x1017)).toBe(false);
    expect(keyVersions.get(0x1017)).toBe(KEY_VERSION);
    expect(keyVersions.has(0x2000)).toBe(false);
  });

  it('is searched from each area into what lies in it, by code', () => {
    const system = testSystem(WALLET, [0x2009, 0x1017, 0x0009], {
      0: [block(0)],
      64: [block(0)],
      128: [block(0)],
    });
    const purseArea = {
      code: nodeCode(0x1000),
      endCode: nodeCode(0x10ff),
      key: block(0),
      version: 1,
    };
    const areas = [purseArea, ...system.areas];
    const personalisation = testPersonalisation({ systems: [{ ...system, areas }] });
    const { foundNodes } = createFileSystem(personalisation).systems[0]!;
    expect(foundNodes).toEqual([
      { kind: 'area', code: 0x0000, endCode: 0xfffe },
      { kind: 'service', code: 0x0009 },
      { kind: 'area', code: 0x1000, endCode: 0x10ff },
      { kind: 'service', code: 0x1017 },
      { kind: 'service', code: 0x2009 },
    ]);
  });

  it('copies its blocks, in and out', () => {
    const given = block(1);
    const systems = [testSystem(WALLET, [0x0009], { 0: [given] })];
    const fileSystem = createFileSystem(testPersonalisation({ systems }));
    given.fill(9);
    const taken = personalisationOf(fileSystem).systems[0]!.blocks[0]!.blocks[0]!;
    expect(taken).toEqual(block(1));
    taken.fill(9);
    expect(fileSystem.systems[0]!.services.get(0x0009)?.file.blocks).toEqual([block(1)]);
  });

  it('gives back its personalisation with the blocks of now', () => {
    const personalisation = testPersonalisation();
    const fileSystem = createFileSystem(personalisation);
    expect(personalisationOf(fileSystem)).toEqual(personalisation);
    fileSystem.systems[1]!.services.get(0x0009)!.file.blocks = [hex('ab'.repeat(16))];
    const { systems } = personalisationOf(fileSystem);
    expect(systems[1]!.blocks[0]!.blocks).toEqual([block(0xab)]);
    expect(systems[0]).toEqual(personalisation.systems[0]);
  });
});
