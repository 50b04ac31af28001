import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, problem, ServedBackend } from './served-backend.ts';

const PAYMENT = {
  correlator: 'top-up-1',
  phoneNumber: '+819012345678',
  amount: 3_000,
  description: 'Top-up',
};

describe('carrier routes', () => {
  let served: ServedBackend;
  beforeAll(async () => {
    served = await ServedBackend.start();
  });
  afterAll(() => served.stop());

  const token = (name: string): string =>
    readFileSync(join(served.scenario.folder, `${name}-token`), 'utf8').trim();

  function ask(name: string, route: string, body?: unknown): Promise<Answer> {
    const [method = '', path = ''] = route.split(' ');
    const authorization = `Bearer ${token(name)}`;
    if (body === undefined) return served.request(path, { method, headers: { authorization } });
    const headers = { authorization, 'content-type': 'application/json' };
    return served.request(path, { method, headers, body: JSON.stringify(body) });
  }

  it.each([
    ['carrier', 'GET /carrier/subscribers'],
    ['carrier', 'POST /carrier/subscribers/1'],
    ['carrier', 'GET /carrier/subscribers/1/bills/2026-11'],
    ['carrier', 'GET /carrier/subscribers/1/lock-orders'],
    ['carrier', 'POST /carrier/subscribers/1/lock-orders'],
    ['carrier', 'POST /carrier/lock-orders/1/done'],
    ['payment', 'POST /carrier/payments/prepare'],
    ['payment', 'GET /carrier/payments/1'],
    ['payment', 'POST /carrier/payments/1/confirm'],
    ['payment', 'POST /carrier/payments/1/cancel'],
  ])('only the %s token opens %s', async (right, route) => {
    for (const name of ['operator', 'carrier', 'payment'].filter((each) => each !== right)) {
      expect(await ask(name, route)).toEqual({
        status: 401,
        body: problem(401, 'REQUEST_UNAUTHORIZED', `expected the ${right} token`),
      });
    }
    expect((await ask(right, route)).status).not.toBe(401);
  });

  it('charge a phone bill in two steps, each once', async () => {
    const hanako = { phoneNumber: PAYMENT.phoneNumber, name: 'Hanako', monthlyCap: 5_000 };
    const first = { status: 201, body: { result: 'registered' } };
    const again = { status: 200, body: { result: 'repeated' } };
    expect(await ask('carrier', 'POST /carrier/subscribers/1', hanako)).toMatchObject(first);
    expect(await ask('carrier', 'POST /carrier/subscribers/1', hanako)).toMatchObject(again);
    expect(await ask('carrier', 'GET /carrier/subscribers')).toEqual({
      status: 200,
      body: { subscribers: [{ subscriberId: 1, ...hanako }] },
    });
    const prepare = 'POST /carrier/payments/prepare';
    expect(await ask('payment', prepare, PAYMENT)).toMatchObject({
      status: 201,
      body: { result: 'done', payment: { paymentId: 1, status: 'reserved' } },
    });
    expect(await ask('payment', prepare, PAYMENT)).toMatchObject(again);
    expect(await ask('payment', prepare, { ...PAYMENT, correlator: 'b' })).toMatchObject({
      status: 201,
      body: { payment: { status: 'denied', reason: 'CARRIER_CAP_EXCEEDED' } },
    });
    const confirmed = { status: 200, body: { payment: { status: 'succeeded' } } };
    expect(await ask('payment', 'POST /carrier/payments/1/confirm')).toMatchObject(confirmed);
    expect(await ask('payment', 'GET /carrier/payments/1')).toMatchObject(confirmed);
    expect(await ask('carrier', 'GET /carrier/subscribers/1/bills/2026-11')).toMatchObject({
      status: 200,
      body: { total: 3_000, lines: [{ paymentId: 1 }] },
    });
    expect(await ask('payment', 'POST /carrier/payments/1/cancel')).toMatchObject({
      status: 200,
      body: { result: 'done', payment: { status: 'cancelled' } },
    });
  });

  it('keep a lock order until the phone has done it', async () => {
    const path = '/carrier/subscribers/1/lock-orders';
    const lock = { action: 'lock', orderedBy: 'Hanako' };
    expect(await ask('carrier', `POST ${path}`, lock)).toMatchObject({ status: 201 });
    expect(await ask('carrier', `POST ${path}`, lock)).toMatchObject({ status: 200 });
    const pending = { orderId: 1, state: 'waiting' };
    expect(await ask('carrier', `GET ${path}`)).toMatchObject({ body: { pending } });
    expect(await ask('carrier', 'POST /carrier/lock-orders/1/done')).toMatchObject({
      status: 200,
      body: { order: { state: 'done' } },
    });
    expect(await ask('carrier', `GET ${path}`)).toMatchObject({ body: { pending: null } });
  });

  it.each([
    [
      'carrier',
      'POST /carrier/subscribers/2',
      { phoneNumber: '1', name: 'x', monthlyCap: 1 },
      400,
      'CARRIER_PHONE_NUMBER_INVALID',
    ],
    [
      'carrier',
      'POST /carrier/subscribers/2',
      { name: 'x', monthlyCap: 1 },
      400,
      'REQUEST_MALFORMED',
    ],
    ['carrier', 'POST /carrier/subscribers/2', undefined, 415, 'REQUEST_TYPE_UNSUPPORTED'],
    [
      'carrier',
      'GET /carrier/subscribers/2/bills/2026-11',
      undefined,
      404,
      'CARRIER_SUBSCRIBER_UNKNOWN',
    ],
    ['carrier', 'GET /carrier/subscribers/1/bills/2026-13', undefined, 404, 'REQUEST_NOT_FOUND'],
    ['carrier', 'POST /carrier/lock-orders/9/done', undefined, 404, 'CARRIER_LOCK_ORDER_UNKNOWN'],
    [
      'payment',
      'POST /carrier/payments/prepare',
      { ...PAYMENT, amount: 0 },
      400,
      'REQUEST_MALFORMED',
    ],
    [
      'payment',
      'POST /carrier/payments/prepare',
      { ...PAYMENT, amount: 1 },
      409,
      'CARRIER_CORRELATOR_REUSED',
    ],
    ['payment', 'GET /carrier/payments/9', undefined, 404, 'CARRIER_PAYMENT_UNKNOWN'],
    ['payment', 'POST /carrier/payments/1/confirm', undefined, 409, 'CARRIER_PAYMENT_CANCELLED'],
    ['payment', 'POST /carrier/payments/2/cancel', undefined, 409, 'CARRIER_PAYMENT_DENIED'],
  ])('%s %s with %j: %i %s', async (name, route, body, status, code) => {
    expect(await ask(name, route, body)).toMatchObject({ status, body: { code } });
  });
});
