import { describe, expect, it } from 'vitest';
import { CardStructureError } from '#emulated-card';
import { idm, nodeCode, systemCode } from '#felica/identifiers';
import type { CardPersonalisation, PersonalisedSystem } from '#purse/card-profile';
import {
  certifiedSystemIndex,
  requireCardStructure,
} from '../../../card-emulator/card/card-structure.ts';
import {
  block,
  hex,
  KEY_VERSION,
  keyOf,
  testPersonalisation,
  testSystem,
  WALLET,
  walletSystem,
} from './test-card.ts';

const CERTIFICATE = {
  key: block(0xce),
  version: 1,
  purseService: nodeCode(0x1010),
  historyService: nodeCode(0x104c),
  certificateService: nodeCode(0x10ca),
};

function certifiedSystem(services = [0x1010, 0x1017, 0x104c, 0x10ca]): PersonalisedSystem {
  return testSystem(WALLET, services, { 64: [block(0)], 65: [block(0)], 67: [block(0)] });
}

/** The field that is reported for a personalisation, or nothing for a good one. */
function faultOf(change: Partial<CardPersonalisation>): string | undefined {
  try {
    requireCardStructure(testPersonalisation(change));
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(CardStructureError);
    return error instanceof CardStructureError ? error.field : undefined;
  }
}

function faultOfSystem(change: Partial<PersonalisedSystem>): string | undefined {
  return faultOf({ systems: [{ ...walletSystem(), ...change }] });
}

function area(code: number, endCode: number, key = keyOf(code)) {
  return { code: nodeCode(code), endCode: nodeCode(endCode), key, version: KEY_VERSION };
}

const ROOT = area(0, 0xfffe);

describe('the structure of a card', () => {
  it('is of a phone with its IDm and one system in its range only', () => {
    const phone = {
      personality: 'hce-f',
      idm: idm(hex('02fe000000000001')),
      systems: [walletSystem(0x4000)],
    } as const;
    const system = (code: number) => ({ ...phone, systems: [walletSystem(code)] });
    expect(faultOf(phone)).toBeUndefined();
    expect(faultOf(system(0x4ffe))).toBeUndefined();
    expect(faultOf({ ...phone, idm: idm(hex('0112000000000001')) })).toBe('idm');
    expect(faultOf(system(0x3ffe))).toBe('systems[0].systemCode');
    expect(faultOf(system(0x5000))).toBe('systems[0].systemCode');
    expect(faultOf(system(0x4eff))).toBe('systems[0].systemCode');
    const two = [walletSystem(0x4000), walletSystem(0x4001)];
    expect(faultOf({ ...phone, systems: two })).toBe('systems');
  });

  it('is good for the test card, and for sixteen systems', () => {
    expect(faultOf({})).toBeUndefined();
    const sixteen = Array.from({ length: 16 }, (_, index) => walletSystem(0x4000 + index));
    expect(faultOf({ systems: sixteen })).toBeUndefined();
  });

  it.each([
    ['idm', { idm: idm(hex('1112233445566778')) }],
    ['idi', { idi: hex('00') }],
    ['pmi', { pmi: hex('') }],
    ['individualKey', { individualKey: new Uint8Array(15) }],
    ['systems', { systems: [] }],
    ['systems', { systems: Array.from({ length: 17 }, (_, i) => walletSystem(0x4000 + i)) }],
    ['systems[1].systemCode', { systems: [walletSystem(), walletSystem()] }],
  ] as const)('is refused for its %s', (field, change) => {
    expect(faultOf(change)).toBe(field);
  });

  it.each([
    ['systemCode', { systemCode: systemCode(0xff00) }],
    ['systemCode', { systemCode: systemCode(0x40ff) }],
    ['systemKey.key', { systemKey: { key: hex('00'), version: 1 } }],
    ['systemKey.version', { systemKey: { key: block(0), version: 0xffff } }],
    ['systemKey.version', { systemKey: { key: block(0), version: -1 } }],
    ['systemKey.version', { systemKey: { key: block(0), version: 0.5 } }],
    ['areas', { areas: [] }],
    ['areas', { areas: [area(0x1000, 0x10ff)] }],
    ['areas[1].code', { areas: [ROOT, ROOT] }],
    ['areas[1].code', { areas: [ROOT, area(0x1002, 0x10ff)] }],
    ['areas[1].key', { areas: [ROOT, area(0x1000, 0x10ff, hex('00'))] }],
    ['areas[1].endCode', { areas: [ROOT, area(0x1000, 0x0fff)] }],
    ['areas[0].endCode', { areas: [area(0, 0xffff)] }],
    ['areas[1]', { areas: [area(0, 0x0fff), area(0x1000, 0x10ff)] }],
    ['areas[1]', { areas: [ROOT, area(0x1000, 0x10ff), area(0x1040, 0x11ff)] }],
    ['areas[2]', { areas: [ROOT, area(0x1001, 0x10ff), area(0x1040, 0x107f)] }],
    ['services[1].code', { services: [0x1010, 0x1010].map(service) }],
    ['services[0].code', { services: [service(0x1028)] }],
    ['services[0].code', { services: [service(0x1000)] }],
    ['services[0].version', { services: [{ ...service(0x1010), version: 0x1_0000 }] }],
    ['services[0].key', { services: [{ ...service(0x1010), key: hex('00') }] }],
    ['services[0].key', { services: [{ code: nodeCode(0x1010), version: 1 }] }],
    ['services[0].key', { services: [{ ...service(0x1010), code: nodeCode(0x1017) }] }],
  ] as const)('is refused for its system: %s', (field, change) => {
    expect(faultOfSystem(change)).toBe(`systems[0].${field}`);
  });

  it('has areas side by side and inside each other', () => {
    const areas = [ROOT, area(0x1000, 0x10ff), area(0x1040, 0x107f), area(0x2000, 0x20ff)];
    expect(faultOfSystem({ areas })).toBeUndefined();
  });

  it.each([
    ['services[0].code', [0x1014, 0x1008], { 64: [block(0)] }],
    ['services[0].code', [0x1014], {}],
    ['blocks[0].serviceNumber', [], { 64: [block(0)] }],
    ['blocks[0].blocks', [0x1014], { 64: [] }],
    ['blocks[0].blocks[1]', [0x1014], { 64: [block(0), hex('00')] }],
  ])('is refused for its blocks: %s', (field, services, blocks) => {
    const systems = [testSystem(WALLET, services, blocks)];
    expect(faultOf({ systems })).toBe(`systems[0].${field}`);
  });

  it('has each service number once', () => {
    const blocks = [64, 64].map((serviceNumber) => ({ serviceNumber, blocks: [block(0)] }));
    const services = [service(0x1014)];
    expect(faultOfSystem({ services, blocks })).toBe('systems[0].blocks[1].serviceNumber');
  });

  it('names no key in an error', () => {
    const secret = hex('5ec4e75ec4e75ec4e7');
    expect(() => requireCardStructure(testPersonalisation({ individualKey: secret }))).toThrow(
      /^individualKey: expected 16 bytes, got 9$/,
    );
  });
});

