import { describe, expect, it } from 'vitest';
import type { CardLink } from '../../../card-emulator/link/card-link.ts';
import {
  isWrite,
  losingWriteAnswer,
  slowWriteLink,
  swappedLink,
} from '../../../card-emulator/testing/failing-link.ts';
import { toHex } from '../card/test-card.ts';

const READ = Uint8Array.of(3, 0x06, 1);
const WRITE = Uint8Array.of(3, 0x08, 1);

/** Answers with its name, and remembers what it was told; silent without power. */
class NamedCard implements CardLink {
  isPowered: boolean = false;
  readonly received: Uint8Array[] = [];
  readonly name: number;

  constructor(name: number) {
    this.name = name;
  }

  powerOn(): void {
    this.isPowered = true;
  }

  powerOff(): void {
    this.isPowered = false;
  }

  exchange(frame: Uint8Array): Uint8Array | undefined {
    if (!this.isPowered) return undefined;
    this.received.push(frame);
    return Uint8Array.of(2, this.name);
  }
}

const answer = (card: NamedCard): Uint8Array => Uint8Array.of(2, card.name);

describe('a Write', () => {
  it('is one of three commands', () => {
    const codes = Array.from({ length: 256 }, (_, code) => code);
    expect(codes.filter((code) => isWrite(Uint8Array.of(2, code)))).toEqual([0x08, 0x16, 0x46]);
    expect(isWrite(new Uint8Array(0))).toBe(false);
  });
});

describe('a link that loses the answer to a Write', () => {
  it('loses the first, which the card has done, and none after it', () => {
    const card = new NamedCard(1);
    const link = losingWriteAnswer(card);
    link.powerOn();
    expect([link.exchange(READ), link.exchange(WRITE)]).toEqual([answer(card), undefined]);
    expect(card.received).toEqual([READ, WRITE]);
    expect([link.exchange(READ), link.exchange(WRITE)]).toEqual([answer(card), answer(card)]);
    link.powerOff();
    expect(link.exchange(READ)).toBeUndefined();
  });
});

describe('a link that swaps the card', () => {
  const open = (fromCommand?: number): { first: NamedCard; second: NamedCard; link: CardLink } => {
    const [first, second] = [new NamedCard(1), new NamedCard(2)];
    const link = swappedLink({ first, second }, fromCommand);
    link.powerOn();
    return { first, second, link };
  };

  it('does so at the first Write, and the other card stays', () => {
    const { first, second, link } = open();
    const answers = [READ, WRITE, READ].map((frame) => link.exchange(frame));
    expect(answers).toEqual([answer(first), answer(second), answer(second)]);
    expect([first.isPowered, second.isPowered]).toEqual([false, true]);
  });

  it.each([
    [1, [2, 2, 2]],
    [2, [1, 2, 2]],
    [3, [1, 1, 2]],
    [4, [1, 1, 1]],
  ])('does so at command %i, when it is told to', (fromCommand, names) => {
    const { link } = open(fromCommand);
    const answers = [READ, WRITE, READ].map((frame) => link.exchange(frame));
    expect(answers.map((bytes) => bytes?.[1])).toEqual(names);
  });

  it('has the first card again when the field comes back', () => {
    const { first, second, link } = open(2);
    link.exchange(READ);
    link.exchange(READ);
    link.powerOff();
    expect([link.exchange(READ), second.isPowered]).toEqual([undefined, false]);
    link.powerOn();
    expect(link.exchange(READ)).toEqual(answer(first));
    expect(link.exchange(READ)).toEqual(answer(second));
  });
});

describe('a link with slow Writes', () => {
  it('adds the delay to the answer of a Write, and to no other', async () => {
    const card = new NamedCard(1);
    const waits: number[] = [];
    const sleep = async (time: number): Promise<void> => void waits.push(time);
    const link = slowWriteLink(card, { lateMs: 3_000, sleep });
    link.powerOn();
    expect(toHex(await link.exchange(READ))).toBe('0201');
    expect(toHex(await link.exchange(WRITE))).toBe('0201');
    const [readMs = 0, writeMs = 0] = waits;
    expect(readMs).toBeLessThan(10);
    expect(writeMs).toBeCloseTo(readMs + 3_000, 6);
  });
});
