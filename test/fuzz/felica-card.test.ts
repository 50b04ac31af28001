import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeCode } from '#felica/identifiers';
import type { FelicaCard } from '../../card-emulator/card/open-card.ts';
import {
  amountBlock,
  block,
  dataText,
  frame,
  hex,
  IDM_0,
  IDM_1,
  OTHER,
  purseBlock,
  testCard,
  toHex,
  WALLET,
} from '../card-emulator/card/test-card.ts';
import {
  beginSession,
  element,
  openSession,
  READ_V2,
  type TestSession,
  WRITE_V2,
} from '../card-emulator/card/test-session.ts';

const SEED = Number(process.env['SEED'] ?? 20_261_123);
const FILES = [0x0009, 0x004d, 0x1011].map(nodeCode);
const SESSION_NODES = [0x1010, 0x1012, 0x1014, 0x0008, 0x004c];

/** Frames that are right in some mode or another: the mutations start from them. */
const PLAIN_FRAMES: readonly Uint8Array[] = [
  frame('00 4b5a 01 00'),
  frame('00 ffff 02 0f'),
  frame('00 4aaa 00 00'),
  frame(`02 ${IDM_0} 02 1410 0000`),
  frame(`04 ${IDM_0}`),
  frame(`06 ${IDM_0} 02 0900 1710 03 8000 8001 010000`),
  frame(`08 ${IDM_0} 01 0900 01 8001 ${dataText(block(0x42))}`),
  frame(`08 ${IDM_0} 02 1510 4d00 02 8000 8100 ${dataText(amountBlock(7, 2), block(3))}`),
  frame(`08 ${IDM_1} 01 1310 01 9000 ${dataText(amountBlock(7, 3))}`),
  frame(`0a ${IDM_0} 0100`),
  frame(`0c ${IDM_1}`),
  frame(`3e ${IDM_0} 0000`),
  frame(`40 ${IDM_0} 00 02 1410 0800 ${'5c'.repeat(16)}`),
  frame(`42 ${IDM_0} ${'5c'.repeat(16)}`),
  frame(`44 0100 ${'5c'.repeat(11)}`),
  frame(`46 0100 ${'5c'.repeat(27)}`),
];

const CARDS: readonly (() => FelicaCard)[] = [
  () => testCard(),
  () => {
    const card = testCard();
    beginSession(card, [0x1014]);
    return card;
  },
  () => {
    const card = testCard();
    openSession(card, SESSION_NODES);
    return card;
  },
];

function memoryOf(card: FelicaCard): string {
  const blocks = [WALLET, OTHER].flatMap((system) =>
    FILES.flatMap((file) => card.storedBlocks(system, file)),
  );
  return blocks.map((bytes) => toHex(bytes)).join('');
}

/** Bytes replaced, cut, and added; the length byte is set right most of the time. */
function mutated(frames: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  const change = fc.record({ offset: fc.nat(254), value: fc.nat(255) });
  return fc
    .record({
      original: frames,
      changes: fc.array(change, { maxLength: 4 }),
      cut: fc.oneof({ arbitrary: fc.constant(0), weight: 3 }, { arbitrary: fc.nat(20), weight: 1 }),
      tail: fc.uint8Array({ maxLength: 5 }),
      isLengthRight: fc.integer({ min: 0, max: 7 }).map((value) => value > 0),
    })
    .map(({ original, changes, cut, tail, isLengthRight }) => {
      const kept = original.slice(0, Math.max(0, original.length - cut));
      for (const { offset, value } of changes) {
        if (kept.length > 0) kept[offset % kept.length] = value;
      }
      const bytes = Uint8Array.of(...kept, ...tail).slice(0, 255);
      if (isLengthRight && bytes.length > 0) bytes[0] = bytes.length;
      return bytes;
    });
}

/** Whatever came in: an answer has the right form, and memory changes by an answered Write only. */
function expectLawful(card: FelicaCard, bytes: Uint8Array): void {
  const before = memoryOf(card);
  const answer = card.exchange(bytes);
  if (answer !== undefined) {
    expect(answer[0]).toBe(answer.length);
    expect(answer[1]).toBe(bytes[1]! + 1);
  }
  if (memoryOf(card) === before) return;
  expect(bytes[1]).toBe(0x08);
  expect(toHex(answer)).toMatch(/^0c09[01]1122334455667780000$/);
}

