import { createFelicaCard, type FelicaCardOptions } from '#emulated-card';
import { idm, nodeCode, pmm, type SystemCode, systemCode } from '#felica/identifiers';
import type { CardPersonalisation, PersonalisedSystem } from '#purse/card-profile';

/** `hex('10 06 0102030405060708 01 0b00')`: bytes in groups, as frames are read. */
export function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));
}

export function toHex(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : Buffer.from(bytes).toString('hex');
}

/** A frame from its fields: the length byte is put in front. */
export function frame(fields: string): Uint8Array {
  const body = hex(fields);
  return Uint8Array.of(body.length + 1, ...body);
}

/** Sixteen bytes that show in a dump where they came from. */
export function block(fill: number): Uint8Array {
  return new Uint8Array(16).fill(fill);
}

/** A balance, cashback data, user data and execution ID as they lie in a block. */
export function purseBlock(balance: number, cashback = 0, user = 0, executionId = 0): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, balance, true);
  view.setUint32(4, cashback, true);
  view.setUint32(8, user);
  view.setUint32(12, executionId);
  return bytes;
}

/** What a decrement or a cashback sends. */
export function amountBlock(amount: number, executionId: number): Uint8Array {
  return purseBlock(amount, 0, 0, executionId);
}

/** A key that tells its node: the code in every second byte. */
export function keyOf(code: number): Uint8Array {
  return Uint8Array.from({ length: 16 }, (_, index) => (index % 2 === 0 ? code >> 8 : code) & 0xff);
}

export const INDIVIDUAL_KEY: Uint8Array = new Uint8Array(16).fill(0x77);
export const KEY_VERSION = 3;

/** Blocks by service number, which the services of the system must cover. */
export type BlocksByNumber = Readonly<Record<number, readonly Uint8Array[]>>;

export function testSystem(
  code: number,
  services: readonly number[],
  blocks: BlocksByNumber,
): PersonalisedSystem {
  const version = KEY_VERSION;
  return {
    systemCode: systemCode(code),
    systemKey: { key: keyOf(0xffff), version },
    areas: [{ code: nodeCode(0), endCode: nodeCode(0xfffe), key: keyOf(0), version }],
    services: services.map((service) => {
      const node = { code: nodeCode(service), version };
      return (service & 1) === 0 ? { ...node, key: keyOf(service) } : node;
    }),
    blocks: Object.entries(blocks).map(([number, list]) => ({
      serviceNumber: Number(number),
      blocks: list,
    })),
  };
}

/** Every kind of service: number 0 random, 1 cyclic, 64 purse, with and without keys. */
export const WALLET_SERVICES: readonly number[] = [
  0x0008, 0x0009, 0x000a, 0x000b, 0x004c, 0x004d, 0x004e, 0x004f, 0x1010, 0x1011, 0x1012, 0x1013,
  0x1014, 0x1015, 0x1016, 0x1017,
];

export const WALLET: SystemCode = systemCode(0x4b5a);
export const OTHER: SystemCode = systemCode(0x4aaa);

export function walletSystem(code: number = WALLET): PersonalisedSystem {
  return testSystem(code, WALLET_SERVICES, {
    0: [block(0xa0), block(0xa1), block(0xa2)],
    1: [block(0), block(0), block(0)],
    64: [purseBlock(10_000, 250, 0x55000000, 1), purseBlock(500, 0, 0, 1)],
  });
}

export function testPersonalisation(
  change: Partial<CardPersonalisation> = {},
): CardPersonalisation {
  return {
    personality: 'purse',
    idm: idm(hex('0112233445566778')),
    pmm: pmm(hex('0020FFFFFFFFFFFF')),
    idi: hex('A1A2A3A4A5A6A7A8'),
    pmi: hex('B1B2B3B4B5B6B7B8'),
    individualKey: INDIVIDUAL_KEY,
    systems: [walletSystem(), walletSystem(OTHER)],
    ...change,
  };
}

/** Not random at all: 00 01 02 …, so that sessions repeat. */
export function countingRandom(byteCount: number): Uint8Array {
  return Uint8Array.from({ length: byteCount }, (_, index) => index);
}

/** A card in the field. */
export function testCard(
  change: Partial<CardPersonalisation> = {},
  options: Partial<FelicaCardOptions> = {},
): ReturnType<typeof createFelicaCard> {
  const card = createFelicaCard(testPersonalisation(change), {
    random: countingRandom,
    ...options,
  });
  card.powerOn();
  return card;
}

/** The IDm of System 0 and System 1 of {@link testCard}, as they stand in a frame. */
export const IDM_0 = '0112233445566778';
export const IDM_1 = '1112233445566778';

/** Data of a write that stands in the frame text. */
export function dataText(...blocks: readonly Uint8Array[]): string {
  return blocks.map((bytes) => toHex(bytes)).join('');
}
