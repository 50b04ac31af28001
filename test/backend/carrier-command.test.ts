import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { yen } from '#units';
import { MONTH } from '../../backend/argument.ts';
import {
  addSubscriber,
  orderLock,
  showBill,
  showSubscribers,
} from '../../backend/carrier-command.ts';
import { NOON } from '../scheme.ts';
import { Scenario } from './scenario.ts';

const HANAKO = { subscriber: 1, phone: '+819012345678', name: 'Hanako', cap: yen(10_000) };
const NOVEMBER = MONTH.parse('2026-11') ?? expect.unreachable();

describe('commands of the carrier', () => {
  let scenario: Scenario;
  beforeEach(async () => {
    scenario = await Scenario.open();
  });
  afterEach(() => scenario.remove());

  it('register and list subscribers', async () => {
    const { backend } = scenario;
    expect((await showSubscribers(backend)).lines).toEqual(['No subscribers.']);
    expect(await addSubscriber(backend, HANAKO, NOON)).toEqual({
      json: { result: 'registered' },
      lines: ['Registered: subscriber 1, Hanako.'],
    });
    const other = { ...HANAKO, name: 'Taro' };
    expect(await addSubscriber(backend, other, NOON)).toMatchObject({
      json: { code: 'CARRIER_SUBSCRIBER_TAKEN' },
      exitCode: 3,
    });
    expect((await showSubscribers(backend)).lines).toEqual([
      '1  +819012345678  Hanako, up to 10,000 yen a month',
    ]);
  });

  it('show a bill', async () => {
    const { backend } = scenario;
    await addSubscriber(backend, HANAKO, NOON);
    const { phone: phoneNumber } = HANAKO;
    const request = { correlator: 'a', phoneNumber, amount: yen(3_000), description: 'Top-up' };
    await backend.phoneBill.prepare(request);
    await backend.phoneBill.confirm(1);
    expect(await showBill(backend, 1, NOVEMBER)).toMatchObject({
      json: { total: 3_000 },
      lines: [
        'Phone bill of subscriber 1, 2026-11',
        '  payment 1, Top-up  3,000 yen',
        '  total  3,000 yen',
      ],
    });
    expect(await showBill(backend, 2, NOVEMBER)).toMatchObject({
      json: { code: 'CARRIER_SUBSCRIBER_UNKNOWN' },
      exitCode: 3,
    });
  });

  it('order the remote lock once', async () => {
    const { backend } = scenario;
    await addSubscriber(backend, HANAKO, NOON);
    const order = { subscriber: 1, by: 'clerk 7', action: 'lock' } as const;
    expect((await orderLock(backend, order)).lines).toEqual([
      'Ordered: lock the phone of subscriber 1; it waits for the phone.',
    ]);
    await backend.remoteLock.confirm(1);
    expect((await orderLock(backend, order)).lines).toEqual([
      'Ordered already: lock the phone of subscriber 1; the phone has done it.',
    ]);
    expect((await orderLock(backend, { ...order, action: 'unlock' })).json).toMatchObject({
      result: 'done',
      orderId: 2,
    });
    expect(await orderLock(backend, { ...order, subscriber: 9 })).toMatchObject({
      json: { code: 'CARRIER_SUBSCRIBER_UNKNOWN' },
      exitCode: 3,
    });
  });
});
