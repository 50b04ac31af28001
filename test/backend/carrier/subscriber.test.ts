import { describe, expect, it } from 'vitest';
import { yen } from '#units';
import {
  findSubscriber,
  listSubscribers,
  readSubscriber,
  registerSubscriber,
} from '../../../backend/carrier/subscriber.ts';
import { NOON } from '../../scheme.ts';
import { HANAKO, openCarrier } from './open-carrier.ts';

describe('subscriber', () => {
  it('is found by id and by phone number, and registered once', async () => {
    const { database } = await openCarrier();
    expect(await registerSubscriber(database, HANAKO, NOON)).toEqual({ result: 'repeated' });
    expect(await readSubscriber(database, 1)).toEqual(HANAKO);
    expect(await findSubscriber(database, HANAKO.phoneNumber)).toEqual(HANAKO);
    expect(await listSubscribers(database)).toEqual([HANAKO]);
  });

  it.each([
    [{ ...HANAKO, phoneNumber: '09012345678' }, 'CARRIER_PHONE_NUMBER_INVALID'],
    [{ ...HANAKO, monthlyCap: yen(20_000) }, 'CARRIER_SUBSCRIBER_TAKEN'],
    [{ ...HANAKO, subscriberId: 2 }, 'CARRIER_PHONE_NUMBER_TAKEN'],
  ])('%j is refused: %s', async (subscriber, reason) => {
    const { database } = await openCarrier();
    const refused = { result: 'refused', reason };
    expect(await registerSubscriber(database, subscriber, NOON)).toMatchObject(refused);
    expect(await listSubscribers(database)).toEqual([HANAKO]);
  });

  it('is never changed or forgotten', async () => {
    const { database } = await openCarrier();
    for (const sql of ['UPDATE subscriber SET monthly_cap_yen = 1', 'DELETE FROM subscriber']) {
      const changed = database.transaction((transaction) => transaction.run(sql));
      await expect(changed).rejects.toThrow('append-only');
    }
  });
});