describe('the certificate of a card', () => {
  const systems = [certifiedSystem()];

  it('is found in the system that has its three services', () => {
    expect(faultOf({ systems, certificate: CERTIFICATE })).toBeUndefined();
    const second = [testSystem(0x4001, [0x1010], { 64: [block(0)] }), certifiedSystem()];
    expect(certifiedSystemIndex(CERTIFICATE, second)).toBe(1);
  });

  it.each([
    ['key', { key: hex('00') }],
    ['version', { version: 256 }],
    ['purseService', { purseService: nodeCode(0x104c) }],
    ['historyService', { historyService: nodeCode(0x10ca) }],
    ['certificateService', { certificateService: nodeCode(0x1017) }],
  ] as const)('is refused for its %s', (field, change) => {
    const certificate = { ...CERTIFICATE, ...change };
    expect(faultOf({ systems, certificate })).toBe(`certificate.${field}`);
  });

  it('is refused without its services', () => {
    expect(faultOf({ certificate: CERTIFICATE })).toBe('certificate');
  });

  it('is refused where somebody else may write it', () => {
    const writable = [certifiedSystem([0x1010, 0x104c, 0x10ca, 0x10c8])];
    const fault = faultOf({ systems: writable, certificate: CERTIFICATE });
    expect(fault).toBe('certificate.certificateService');
  });

  it('is refused for a purse of two blocks, of which it could name one only', () => {
    const blocks = { 64: [block(0), block(0)], 65: [block(0)], 67: [block(0)] };
    const twoPurses = [testSystem(WALLET, [0x1010, 0x104c, 0x10ca], blocks)];
    const fault = faultOf({ systems: twoPurses, certificate: CERTIFICATE });
    expect(fault).toBe('certificate.purseService');
  });
});

function service(code: number) {
  return { code: nodeCode(code), key: keyOf(code), version: KEY_VERSION };
}
