import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { yen } from '#units';
import { enrolHandset } from '../../../backend/carrier/handset.ts';
import { registerSubscriber } from '../../../backend/carrier/subscriber.ts';
import { cardIdm, NOON } from '../../scheme.ts';
import { type Answer, problem, ServedBackend } from './served-backend.ts';

const IDM = '02fe000000000001';
const PHONE_TOKEN = 'token-of-phone-1';
const POLLING = '0600fe000100';
const CARDS = '/carrier/channel/cards';

describe('phone, channel and remote-load routes', () => {
  let served: ServedBackend;
  beforeAll(async () => {
    served = await ServedBackend.start();
    const { carrierDatabase } = served.scenario.backend;
    const hanako = { subscriberId: 1, phoneNumber: '+819012345678', name: 'Hanako' };
    await registerSubscriber(carrierDatabase, { ...hanako, monthlyCap: yen(5_000) }, NOON);
    const phone = { subscriberId: 1, idm: cardIdm(1), token: PHONE_TOKEN };
    await enrolHandset(carrierDatabase, phone, NOON);
  });
  afterAll(() => served.stop());

  function tokenOf(name: string): string {
    if (name === 'phone') return PHONE_TOKEN;
    return readFileSync(join(served.scenario.folder, `${name}-token`), 'utf8').trim();
  }

  function ask(name: string, route: string, body?: unknown): Promise<Answer> {
    const [method = '', path = ''] = route.split(' ');
    const authorization = `Bearer ${tokenOf(name)}`;
    if (body === undefined) return served.request(path, { method, headers: { authorization } });
    const headers = { authorization, 'content-type': 'application/json' };
    return served.request(path, { method, headers, body: JSON.stringify(body) });
  }

  const poll = (body: object = { waitSeconds: 0 }): Promise<Answer> =>
    ask('phone', 'POST /carrier/phone/poll', body);

  it.each([
    ['phone', 'POST /carrier/phone/poll'],
    ['phone', 'POST /carrier/phone/lock-orders/1/done'],
    ['phone', 'POST /carrier/phone/top-ups/a'],
    ['phone', 'GET /carrier/phone/top-ups/a'],
    ['channel', `GET ${CARDS}`],
    ['channel', `POST ${CARDS}/${IDM}/touches`],
    ['channel', `POST ${CARDS}/${IDM}/exchange`],
    ['remote-load', 'GET /terminals/9/top-ups'],
    ['remote-load', 'POST /terminals/9/top-ups/1-a/result'],
  ])('only the %s token opens %s', async (right, route) => {
    const others = ['operator', 'carrier', 'payment', 'channel', 'remote-load', 'phone'];
    for (const name of others.filter((each) => each !== right)) {
      const given = await ask(name, route, route.startsWith('POST') ? {} : undefined);
      const detail =
        right === 'phone' ? 'expected the token of a phone in use' : `expected the ${right} token`;
      expect(given).toEqual({ status: 401, body: problem(401, 'REQUEST_UNAUTHORIZED', detail) });
    }
  });

  it('carry a packet to a phone and its answer back', async () => {
    const touchCard = `POST ${CARDS}/${IDM}/touches`;
    expect(await ask('channel', touchCard)).toMatchObject({
      status: 409,
      body: { code: 'CARRIER_PHONE_UNREACHABLE' },
    });
    expect(await poll()).toEqual({ status: 200, body: { order: null, frame: null } });
    expect(await ask('channel', `GET ${CARDS}`)).toEqual({ status: 200, body: { cards: [IDM] } });
    const touched = await ask('channel', touchCard);
    expect(touched.status).toBe(201);
    const { touch } = touched.body;
    const waiting = poll({});
    const sent = { touch, packet: POLLING, waitMs: 10 };
    const exchanged = ask('channel', `POST ${CARDS}/${IDM}/exchange`, sent);
    const frame = { touch, number: 1, packet: POLLING };
    expect(await waiting).toEqual({ status: 200, body: { order: null, frame } });
    await poll({ answer: { touch, number: 1, packet: '0301ff' }, waitSeconds: 0 });
    expect(await exchanged).toEqual({ status: 200, body: { packet: '0301ff' } });
    const old = { touch: 1, packet: POLLING, waitMs: 10 };
    expect(await ask('channel', `POST ${CARDS}/${IDM}/exchange`, old)).toMatchObject({
      body: { code: 'CARRIER_TOUCH_OVER' },
    });
    const noPacket = { touch, packet: '0900', waitMs: 10 };
    expect(await ask('channel', `POST ${CARDS}/${IDM}/exchange`, noPacket)).toMatchObject({
      status: 400,
      body: { code: 'REQUEST_MALFORMED', detail: 'body: packet' },
    });
  });

  it('tell a phone of its lock, and hear from it alone that it is done', async () => {
    const { remoteLock } = served.scenario.backend;
    await remoteLock.order(1, 'lock', 'Hanako');
    const order = { orderId: 1, action: 'lock' };
    expect(await poll({})).toMatchObject({ body: { order } });
    const done = 'POST /carrier/phone/lock-orders/';
    expect(await ask('phone', `${done}2/done`)).toMatchObject({
      status: 404,
      body: { code: 'CARRIER_LOCK_ORDER_UNKNOWN' },
    });
    expect(await ask('phone', `${done}1/done`)).toEqual({ status: 200, body: { result: 'done' } });
    expect(await poll()).toMatchObject({ body: { order: null } });
  });

  it('take a top-up from a phone to the terminal that loads it, and to the bill', async () => {
    const name = '/carrier/phone/top-ups/a';
    const topUp = { topUpId: '1-a', idm: IDM, amount: 3_000, state: 'loading' };
    expect(await ask('phone', `GET ${name}`)).toMatchObject({ body: { code: 'TOPUP_UNKNOWN' } });
    const asked = { amount: 3_000 };
    expect(await ask('phone', `POST ${name}`, asked)).toEqual({
      status: 201,
      body: { result: 'registered', topUp },
    });
    expect(await ask('phone', `POST ${name}`, asked)).toMatchObject({ status: 200 });
    expect(await ask('phone', `POST ${name}`, { amount: 1 })).toMatchObject({
      status: 409,
      body: { code: 'TOPUP_ID_REUSED' },
    });
    const waiting = await ask('remote-load', 'GET /terminals/9/top-ups');
    expect(waiting.body).toMatchObject({
      topUps: [{ topUpId: '1-a', idm: IDM, amount: 3_000 }],
    });
    const tell = 'POST /terminals/9/top-ups/1-a/result';
    const loaded = { result: 'loaded' };
    expect(await ask('remote-load', tell, loaded)).toMatchObject({ body: { result: 'taken' } });
    expect(await ask('remote-load', tell, loaded)).toMatchObject({ body: { result: 'repeated' } });
    expect(await ask('remote-load', tell, { result: 'not-loaded' })).toMatchObject({
      status: 409,
      body: { code: 'TOPUP_RESULT_DIFFERS' },
    });
    expect(await ask('phone', `GET ${name}`)).toMatchObject({
      body: { topUp: { state: 'captured' } },
    });
    expect(await ask('phone', 'POST /carrier/phone/top-ups/b', asked)).toMatchObject({
      status: 201,
      body: { topUp: { state: 'declined' } },
    });
  });
});
