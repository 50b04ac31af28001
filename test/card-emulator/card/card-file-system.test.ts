import { describe, expect, it } from 'vitest';
import { nodeCode } from '#felica/identifiers';
import { blockOf, CardFileSystem } from '../../../card-emulator/card/card-file-system.ts';
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
    const fileSystem = new CardFileSystem(testPersonalisation({ systems }));
    const idms = fileSystem.systems.map((system) => toHex(fileSystem.idmOf(system))!);
    expect(idms.map((text) => text.slice(0, 1)).join('')).toBe('0123456789abcdef');
    expect(idms[15]!.slice(1)).toBe('112233445566778');
  });

  it('lets services with the same number share one list of blocks', () => {
    const { systems } = new CardFileSystem(testPersonalisation());
    const { services } = systems[0]!;
    const purseFiles = [0x1010, 0x1012, 0x1014, 0x1017].map((code) => services.get(code)?.file);
    expect(new Set(purseFiles).size).toBe(1);
    expect(services.get(0x0009)?.file).not.toBe(purseFiles[0]);
    expect(systems[1]!.services.get(0x1010)?.file).not.toBe(purseFiles[0]);
  });

  it('knows keys and key versions of system, areas and services', () => {
    const fileSystem = new CardFileSystem(testPersonalisation());
    const { nodes } = fileSystem.systems[0]!;
    for (const code of [0xffff, 0x0000, 0x1014]) {
      expect(fileSystem.key(nodes.get(code)!.aes!)).toEqual(keyOf(code));
    }
    expect(nodes.get(0x1014)!.des).toBeUndefined();
    expect(nodes.get(0x1017)!.aes).toBeUndefined();
    expect(fileSystem.version(nodes.get(0x1014)!.aes!)).toBe(KEY_VERSION);
    expect(fileSystem.version(nodes.get(0x1017)!.open!)).toBe(KEY_VERSION);
    expect(nodes.has(0x2000)).toBe(false);
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
    const { foundNodes } = new CardFileSystem(personalisation).systems[0]!;
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
    const fileSystem = new CardFileSystem(testPersonalisation({ systems }));
    given.fill(9);
    const taken = fileSystem.personalisation().systems[0]!.blocks[0]!.blocks[0]!;
    expect(taken).toEqual(block(1));
    taken.fill(9);
    const { file } = fileSystem.systems[0]!.services.get(0x0009)!;
    expect(fileSystem.blocks(file)).toEqual([block(1)]);
  });

  it('gives back its personalisation with the memory of now', () => {
    const personalisation = testPersonalisation();
    const fileSystem = new CardFileSystem(personalisation);
    expect(fileSystem.personalisation()).toEqual(personalisation);
    const memory = fileSystem.memory.slice();
    const { file } = fileSystem.systems[1]!.services.get(0x0009)!;
    blockOf(memory, file, 0).set(hex('ab'.repeat(16)));
    fileSystem.commit(memory);
    const { systems } = fileSystem.personalisation();
    expect(systems[1]!.blocks[0]!.blocks[0]).toEqual(block(0xab));
    expect(systems[0]).toEqual(personalisation.systems[0]);
    expect(fileSystem.commitCount).toBe(1);
  });

  it('takes no memory of another size', () => {
    const fileSystem = new CardFileSystem(testPersonalisation());
    expect(() => fileSystem.commit(new Uint8Array(3))).toThrow('memory: expected');
  });

  it('shares one layout with cards that differ in content only', () => {
    const other = testPersonalisation({ individualKey: block(9), idi: hex('00'.repeat(8)) });
    const third = testPersonalisation({
      systems: [testSystem(WALLET, [0x0009], { 0: [block(1)] })],
    });
    const [first, same, odd] = [testPersonalisation(), other, third].map(
      (personalisation) => new CardFileSystem(personalisation),
    );
    expect(same!.layout).toBe(first!.layout);
    expect(odd!.layout).not.toBe(first!.layout);
  });

  it('keeps DES keys and AES keys of a node apart, each with its version', () => {
    const both = { key: block(1), version: 2, desKey: hex('0123456789abcdef'), desVersion: 0x0304 };
    const system = testSystem(WALLET, [], {});
    const systems = [
      {
        ...system,
        systemKey: both,
        areas: [{ code: nodeCode(0), endCode: nodeCode(0xfffe), ...both }],
      },
    ];
    const personalisation = testPersonalisation({ systems });
    const fileSystem = new CardFileSystem(personalisation);
    const { aes, des } = fileSystem.systems[0]!.nodes.get(0)!;
    expect([fileSystem.version(aes!), fileSystem.version(des!)]).toEqual([2, 0x0304]);
    expect(fileSystem.personalisation()).toEqual(personalisation);
  });
});
