import { readdir } from 'node:fs/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { createFelicaCard, type EmulatedCard, type FelicaCard } from '#emulated-card';
import { deriveAesSession } from '#felica/aes-messaging';
import { CommandCode } from '#felica/command-code';
import { deriveDesSession } from '#felica/des-messaging';
import { idm, nodeCode } from '#felica/identifiers';
import { deriveLiteSession } from '#felica/lite-s-mac';
import { businessDate, yen } from '#units';
import { newLiteCard } from '../../card-emulator/card/lite-card.ts';
import { newCard } from '../../card-emulator/card/new-card.ts';
import { openDesSession } from '../card-emulator/card/des-test-session.ts';
import {
  amountBlock,
  block,
  frame,
  hex,
  IDM_0,
  purseBlock,
  testCard,
  toHex,
  WALLET,
} from '../card-emulator/card/test-card.ts';
import { openSession, READ_V2, WRITE_V2 } from '../card-emulator/card/test-session.ts';
import {
  anyFrame,
  bytesOf,
  CASES,
  type Draw,
  drawOf,
  mutated,
  mutatedFrame,
  SEED,
} from './fuzz-case.ts';
import { type Wallet, walletAfter } from './write-model.ts';

const CODES: readonly number[] = Object.values(CommandCode);
const WRITE_CODES: readonly number[] = [0x08, 0x16, 0x46];
/** Answers that begin with the IDm of the card. */
const UNADDRESSED: readonly number[] = [0x12, 0x14, 0x16, 0x42, 0x44, 0x46, 0x70, 0xf0];
const count = { tried: 0 };
const TIME_MS_MAX = 600_000;

/** A phone has no other beginning. */
const IDM_OF_PHONE = '02fe334455667788';

const CARDS: Readonly<Record<string, () => EmulatedCard>> = {
  purse: () => made('purse'),
  suica: () => made('suica'),
  'rc-sa': () => made('rc-sa'),
  'hce-f': () => made('hce-f'),
  lite: () => newLiteCard({ kind: 'lite', idm: idm(hex(IDM_0)) }),
  'lite-s': () => newLiteCard({ kind: 'lite-s', idm: idm(hex(IDM_0)) }),
  wallet: () => testCard(),
};

function made(name: 'purse' | 'suica' | 'rc-sa' | 'hce-f'): FelicaCard {
  const random = (byteCount: number): Uint8Array => new Uint8Array(byteCount).fill(7);
  const expiry = businessDate('2031-03-31');
  const address = name === 'hce-f' ? IDM_OF_PHONE : IDM_0;
  const card = newCard(name, { idm: idm(hex(address)), balance: yen(3_000), expiry, random });
  return createFelicaCard(card, { random });
}

/** Frames that some card or other answers: the mutations start from them. */
const FRAMES: readonly Uint8Array[] = [
  '00 ffff 01 00',
  '00 88b4 00 03',
  `02 ${IDM_0} 02 0000 1710`,
  `04 ${IDM_0}`,
  `06 ${IDM_0} 01 1710 01 8000`,
  `06 ${IDM_0} 01 0900 04 8082 8086 8090 8091`,
  `06 ${IDM_0} 02 0f09 8b00 02 8000 8100`,
  `08 ${IDM_0} 01 0910 01 8001 ${'5c'.repeat(16)}`,
  `08 ${IDM_0} 02 1510 4d00 02 8000 8100 ${toHex(amountBlock(3, 5))}${toHex(block(4))}`,
  `08 ${IDM_0} 01 0900 01 8080 ${'5c'.repeat(16)}`,
  `08 ${IDM_0} 01 0900 02 8001 8091 ${'5c'.repeat(24)}00feff0000000000`,
  `08 ${IDM_0} 01 0900 01 800e ${'01'.repeat(16)}`,
  `08 ${IDM_0} 01 0900 01 8088 ffffff010700000000000000 00000000`,
  `0a ${IDM_0} 0100`,
  `0c ${IDM_0}`,
  `0e ${IDM_0} 02 0000 1710`,
  `10 ${IDM_0} 01 0000 01 1008 ${'5c'.repeat(8)}`,
  `1a ${IDM_0} 0000 0100`,
  `22 ${IDM_0} 0000`,
  `24 ${IDM_0} 0010`,
  `28 ${IDM_0} 00 01 1710`,
  `32 ${IDM_0} 02 0000 1710`,
  `38 ${IDM_0} 0000`,
  `3a ${IDM_0} 0000`,
  `3c ${IDM_0} 0000`,
  `3e ${IDM_0} 0000`,
  `40 ${IDM_0} 00 02 1410 1010 ${'5c'.repeat(16)}`,
  `42 ${IDM_0} ${'5c'.repeat(16)}`,
  `46 0100 ${'5c'.repeat(27)}`,
  '70 0000',
  'f0 00 0102',
].map(frame);

