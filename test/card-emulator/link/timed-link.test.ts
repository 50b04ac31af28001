import { beforeEach, describe, expect, it } from 'vitest';
import type { BitRateKbps } from '#felica/air-time';
import { maximumResponseTime } from '#felica/response-time';
import { type Milliseconds, milliseconds } from '#units';
import type { AsyncCardLink } from '../../../card-emulator/link/card-link.ts';
import { type TimedLinkOptions, timedLink } from '../../../card-emulator/link/timed-link.ts';
import vectors from '../../vectors/felica-air-times.json' with { type: 'json' };
import {
  amountBlock,
  dataText,
  frame,
  IDM_0,
  purseBlock,
  testCard,
  toHex,
} from '../card/test-card.ts';

const POLLING = frame('00 4b5a 01 00');
const POLLING_OF_16_SLOTS = frame('00 4b5a 01 0f');
const READ = frame(`06 ${IDM_0} 01 1710 01 8000`);
const DECREMENT = frame(`08 ${IDM_0} 01 1510 01 8000 ${dataText(amountBlock(250, 2))}`);
/** A reader's pause between a response and its next command; it is not the card's. */
const READER_GAP_MS = 6800 / 13_560;

let slept: Milliseconds[];

beforeEach(() => {
  slept = [];
});

function timed(
  options: Partial<TimedLinkOptions> = {},
  bitRateKbps: BitRateKbps = 212,
): AsyncCardLink {
  const sleep = (time: Milliseconds): Promise<void> => {
    slept.push(time);
    return Promise.resolve();
  };
  return timedLink(testCard(), { bitRateKbps, sleep, drawSlot: () => 0, ...options });
}

function sleptMicroseconds(): number {
  return Math.round(slept.reduce((total, time) => total + time, 0) * 1000);
}

describe('a card with the times of the air', () => {
  it('answers Polling 2417 µs after its end, and both frames take their 46 bytes', async () => {
    const link = timed();
    expect(toHex(await link.exchange(POLLING))).toBe(`1401${IDM_0}0020ffffffffffff4b5a`);
    expect(sleptMicroseconds()).toBe(Math.round(46 * 37.758 + 2416.5));
    expect(sleptMicroseconds()).toBe(4153);
  });

  it.each([
    [212, 1, 5362],
    [212, 15, 22_277],
    [424, 0, 3285],
    [424, 15, 21_409],
  ] as const)('answers Polling at %i kbit/s in slot %i after %i µs', async (rate, slot, time) => {
    const link = timed({ drawSlot: () => slot }, rate);
    await link.exchange(POLLING_OF_16_SLOTS);
    expect(sleptMicroseconds()).toBe(time);
  });

  it('draws one of as many slots as the command offers', async () => {
    const offered: number[] = [];
    const link = timed({
      drawSlot: (slotCount) => {
        offered.push(slotCount);
        return slotCount - 1;
      },
    });
    for (const slots of ['00', '01', '03', '07', '0f']) {
      await link.exchange(frame(`00 4b5a 00 ${slots}`));
    }
    await link.exchange(READ);
    expect(offered).toEqual([1, 2, 4, 8, 16]);
  });

  it.each([
    [212, 2651],
    [424, 1424],
  ] as const)('answers a read of one block at %i kbit/s after %i µs', async (rate, time) => {
    const link = timed({}, rate);
    await link.exchange(READ);
    expect(sleptMicroseconds()).toBe(time);
  });

  it.each([
    [212, vectors[0]!.ms.total212],
    [424, vectors[0]!.ms.total424],
  ] as const)('takes at %i kbit/s the published %f ms for a sale', async (rate, published) => {
    const link = timed({}, rate);
    for (const command of [POLLING, READ, DECREMENT]) await link.exchange(command);
    expect(sleptMicroseconds() / 1000 + 2 * READER_GAP_MS).toBeCloseTo(published, 1);
  });

  it('adds the time that the card works, which is told the command', async () => {
    const card = testCard();
    const share = (command: Uint8Array): Milliseconds =>
      milliseconds(maximumResponseTime(card.pmm, 'read', command[13]) / 4);
    const link = timed({ processing: share });
    await link.exchange(READ);
    expect(sleptMicroseconds()).toBe(Math.round(2651.33 + (302.065 * 16 * 64) / 4));
  });

  it('adds no work to Polling, whose answer keeps to the slots', async () => {
    const link = timed({ processing: () => milliseconds(100) });
    await link.exchange(POLLING);
    expect(sleptMicroseconds()).toBe(4153);
  });

  it('is silent at once: silence has no end to wait for', async () => {
    const link = timed();
    expect(await link.exchange(frame('00 ffee 00 00'))).toBeUndefined();
    expect(await link.exchange(frame(`04 ${'00'.repeat(8)}`))).toBeUndefined();
    expect(await link.exchange(new Uint8Array(300))).toBeUndefined();
    expect(slept).toEqual([]);
  });

  it('is silent without power', async () => {
    const link = timed();
    link.powerOff();
    expect(await link.exchange(POLLING)).toBeUndefined();
    link.powerOn();
    expect(await link.exchange(POLLING)).toBeDefined();
  });

  it('never gives the answer that was on its way when the power went, and has done the command', async () => {
    const arrivals: (() => void)[] = [];
    const sleep = (): Promise<void> => new Promise((resolve) => void arrivals.push(resolve));
    const link = timed({ sleep });
    const answer = link.exchange(DECREMENT);
    await expect.poll(() => arrivals).toHaveLength(1);
    link.powerOff();
    link.powerOn();
    arrivals[0]?.();
    expect(await answer).toBeUndefined();
    const read = link.exchange(READ);
    await expect.poll(() => arrivals).toHaveLength(2);
    arrivals[1]?.();
    expect(toHex((await read)?.subarray(-16))).toBe(toHex(purseBlock(9_750, 250, 0x55000000, 2)));
  });

  it('times a card that answers by itself later', async () => {
    const card = testCard();
    const slow: AsyncCardLink = {
      powerOn: () => card.powerOn(),
      powerOff: () => card.powerOff(),
      exchange: (command) => Promise.resolve(card.exchange(command)),
    };
    const sleep = (time: Milliseconds): Promise<void> => Promise.resolve(void slept.push(time));
    const link = timedLink(slow, { bitRateKbps: 212, sleep, drawSlot: () => 0 });
    expect(await link.exchange(READ)).toBeDefined();
    expect(sleptMicroseconds()).toBe(2651);
  });

  it('refuses a slot that was not offered', async () => {
    const link = timed({ drawSlot: (slotCount) => slotCount });
    await expect(link.exchange(POLLING)).rejects.toThrow('time slot');
  });
});