describe(`a card under any frame (seed ${SEED})`, () => {
  it.each([0, 1, 2])('obeys its laws for arbitrary bytes in Mode %i', (mode) => {
    const card = CARDS[mode]!();
    const code = fc.constantFrom(...PLAIN_FRAMES.map((bytes) => bytes[1]!));
    const framed = fc
      .tuple(code, fc.uint8Array({ maxLength: 253 }))
      .map(([first, rest]) => Uint8Array.of(rest.length + 2, first, ...rest));
    const any = fc.oneof(fc.uint8Array({ maxLength: 300 }), framed);
    fc.assert(
      fc.property(any, (bytes) => expectLawful(card, bytes)),
      { seed: SEED, numRuns: 1_000 },
    );
  });

  it.each([0, 1, 2])('obeys its laws for mutated frames from Mode %i on', (mode) => {
    const sequence = fc.array(mutated(fc.constantFrom(...PLAIN_FRAMES)), { maxLength: 12 });
    fc.assert(
      fc.property(sequence, (frames) => {
        const card = CARDS[mode]!();
        for (const bytes of frames) expectLawful(card, bytes);
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  it.each([1, 2])(
    'changes nothing for plain writes in Mode %i, unless they name System 1',
    (mode) => {
      const writes = fc.constantFrom(
        ...PLAIN_FRAMES.filter((bytes) => bytes[1] === 0x08).slice(0, 2),
      );
      const card = CARDS[mode]!();
      const before = memoryOf(card);
      fc.assert(
        fc.property(writes, (bytes) => {
          expect(card.exchange(bytes)).toBeUndefined();
          expect(memoryOf(card)).toBe(before);
        }),
        { seed: SEED, numRuns: 20 },
      );
    },
  );
});

describe(`a session under any frame (seed ${SEED})`, () => {
  it('is silent to every mutation of a sealed frame, and no block changes', () => {
    const card = testCard();
    const session = openSession(card, SESSION_NODES);
    const payload = hex(`02 8200 8400 ${dataText(amountBlock(7, 2), block(3))}`);
    const sealed = session.seal(WRITE_V2, payload);
    const before = memoryOf(card);
    const secureOnly = mutated(fc.constant(sealed)).filter(
      (bytes) => toHex(bytes) !== toHex(sealed) && (bytes[1] === READ_V2 || bytes[1] === WRITE_V2),
    );
    fc.assert(
      fc.property(secureOnly, (bytes) => {
        expect(card.exchange(bytes)).toBeUndefined();
        expect(memoryOf(card)).toBe(before);
      }),
      { seed: SEED, numRuns: 500 },
    );
    expect(card.exchange(sealed)).toBeDefined();
    expect(memoryOf(card)).not.toBe(before);
  });

  it('obeys its laws for arbitrary payloads that are sealed well', () => {
    const code = fc.constantFrom(READ_V2, WRITE_V2);
    const elements = fc.array(fc.tuple(fc.integer({ min: 0x80, max: 0xff }), fc.nat(4)), {
      maxLength: 6,
    });
    const plausible = fc
      .tuple(elements, fc.uint8Array({ minLength: 96, maxLength: 96 }), fc.boolean())
      .map(([list, data, hasData]) => {
        const blocks = hasData ? data.subarray(0, 16 * list.length) : [];
        return Uint8Array.of(list.length, ...list.flat(), ...blocks);
      });
    const payloads = fc.array(
      fc.tuple(code, fc.oneof(fc.uint8Array({ maxLength: 200 }), plausible)),
      {
        maxLength: 8,
      },
    );
    fc.assert(
      fc.property(payloads, (commands) => {
        const card = testCard();
        const session = openSession(card, SESSION_NODES);
        for (const [command, payload] of commands) {
          const before = memoryOf(card);
          const answer = session.exchange(command, payload);
          if (answer === undefined) session.nextNumber += 2;
          if (memoryOf(card) === before) continue;
          expect([command, toHex(answer)]).toEqual([WRITE_V2, '0000']);
        }
      }),
      { seed: SEED, numRuns: 100 },
    );
  });
});

type Operation = 'direct' | 'decrement' | 'cashback';

interface PurseStep {
  readonly operation: Operation;
  readonly amount: number;
  readonly cashbackData: number;
  readonly executionId: number;
}

/** The rules of the manual in another form: plain numbers, one line a rule. */
class ReferencePurse {
  balance = 10_000;
  cashback = 250;
  executionId = 1;

  /** Status flag 2. */
  apply({ operation, amount, cashbackData, executionId }: PurseStep): number {
    if (operation === 'direct') return this.#set(amount, cashbackData, executionId);
    if (executionId === this.executionId) return 0x00;
    if (operation === 'cashback' && amount > this.cashback) return 0x02;
    const balance = operation === 'cashback' ? this.balance + amount : this.balance - amount;
    if (balance < 0 || balance >= 2 ** 32) return 0x01;
    return this.#set(balance, operation === 'cashback' ? 0 : amount, executionId);
  }

  #set(balance: number, cashback: number, executionId: number): number {
    Object.assign(this, { balance, cashback, executionId });
    return 0x00;
  }
}

const SERVICE_INDEX: Readonly<Record<Operation, number>> = { direct: 0, cashback: 1, decrement: 2 };

/** Small values that meet each other, and the ends of the range. */
const AMOUNT = fc.oneof(
  { arbitrary: fc.integer({ min: 0, max: 12_000 }), weight: 4 },
  { arbitrary: fc.constantFrom(0, 1, 0xffff_fffe, 0xffff_ffff), weight: 1 },
);
const STEP: fc.Arbitrary<PurseStep> = fc.record({
  operation: fc.constantFrom<Operation>('decrement', 'decrement', 'cashback', 'cashback', 'direct'),
  amount: AMOUNT,
  cashbackData: AMOUNT,
  executionId: fc.integer({ min: 0, max: 4 }),
});

function dataOf({ operation, amount, cashbackData, executionId }: PurseStep): Uint8Array {
  return operation === 'direct'
    ? purseBlock(amount, cashbackData, 0x55000000, executionId)
    : amountBlock(amount, executionId);
}

function plainStep(card: FelicaCard, step: PurseStep): number | undefined {
  const head = step.operation === 'cashback' ? '90' : '80';
  const element2 = (Number.parseInt(head, 16) | SERVICE_INDEX[step.operation]).toString(16);
  const fields = `08 ${IDM_0} 03 1110 1310 1510 01 ${element2} 00 ${dataText(dataOf(step))}`;
  return card.exchange(frame(fields))?.at(-1);
}

function secureStep(session: TestSession, step: PurseStep): number | undefined {
  const mode = step.operation === 'cashback' ? 'cashback' : 'normal';
  const named = element(SERVICE_INDEX[step.operation], 0, mode);
  return session.write([named, dataOf(step)])?.statusFlag2;
}

function expectSamePurse(card: FelicaCard, reference: ReferencePurse): void {
  const { balance, cashback, executionId } = reference;
  const [stored] = card.storedBlocks(WALLET, nodeCode(0x1010));
  expect(stored).toEqual(purseBlock(balance, cashback, 0x55000000, executionId));
}

describe(`a purse (seed ${SEED})`, () => {
  it('does what the rules say, for any sequence of plain writes', () => {
    fc.assert(
      fc.property(fc.array(STEP, { maxLength: 40 }), (steps) => {
        const [card, reference] = [testCard(), new ReferencePurse()];
        for (const step of steps) {
          expect(plainStep(card, step)).toBe(reference.apply(step));
          expectSamePurse(card, reference);
        }
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  it('does what the rules say, for any sequence of writes in a session', () => {
    fc.assert(
      fc.property(fc.array(STEP, { maxLength: 10 }), (steps) => {
        const [card, reference] = [testCard(), new ReferencePurse()];
        const session = openSession(card, SESSION_NODES);
        for (const step of steps) {
          expect(secureStep(session, step)).toBe(reference.apply(step));
          expectSamePurse(card, reference);
        }
      }),
      { seed: SEED, numRuns: 60 },
    );
  });

  it('neither loses nor makes a yen by decrement and cashback', () => {
    const money = STEP.filter(({ operation }) => operation !== 'direct');
    fc.assert(
      fc.property(fc.array(money, { maxLength: 40 }), (steps) => {
        const card = testCard();
        let [taken, given] = [0, 0];
        for (const step of steps) {
          const [before] = card.storedBlocks(WALLET, nodeCode(0x1010));
          const flag = plainStep(card, step);
          const [after] = card.storedBlocks(WALLET, nodeCode(0x1010));
          const isDone = flag === 0 && toHex(before) !== toHex(after);
          if (isDone && step.operation === 'decrement') taken += step.amount;
          if (isDone && step.operation === 'cashback') given += step.amount;
        }
        const [last] = card.storedBlocks(WALLET, nodeCode(0x1010));
        expect(new DataView(last!.buffer).getUint32(0, true)).toBe(10_000 - taken + given);
        // Each cashback undoes at most what a decrement took, and the 250 the card began with.
        expect(given).toBeLessThanOrEqual(taken + 250);
      }),
      { seed: SEED, numRuns: 200 },
    );
  });
});
