import { beforeEach, describe, expect, it } from 'vitest';
import { milliseconds } from '#units';
import {
  type PhoneAnswer,
  PhoneChannel,
  type PhoneFrame,
} from '../../../backend/carrier/phone-channel.ts';
import { cardIdm } from '../../scheme.ts';

const CARD = cardIdm(1);
const PACKET = Uint8Array.of(2, 0);
const ANSWER = Uint8Array.of(3, 1, 7);
const COMMAND = { packet: PACKET, waitMs: 0 };

let now: number;
let channel: PhoneChannel;
beforeEach(() => {
  now = 1_000_000;
  const times = { reachMs: milliseconds(100), networkMs: milliseconds(5) };
  channel = new PhoneChannel({ ...times, now: () => now });
});

function poll(answer?: PhoneAnswer, waitMs = 1_000): Promise<PhoneFrame | undefined> {
  return channel.poll(CARD, answer, { waitMs, signal: new AbortController().signal });
}

function touch(): number {
  return channel.touch(CARD) ?? expect.unreachable();
}

describe('the channel to phones', () => {
  it('carries packets to a phone that waits, and its answers back', async () => {
    const waiting = poll();
    expect(channel.reachable()).toEqual([CARD]);
    const first = touch();
    const exchanged = channel.exchange(CARD, first, COMMAND);
    expect(await waiting).toEqual({ touch: first, number: 1, packet: PACKET });
    const next = poll({ touch: first, number: 1, packet: ANSWER });
    expect(await exchanged).toEqual({ result: 'answered', packet: ANSWER });
    const second = channel.exchange(CARD, first, COMMAND);
    expect(await next).toMatchObject({ number: 2 });
    await Promise.all([poll({ touch: first, number: 2, packet: undefined }, 0), second]);
    expect(await second).toEqual({ result: 'silent' });
  });

  it('says what is certain: not sent, or nobody knows', async () => {
    expect(channel.touch(CARD)).toBeUndefined();
    expect(await channel.exchange(CARD, 1, COMMAND)).toEqual({ result: 'unreachable' });
    await poll(undefined, 0);
    const first = touch();
    // The phone was there a moment ago, and takes it no more.
    expect(await channel.exchange(CARD, first, COMMAND)).toEqual({ result: 'unreachable' });
    const waiting = poll();
    const taken = channel.exchange(CARD, first, COMMAND);
    await waiting;
    expect(await taken).toEqual({ result: 'silent' });
    now += 100;
    expect(channel.reachable()).toEqual([]);
    expect(channel.touch(CARD)).toBeUndefined();
  });

  it('takes a phone that asks without its answer at its word', async () => {
    const waiting = poll();
    const first = touch();
    const slow = channel.exchange(CARD, first, { packet: PACKET, waitMs: 60_000 });
    await waiting;
    await poll({ touch: first, number: 9, packet: ANSWER }, 0);
    expect(await slow).toEqual({ result: 'silent' });
  });

  it('ends a touch with the next one, and touches rise', async () => {
    await poll(undefined, 0);
    const first = touch();
    const waiting = channel.exchange(CARD, first, { packet: PACKET, waitMs: 60_000 });
    const second = touch();
    expect(second).toBeGreaterThan(first);
    expect(await waiting).toEqual({ result: 'touch-over' });
    expect(await channel.exchange(CARD, first, COMMAND)).toEqual({ result: 'touch-over' });
  });

  it('gives a packet to the newest question of a phone, and to none that hung up', async () => {
    const older = poll();
    const newer = poll();
    expect(await older).toBeUndefined();
    const first = touch();
    void channel.exchange(CARD, first, COMMAND);
    expect(await newer).toMatchObject({ number: 1 });
    const gone = new AbortController();
    const hungUp = channel.poll(CARD, undefined, { waitMs: 1_000, signal: gone.signal });
    gone.abort();
    expect(await hungUp).toBeUndefined();
  });

  it('lets everybody go when it closes', async () => {
    const waiting = poll();
    const first = touch();
    channel.close();
    expect(await waiting).toBeUndefined();
    expect(await channel.exchange(CARD, first, COMMAND)).toEqual({ result: 'unreachable' });
    expect(await poll()).toBeUndefined();
  });
});
