import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LiteBlock } from '#felica/lite-s-block';
import type { LiteCard } from '../../card-emulator/card/lite-card.ts';
import {
  authenticate,
  block,
  I,
  liteCard,
  OPEN,
  writeWithMacA,
} from '../card-emulator/card/lite-test-card.ts';
import { frame, toHex } from '../card-emulator/card/test-card.ts';

const SEED = Number(process.env['SEED'] ?? 20_261_123);
const DATA = 'a5'.repeat(16);

/** Frames that are right for one card or another: the mutations start from them. */
const FRAMES: readonly Uint8Array[] = [
  frame('00 88b4 01 00'),
  frame('00 12fc 00 00'),
  frame(`06 ${I} 01 0b00 04 8000 8082 8092 8091`),
  frame(`06 ${I} 01 0900 02 800e 8081`),
  frame(`08 ${I} 01 0900 01 8080 ${DATA}`),
  frame(`08 ${I} 01 0900 01 8001 ${DATA}`),
  frame(`08 ${I} 01 0900 01 800e ${'7f'.repeat(16)}`),
  frame(`08 ${I} 01 0900 01 8082 ${I}${'00'.repeat(8)}`),
  frame(`08 ${I} 01 0900 01 8087 ${DATA}`),
  frame(`08 ${I} 01 0900 01 8088 ${block('ffff ff 00 07')}`),
  frame(`08 ${I} 01 0900 01 8092 ${block('')}`),
  frame(`08 ${I} 01 0900 02 8000 8091 ${DATA}${DATA}`),
  frame(`10 ${I} 01 0000 01 0900 ${'5c'.repeat(8)}`),
  frame('f0 00 5c5c5c'),
];

const CARDS: Readonly<Record<string, () => LiteCard>> = {
  'an open Lite': () => liteCard({ kind: 'lite', configuration: OPEN }),
  'an open Lite-S': () => liteCard({ configuration: OPEN }),
  'an issued Lite-S': () =>
    liteCard({ configuration: { macARequired: 0x4001, readRestricted: 2 } }),
  'an authenticated Lite-S': () => {
    const card = liteCard({ configuration: { writeRestricted: 0x7fff } });
    authenticate(card);
    return card;
  },
};

/** Bytes replaced, cut, and added; the length byte is set right most of the time. */
const mutated: fc.Arbitrary<Uint8Array> = fc
  .record({
    original: fc.constantFrom(...FRAMES),
    changes: fc.array(fc.record({ offset: fc.nat(60), value: fc.nat(255) }), { maxLength: 4 }),
    cut: fc.oneof({ arbitrary: fc.constant(0), weight: 3 }, { arbitrary: fc.nat(20), weight: 1 }),
    tail: fc.uint8Array({ maxLength: 5 }),
    isLengthRight: fc.nat(7).map((value) => value > 0),
  })
  .map(({ original, changes, cut, tail, isLengthRight }) => {
    const kept = original.slice(0, Math.max(0, original.length - cut));
    for (const { offset, value } of changes) {
      if (kept.length > 0) kept[offset % kept.length] = value;
    }
    const bytes = Uint8Array.of(...kept, ...tail);
    if (isLengthRight && bytes.length > 0) bytes[0] = bytes.length;
    return bytes;
  });

function regOf(card: LiteCard): readonly number[] {
  const view = new DataView(card.storedBlock(LiteBlock.reg)!.buffer);
  return [view.getUint32(0, true), view.getUint32(4, true)];
}

/** Whatever came in: an answer has the right form, and memory changes by a Write that was done only. */
function expectLawful(card: LiteCard, bytes: Uint8Array): void {
  const before = card.snapshot();
  const regBefore = regOf(card);
  const answer = card.exchange(bytes);
  const text = toHex(answer);
  if (answer !== undefined) {
    expect(answer[0]).toBe(answer.length);
    expect(answer[1]).toBe(bytes[1] === 0xf0 ? 0xf0 : bytes[1]! + 1);
    if (answer[1] === 0x07 && answer[10] === 0) expect(answer.length).toBe(13 + 16 * answer[12]!);
  }
  expect(regOf(card).every((value, index) => value <= regBefore[index]!)).toBe(true);
  if (toHex(card.snapshot()) === toHex(before)) return;
  expect([bytes[1], text]).toEqual([0x08, `0c09${I}0000`]);
}

describe(`a Lite card under any frame (seed ${SEED})`, () => {
  it.each(Object.keys(CARDS))('%s obeys its laws for arbitrary bytes', (name) => {
    const card = CARDS[name]!();
    const code = fc.constantFrom(...FRAMES.map((bytes) => bytes[1]!));
    const framed = fc
      .tuple(code, fc.uint8Array({ maxLength: 253 }))
      .map(([first, rest]) => Uint8Array.of(rest.length + 2, first, ...rest));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), framed), (bytes) =>
        expectLawful(card, bytes),
      ),
      { seed: SEED, numRuns: 500 },
    );
  });

  it.each(Object.keys(CARDS))('%s obeys its laws for mutated frames', (name) => {
    fc.assert(
      fc.property(fc.array(mutated, { maxLength: 12 }), fc.boolean(), (frames, isPowerLost) => {
        const card = CARDS[name]!();
        for (const [index, bytes] of frames.entries()) {
          expectLawful(card, bytes);
          if (!isPowerLost || index !== 5) continue;
          card.powerOff();
          card.powerOn();
        }
      }),
      { seed: SEED, numRuns: 150 },
    );
  });

  it('takes no MAC_A but the right one', () => {
    const card = CARDS['an issued Lite-S']!();
    authenticate(card);
    const before = card.snapshot();
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 8 }), (mac) => {
        expect(writeWithMacA(card, 0, DATA, { mac })).toBe('02b2');
        expect(card.snapshot()).toEqual(before);
      }),
      { seed: SEED, numRuns: 200 },
    );
    expect(writeWithMacA(card, 0, DATA)).toBe('0000');
  });

  it('never raises REG, whatever numbers are written one after the other', () => {
    const value = fc.oneof(fc.nat(0xffff_ffff), fc.constantFrom(0, 1, 0x7fff_ffff, 0xffff_ffff));
    fc.assert(
      fc.property(fc.array(fc.tuple(value, value), { maxLength: 10 }), (writes) => {
        const card = liteCard();
        for (const [a, b] of writes) {
          const data = new Uint8Array(16);
          const view = new DataView(data.buffer);
          view.setUint32(0, a, true);
          view.setUint32(4, b, true);
          const [heldA = 0, heldB = 0] = regOf(card);
          expectLawful(card, frame(`08 ${I} 01 0900 01 800e ${toHex(data)}`));
          const isDone = a <= heldA && b <= heldB;
          expect(regOf(card)).toEqual(isDone ? [a, b] : [heldA, heldB]);
        }
      }),
      { seed: SEED, numRuns: 100 },
    );
  });
});
