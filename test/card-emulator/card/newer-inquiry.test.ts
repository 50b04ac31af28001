import { describe, expect, it } from 'vitest';
import { createFelicaCard } from '#emulated-card';
import { nodeCode } from '#felica/identifiers';
import type { CardPersonalisation, PersonalisedSystem } from '#purse/card-profile';
import {
  block,
  countingRandom,
  frame,
  hex,
  IDM_0,
  purseBlock,
  testCard,
  testPersonalisation,
  testSystem,
  toHex,
  WALLET,
} from './test-card.ts';

function answer(fields: string, change: Partial<CardPersonalisation> = {}): string | undefined {
  return toHex(testCard(change).exchange(frame(fields)));
}

/** An answer from its fields, as {@link answer} gives it. */
function text(fields: string): string | undefined {
  return toHex(frame(fields));
}

const DES = { desKey: hex('0123456789abcdef'), desVersion: 9 };

function withDes(system: PersonalisedSystem): PersonalisedSystem {
  return {
    ...system,
    systemKey: { ...system.systemKey, ...DES },
    areas: system.areas.map((area) => ({ ...area, ...DES })),
    services: system.services.map((node) => (node.key === undefined ? node : { ...node, ...DES })),
  };
}

function withoutAes({ key: _key, version: _version, ...node }: PersonalisedSystem['systemKey']) {
  return { ...node, ...DES };
}

describe('Request Service v2', () => {
  const request = `32 ${IDM_0} 03 1410 1710 0020`;

  it('tells the AES key versions of an AES card', () => {
    expect(answer(request)).toBe(text(`33 ${IDM_0} 0000 4f 03 0300 0300 ffff`));
  });

  it('tells both versions on a card with both schemes', () => {
    const systems = [withDes(testPersonalisation().systems[0]!)];
    expect(answer(request, { systems })).toBe(
      text(`33 ${IDM_0} 0000 41 03 0300 0300 ffff 0900 0300 ffff`),
    );
    expect(answer(`02 ${IDM_0} 01 1410`, { systems })).toBe(text(`03 ${IDM_0} 01 0900`));
  });

  it('tells the DES key versions of a DES card', () => {
    const { individualKey: _aes, ...card } = testPersonalisation();
    const system = testSystem(WALLET, [], {});
    const desOnly = {
      ...system,
      systemKey: withoutAes(system.systemKey),
      areas: [{ code: nodeCode(0), endCode: nodeCode(0xfffe), ...DES }],
    };
    const made = createFelicaCard({ ...card, systems: [desOnly] }, { random: countingRandom });
    made.powerOn();
    const found = made.exchange(frame(`32 ${IDM_0} 01 0000`));
    expect(toHex(found)).toBe(text(`33 ${IDM_0} 0000 2f 01 0900`));
  });
});

