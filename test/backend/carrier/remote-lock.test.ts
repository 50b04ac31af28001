import { beforeEach, describe, expect, it } from 'vitest';
import { epochMs } from '#units';
import { RemoteLock } from '../../../backend/carrier/remote-lock.ts';
import { NOON } from '../../scheme.ts';
import { type OpenCarrier, openCarrier } from './open-carrier.ts';

const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

let carrier: OpenCarrier;
let lock: RemoteLock;

beforeEach(async () => {
  carrier = await openCarrier();
  lock = new RemoteLock(carrier);
});

async function states(): Promise<readonly string[]> {
  return (await lock.orders(1)).map(({ action, state }) => `${action} ${state}`);
}

describe('remote lock', () => {
  it('waits until the phone is reached, and is told of once', async () => {
    const ordered = await lock.order(1, 'lock', 'Hanako');
    expect(ordered).toMatchObject({ result: 'done', order: { orderId: 1, state: 'waiting' } });
    expect(await lock.order(1, 'lock', 'clerk 7')).toEqual({ ...ordered, result: 'repeated' });
    carrier.time = epochMs(NOON + YEAR_MS - 1);
    expect(await lock.pending(1)).toMatchObject({ action: 'lock', orderedBy: 'Hanako' });
    expect(await lock.confirm(1)).toMatchObject({ result: 'done', order: { state: 'done' } });
    expect(await lock.confirm(1)).toMatchObject({ result: 'repeated' });
    expect(await lock.pending(1)).toBeUndefined();
    expect(await lock.order(1, 'lock', 'Hanako')).toMatchObject({ result: 'repeated' });
  });

  it('lapses after a year; a new order is needed then', async () => {
    await lock.order(1, 'lock', 'Hanako');
    carrier.time = epochMs(NOON + YEAR_MS);
    expect(await states()).toEqual(['lock lapsed']);
    expect(await lock.pending(1)).toBeUndefined();
    expect(await lock.order(1, 'lock', 'Hanako')).toMatchObject({ order: { orderId: 2 } });
    expect(await states()).toEqual(['lock lapsed', 'lock waiting']);
  });

  it('notices a lapse at the next order too, and believes a phone that tells late', async () => {
    await lock.order(1, 'lock', 'Hanako');
    carrier.time = epochMs(NOON + YEAR_MS);
    await lock.order(1, 'unlock', 'Hanako');
    expect(await states()).toEqual(['lock lapsed', 'unlock waiting']);
    expect(await lock.confirm(1)).toMatchObject({ result: 'done' });
    expect(await states()).toEqual(['lock done', 'unlock waiting']);
    expect(await lock.pending(1)).toMatchObject({ action: 'unlock' });
  });

  it('tells the phone to unlock even where the lock was never confirmed', async () => {
    await lock.order(1, 'lock', 'Hanako');
    await lock.order(1, 'unlock', 'Hanako');
    expect(await lock.pending(1)).toMatchObject({ orderId: 2, action: 'unlock' });
    expect(await states()).toEqual(['lock replaced', 'unlock waiting']);
  });

  it('refuses an unknown subscriber and an unknown order', async () => {
    expect(await lock.order(9, 'lock', 'x')).toMatchObject({
      reason: 'CARRIER_SUBSCRIBER_UNKNOWN',
    });
    expect(await lock.confirm(9)).toMatchObject({ reason: 'CARRIER_LOCK_ORDER_UNKNOWN' });
  });
});
