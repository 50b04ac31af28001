import { beforeEach, describe, expect, it } from 'vitest';
import { formatIdm } from '#felica/identifiers';
import { encodePollingRequest } from '#felica/polling';
import { PURSE_SYSTEM_CODE } from '#purse/card-profile';
import { milliseconds } from '#units';
import { type PhoneExchange, PhoneReader } from '../../../terminal/reader/phone-reader.ts';
import { cardIdm } from '../../scheme.ts';

const PACKET = Uint8Array.of(2, 4);
const NOW = milliseconds(0);

let touches: (number | undefined)[];
let exchange: PhoneExchange | Error;
let sent: number[];
let reader: PhoneReader;
beforeEach(() => {
  touches = [];
  exchange = { result: 'silent' };
  sent = [];
  reader = new PhoneReader(cardIdm(1), {
    touch: () => Promise.resolve(touches.shift()),
    exchange: (touch) => {
      sent.push(touch);
      return exchange instanceof Error ? Promise.reject(exchange) : Promise.resolve(exchange);
    },
  });
});

describe('a phone as a reader', () => {
  it('begins a new touch each time a card is waited for', async () => {
    touches = [undefined, 7, 8];
    expect(await reader.waitForCard(NOW)).toBe(false);
    await expect(reader.transmit(PACKET, NOW)).rejects.toMatchObject({ code: 'CARD_ABSENT' });
    expect(await reader.waitForCard(NOW)).toBe(true);
    exchange = { result: 'answered', packet: Uint8Array.of(2, 5) };
    expect(await reader.transmit(PACKET, NOW)).toEqual(Uint8Array.of(2, 5));
    expect(await reader.waitForCard(NOW)).toBe(true);
    await reader.transmit(PACKET, NOW);
    expect(sent).toEqual([7, 8]);
    expect(reader.tapCount).toBe(2);
    expect(await reader.waitForRemoval()).toBe(true);
    await expect(reader.transmit(PACKET, NOW)).rejects.toMatchObject({ code: 'CARD_ABSENT' });
  });

  it('waits for a phone that comes within reach', async () => {
    touches = [undefined, 7];
    expect(await reader.waitForCard(milliseconds(2_000))).toBe(true);
  });

  it('hears nobody else who answers in place of its card', async () => {
    touches = [7];
    await reader.waitForCard(NOW);
    const polling = encodePollingRequest({
      systemCode: PURSE_SYSTEM_CODE,
      requestCode: 0,
      timeSlots: 0,
    });
    const answerOf = (number: number): Uint8Array =>
      Uint8Array.of(18, 1, ...cardIdm(number), 0, 0, 0, 0, 0, 0, 0, 0);
    exchange = { result: 'answered', packet: answerOf(2) };
    expect(await reader.transmit(polling, NOW)).toBeUndefined();
    exchange = { result: 'answered', packet: answerOf(1) };
    expect(await reader.transmit(polling, NOW)).toEqual(answerOf(1));
  });

  it('tells what was not sent from what nobody knows', async () => {
    touches = [7, 8];
    await reader.waitForCard(NOW);
    expect(await reader.transmit(PACKET, NOW)).toBeUndefined();
    exchange = new Error('no carrier');
    await expect(reader.transmit(PACKET, NOW)).rejects.toMatchObject({
      code: 'READER_DISCONNECTED',
      message: `phone with card ${formatIdm(cardIdm(1))}: no carrier`,
    });
    exchange = { result: 'unreachable' };
    await expect(reader.transmit(PACKET, NOW)).rejects.toMatchObject({ code: 'CARD_ABSENT' });
    await expect(reader.transmit(Uint8Array.of(9), NOW)).rejects.toThrow(RangeError);
    await reader.close();
    await expect(reader.transmit(PACKET, NOW)).rejects.toMatchObject({ code: 'READER_CLOSED' });
  });
});