describe('a card that is asked what lies on it', () => {
  it('counts the blocks of services, and no free ones in areas', () => {
    const request = `0e ${IDM_0} 04 0900 1710 0000 0020`;
    expect(answer(request)).toBe(text(`0f ${IDM_0} 04 0300 0200 0000 ffff`));
  });

  it('lists an area in parts of 24 services', () => {
    const services = Array.from({ length: 30 }, (_, index) => 0x0009 + index * 0x40);
    const blocks = Object.fromEntries(services.map((_, index) => [index, [block(0)]]));
    const systems = [testSystem(WALLET, services, blocks)];
    const first = testCard({ systems }).exchange(frame(`1a ${IDM_0} 0000 0100`))!;
    expect(toHex(first.slice(10, 15))).toBe('0000010018');
    const second = testCard({ systems }).exchange(frame(`1a ${IDM_0} 0000 0200`))!;
    expect(toHex(second.slice(10, 15))).toBe('0000000006');
    expect(answer(`1a ${IDM_0} 0000 0300`, { systems })).toBe(text(`1b ${IDM_0} ffac`));
  });

  it('lists nothing of an area that is not there, and has no part 0', () => {
    expect(answer(`1a ${IDM_0} 0020 0100`)).toBe(text(`1b ${IDM_0} ffa6`));
    expect(answer(`1a ${IDM_0} 0000 0000`)).toBe(text(`1b ${IDM_0} ffac`));
  });

  it('knows its areas but the root, as cards were seen to', () => {
    const system = testPersonalisation().systems[0]!;
    const area = { ...system.areas[0]!, code: nodeCode(0x1000), endCode: nodeCode(0x10ff) };
    const systems = [{ ...system, areas: [...system.areas, area] }];
    expect(answer(`24 ${IDM_0} 0010`, { systems })).toBe(text(`25 ${IDM_0} 0000 0010 0000`));
    expect(answer(`24 ${IDM_0} 0000`)).toBe(text(`25 ${IDM_0} ffe0`));
    expect(answer(`24 ${IDM_0} 1710`)).toBe(text(`25 ${IDM_0} ffe2`));
    expect(answer(`24 ${IDM_0} 0020`)).toBe(text(`25 ${IDM_0} ffa6`));
  });

  it('tells the limits of a purse that has some', () => {
    const limits = { upper: 20_000, lower: -500, generation: 3 };
    const system = testSystem(WALLET, [0x1017, 0x0009], { 0: [block(0)] });
    const systems = [
      {
        ...system,
        blocks: [...system.blocks, { serviceNumber: 64, blocks: [purseBlock(1)], limits }],
      },
    ];
    expect(answer(`28 ${IDM_0} 00 02 1710 0900`, { systems })).toBe(
      text(`29 ${IDM_0} 0000 02 01 204e0000 0cfeffff 03 00 00000000 00000000 00`),
    );
    expect(answer(`28 ${IDM_0} 01 01 1710`)).toBe(text(`29 ${IDM_0} 0000 01 00`));
    expect(answer(`28 ${IDM_0} 02 01 1710`)).toBe(text(`29 ${IDM_0} ffc3`));
    expect(answer(`28 ${IDM_0} 00 01 0020`)).toBe(text(`29 ${IDM_0} ffa6`));
    expect(answer(`28 ${IDM_0} 01 01 0020`)).toBe(text(`29 ${IDM_0} ffa6`));
  });

  it.each([
    ['32', '', 32],
    ['28', '00', 16],
    ['28', '01', 16],
  ])('answers %s %s with A1 unless it names 1 to %i nodes', (code, type, max) => {
    const ask = (count: number) =>
      answer(`${code} ${IDM_0} ${type} ${toHex(Uint8Array.of(count))} ${'1710'.repeat(count)}`);
    const refused = text(`${toHex(Uint8Array.of(Number.parseInt(code, 16) + 1))} ${IDM_0} ffa1`);
    expect([ask(0), ask(max + 1)]).toEqual([refused, refused]);
    expect(ask(1)).toContain(`${IDM_0}0000`);
    expect(ask(max)).toContain(`${IDM_0}0000`);
  });

  it('is silent to a number of nodes where the answer has no status flags', () => {
    expect(answer(`0e ${IDM_0} 00`)).toBeUndefined();
    expect(answer(`0e ${IDM_0} 21 ${'1710'.repeat(33)}`)).toBeUndefined();
    expect(answer(`02 ${IDM_0} 00`)).toBeUndefined();
    expect(answer(`02 ${IDM_0} 21 ${'1710'.repeat(33)}`)).toBeUndefined();
  });

  it('tells its version and what it has, and no status nobody knows', () => {
    expect(answer(`3c ${IDM_0} 0000`)).toBe(
      text(`3d ${IDM_0} 0000 00 0085 04 0000 0000 0085 0000`),
    );
    expect(answer(`38 ${IDM_0} 0000`)).toBe(text(`39 ${IDM_0} 0000 00 00`));
    expect(answer(`3a ${IDM_0} 0000`)).toBe(text(`3b ${IDM_0} 0000 00`));
  });

  it('sends an echo back', () => {
    expect(answer('f0 00 0102')).toBe(text('f0 00 0102'));
    expect(answer('f0 01 0102')).toBeUndefined();
  });
});

describe('the container of a phone', () => {
  const container = {
    format: hex('0102030405'),
    model: block(0x41).slice(5),
    id: hex('11'.repeat(8)),
  };

  it('is told by a card that has one', () => {
    expect(answer('70 0000', { container })).toBe(text(`71 ${'11'.repeat(8)}`));
    expect(answer(`22 ${IDM_0} 0000`, { container })).toBe(
      text(`23 ${IDM_0} 0102030405 ${'41'.repeat(11)}`),
    );
  });

  it('is silence from a card without', () => {
    expect(answer('70 0000')).toBeUndefined();
    expect(answer(`22 ${IDM_0} 0000`)).toBeUndefined();
  });
});