/** The frame with the IDm of the card where it has that of {@link FRAMES}. */
function addressedTo(card: EmulatedCard, bytes: Uint8Array): Uint8Array {
  const addressed = bytes.slice();
  if (toHex(bytes.slice(2, 10)) === IDM_0) addressed.set(card.idm, 2);
  return addressed;
}

/** Any bytes, a frame as it should be, or one that was changed on its way. */
function likelyFrame(draw: Draw, valid: Uint8Array): Uint8Array {
  const roll = draw(10);
  if (roll < 3) return anyFrame(draw, CODES);
  return roll < 5 ? valid : mutatedFrame(draw, valid);
}

/** Whatever came in. The message of a failure has the frame, and the seed is in the title. */
function expectLawful(card: EmulatedCard, bytes: Uint8Array): void {
  const before = Buffer.from(card.snapshot());
  const answer = card.exchange(bytes);
  const isChanged = before.compare(card.snapshot()) !== 0;
  count.tried += 1;
  const problem = problemOf(card, { bytes, answer, isChanged });
  if (problem !== undefined) expect.fail(`${problem}: ${toHex(bytes)} → ${toHex(answer)}`);
}

function problemOf(
  card: EmulatedCard,
  exchange: {
    readonly bytes: Uint8Array;
    readonly answer: Uint8Array | undefined;
    readonly isChanged: boolean;
  },
): string | undefined {
  const { bytes, answer, isChanged } = exchange;
  const code = bytes[1] ?? 0;
  if (answer === undefined) return isChanged ? 'silence changed memory' : undefined;
  if (answer[0] !== answer.length) return 'wrong length byte';
  if (answer[1] !== (code === 0xf0 ? code : code + 1)) return 'wrong response code';
  const isNamed =
    UNADDRESSED.includes(code) || toHex(answer.slice(3, 10)) === toHex(card.idm.slice(1));
  if (!isNamed) return 'another IDm';
  if (!isChanged) return undefined;
  if (!WRITE_CODES.includes(code)) return 'memory changed by no Write';
  const [flag1, flag2] = answer.slice(10, 12);
  return code === 0x08 && flag1 !== 0 && flag2 !== 0x71
    ? 'a refused Write changed memory'
    : undefined;
}

describe(`cards under any frame (seed ${SEED})`, () => {
  it.each(Object.keys(CARDS))(
    'a %s card obeys its laws',
    (name) => {
      const draw = drawOf(name.length * 7 + name.charCodeAt(0));
      const share = Math.ceil((CASES * 0.72) / Object.keys(CARDS).length);
      let card = CARDS[name]!();
      card.powerOn();
      const fresh = card.snapshot();
      for (let number = 0; number < share; number += 1) {
        const valid = addressedTo(card, FRAMES[draw(FRAMES.length)]!);
        const bytes = likelyFrame(draw, valid);
        expectLawful(card, bytes);
        if (draw(40) === 0) {
          card.powerOff();
          card.restore(fresh);
          card.powerOn();
        }
        if (draw(2_000) === 0) {
          card = CARDS[name]!();
          card.powerOn();
        }
      }
      card.restore(fresh);
      expect(card.snapshot()).toEqual(fresh);
    },
    TIME_MS_MAX,
  );
});

