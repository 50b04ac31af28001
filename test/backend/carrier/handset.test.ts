import { beforeEach, describe, expect, it } from 'vitest';
import { yen } from '#units';
import { enrolHandset, findHandset, listHandsets } from '../../../backend/carrier/handset.ts';
import { registerSubscriber } from '../../../backend/carrier/subscriber.ts';
import { cardIdm, NOON } from '../../scheme.ts';
import { HANAKO, type OpenCarrier, openCarrier } from './open-carrier.ts';

const PHONE = { subscriberId: 1, idm: cardIdm(1), token: 'token-1' };

let carrier: OpenCarrier;
beforeEach(async () => {
  carrier = await openCarrier();
});

describe('phones at the channel', () => {
  it('are found by the token that they show, of which no text is kept', async () => {
    const { database } = carrier;
    const enrolled = await enrolHandset(database, PHONE, NOON);
    expect(enrolled).toEqual({ result: 'enrolled', handsetId: 1 });
    const { phoneNumber } = HANAKO;
    const found = { handsetId: 1, subscriberId: 1, phoneNumber, idm: cardIdm(1) };
    expect(await findHandset(database, 'token-1')).toEqual(found);
    expect(await listHandsets(database)).toEqual([found]);
    expect(await findHandset(database, 'token-2')).toBeUndefined();
    const rows = JSON.stringify(await database.all('SELECT hex(token_hash) AS h FROM handset'));
    expect(rows).not.toContain(Buffer.from('token-1').toString('hex').toUpperCase());
  });

  it('give way to the next phone of their subscriber', async () => {
    const { database } = carrier;
    await enrolHandset(database, PHONE, NOON);
    await enrolHandset(database, { ...PHONE, token: 'token-2' }, NOON);
    expect(await findHandset(database, 'token-1')).toBeUndefined();
    expect(await findHandset(database, 'token-2')).toMatchObject({ handsetId: 2 });
    expect(await listHandsets(database)).toHaveLength(1);
  });

  it('are refused for nobody, and with a card that is in another phone', async () => {
    const { database } = carrier;
    const taro = { subscriberId: 2, phoneNumber: '+819011112222', name: 'Taro' };
    await registerSubscriber(database, { ...taro, monthlyCap: yen(1) }, NOON);
    await enrolHandset(database, PHONE, NOON);
    const refusal = (reason: string): object => ({ result: 'refused', reason });
    const ofNobody = { ...PHONE, subscriberId: 9, token: 'b' };
    expect(await enrolHandset(database, ofNobody, NOON)).toMatchObject(
      refusal('CARRIER_SUBSCRIBER_UNKNOWN'),
    );
    const ofTaro = { ...PHONE, subscriberId: 2, token: 'b' };
    expect(await enrolHandset(database, ofTaro, NOON)).toMatchObject(
      refusal('CARRIER_HANDSET_CARD_TAKEN'),
    );
    expect(await findHandset(database, 'token-1')).toBeDefined();
  });
});