const WALLET_NODES = [0x1010, 0x1012, 0x1014, 0x0008, 0x004c];
const WALLET_FILES = { 0: 0x0009, 1: 0x004d, 64: 0x1011 } as const;
const PAYLOADS: readonly Uint8Array[] = [
  `01 8200 ${toHex(amountBlock(3, 9))}`,
  `02 8200 8400 ${toHex(amountBlock(2, 8))}${toHex(block(1))}`,
  `01 9100 ${toHex(amountBlock(1, 7))}`,
  `01 8000 ${toHex(purseBlock(9_000, 5, 0, 3))}`,
  `01 8301 ${toHex(block(6))}`,
  `02 8400 8400 ${toHex(block(1))}${toHex(block(2))}`,
  `03 8201 8302 8201 ${toHex(amountBlock(2, 4))}${toHex(block(5))}${toHex(amountBlock(1, 6))}`,
].map(hex);

function walletOf(card: FelicaCard): Wallet {
  return Object.fromEntries(
    Object.entries(WALLET_FILES).map(([number, code]) => [
      number,
      card.storedBlocks(WALLET, nodeCode(code)),
    ]),
  );
}

function textOf(wallet: Wallet): string {
  return Object.values(wallet)
    .flatMap((blocks) => blocks.map((bytes) => toHex(bytes)))
    .join('');
}

describe(`sealed commands of a session (seed ${SEED})`, () => {
  it(
    'move the purse as the rules say, and not at all when they are refused',
    () => {
      const draw = drawOf(1);
      const cases = Math.ceil(CASES * 0.15);
      let card = testCard();
      let session = openSession(card, WALLET_NODES);
      let done = 0;
      for (let number = 0; number < cases; number += 1) {
        if (number % 2_000 === 1_999) {
          card = testCard();
          session = openSession(card, WALLET_NODES);
        }
        const valid = PAYLOADS[draw(PAYLOADS.length)]!;
        const payload = draw(3) === 0 ? valid.slice() : mutated(draw, valid).slice(0, 240);
        if (draw(3) === 0 && payload.length > 4) payload.set(bytesOf(draw, 2), payload.length - 2);
        const before = walletOf(card);
        const code = draw(8) === 0 ? READ_V2 : WRITE_V2;
        const answer = session.exchange(code, payload);
        if (answer === undefined) session.nextNumber += 2;
        const isDone = code === WRITE_V2 && answer?.[0] === 0;
        const expected = isDone ? walletAfter(before, WALLET_NODES, payload) : before;
        count.tried += 1;
        if (isDone) done += 1;
        const [held, told] = [textOf(walletOf(card)), textOf(expected)];
        if (held !== told) expect([toHex(payload), held]).toEqual([toHex(payload), told]);
      }
      expect(done).toBeGreaterThan(cases / 20);
    },
    TIME_MS_MAX,
  );

  it(
    'keep memory as it is under the DES scheme unless a Write ends normally',
    () => {
      const draw = drawOf(2);
      const cases = Math.ceil(CASES * 0.1);
      const keys = {
        areas: ['0000'],
        services: ['1010', '1014', '1012'],
        systemKey: '07'.repeat(8),
        areaKeys: ['07'.repeat(8)],
        serviceKeys: ['07', '07', '07'].map((byte) => byte.repeat(8)),
      };
      let card = made('rc-sa');
      card.powerOn();
      let session = openDesSession(card, keys);
      for (let number = 0; number < cases; number += 1) {
        if (number % 1_000 === 999) {
          card = made('rc-sa');
          card.powerOn();
          session = openDesSession(card, keys);
        }
        const before = Buffer.from(card.snapshot());
        const payload = mutated(draw, PAYLOADS[draw(2)]!).slice(0, 220);
        const answer = session.exchange(0x16, payload);
        if (answer === undefined) session.skipNumber();
        count.tried += 1;
        const isChanged = before.compare(card.snapshot()) !== 0;
        if (isChanged) expect([toHex(payload), answer?.[0]]).toEqual([toHex(payload), 0]);
      }
    },
    TIME_MS_MAX,
  );
});

const AES_SESSION = deriveAesSession({
  random1: block(1),
  random2: block(2),
  challenge3C: hex('00000000'),
});
const DES_SESSION = deriveDesSession({
  random1: hex('00'.repeat(8)),
  random2: hex('11'.repeat(8)),
});
const LITE_SESSION = deriveLiteSession(block(1), block(2));

/** How the decoders that take more than bytes are called. */
const CALLS: Readonly<Record<string, (decode: Decoder, bytes: Uint8Array) => unknown>> = {
  openAesFrame: (decode, bytes) => decode(AES_SESSION, bytes),
  openDesFrame: (decode, bytes) => decode(DES_SESSION, bytes),
  openDesKeyChange: (decode, bytes) =>
    decode({ parentKey: hex('00'.repeat(8)), oldKey: hex('11'.repeat(8)) }, blockOf(bytes), 1),
  formatFrame: (decode, bytes) => decode(bytes, 'command') ?? decode(bytes, 'response'),
  decodeBlockList: (decode, bytes) => decode(bytes, bytes[0] ?? 0),
  isMacAOfWrite: (decode, bytes) =>
    decode(LITE_SESSION, { writeCount: 0, blockNumber: 0, block: block(0) }, bytes),
};

const JUST_BYTES = (decode: Decoder, bytes: Uint8Array): unknown => decode(bytes);

/** Not fed with any bytes: what they take is no frame, or the caller has measured it. */
const NO_DECODERS: readonly string[] = [
  'decodeU8',
  'decodeU16LE',
  'decodeU16BE',
  'isNormalEnd',
  'isInMask',
];

type Decoder = (...values: readonly unknown[]) => unknown;

function blockOf(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: 16 }, (_, index) => bytes[index] ?? 0);
}

async function decoders(): Promise<readonly (readonly [string, Decoder])[]> {
  const folder = new URL('../../card-emulator/felica/', import.meta.url);
  const files = (await readdir(folder)).filter((file) => file.endsWith('.ts'));
  const modules = await Promise.all(files.map((file) => import(new URL(file, folder).pathname)));
  return modules
    .flatMap((module: Record<string, unknown>) => Object.entries(module))
    .filter(
      ([name, value]) =>
        /^(?:decode|open|is|format|parse)[A-Z]/.test(name) && typeof value === 'function',
    )
    .filter(([name]) => !NO_DECODERS.includes(name) && !/^format(?!Frame)|^parseIdm/.test(name))
    .map(([name, value]) => [name, value as Decoder] as const);
}

describe(`decoders (seed ${SEED})`, () => {
  it(
    'never throw, whatever the bytes',
    async () => {
      const draw = drawOf(3);
      const all = await decoders();
      expect(all.length).toBeGreaterThan(40);
      const rounds = Math.ceil((CASES * 0.06) / all.length);
      for (let round = 0; round < rounds; round += 1) {
        const bytes =
          draw(2) === 0 ? anyFrame(draw, CODES) : mutatedFrame(draw, FRAMES[draw(FRAMES.length)]!);
        for (const [name, decode] of all) {
          count.tried += 1;
          const call = CALLS[name] ?? JUST_BYTES;
          expect(() => call(decode, bytes), name).not.toThrow();
        }
      }
    },
    TIME_MS_MAX,
  );
});

describe('the number of cases', () => {
  it('is what was asked for, and never under 100,000', () => {
    expect(count.tried).toBeGreaterThanOrEqual(CASES);
  });
});

afterAll(() => {
  process.stdout.write(`fuzz: ${count.tried} cases tried, seed ${SEED}\n`);
});
