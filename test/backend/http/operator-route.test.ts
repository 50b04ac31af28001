import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MERCHANT_ID } from '../scenario.ts';
import { signByBoth } from '../settlement/signed-window.ts';
import { problem, ServedBackend } from './served-backend.ts';

describe('operator routes', () => {
  let served: ServedBackend;
  beforeAll(async () => {
    served = await ServedBackend.start();
    const { scenario } = served;
    const till = await scenario.terminal(42);
    till.write(await scenario.card(1), 2_000);
    await scenario.upload(till, till.close());
  });
  afterAll(() => served.stop());

  it.each([
    ['GET', '/windows'],
    ['POST', '/windows/1/close'],
    ['POST', '/windows/1/settlement'],
    ['GET', `/windows/1/merchants/${MERCHANT_ID}`],
    ['GET', '/windows/1/carrier'],
    ['GET', '/books'],
  ])('%s %s needs the operator token', async (method, path) => {
    for (const authorization of ['', 'Bearer wrong', `Bearer ${served.token}x`]) {
      const answer = await served.request(path, { method, headers: { authorization } });
      expect(answer).toEqual({
        status: 401,
        body: problem(401, 'REQUEST_UNAUTHORIZED', 'expected the operator token'),
      });
    }
  });

  it('close and settle a window, once', async () => {
    expect(await served.operate('POST', '/windows/1/settlement')).toMatchObject({
      status: 409,
      body: { code: 'SETTLEMENT_WINDOW_OPEN' },
    });
    const closed = await served.operate('POST', '/windows/1/close');
    expect(closed).toMatchObject({ status: 200, body: { result: 'closed', windowNumber: 1 } });
    expect(await served.operate('POST', '/windows/1/close')).toEqual({
      status: 200,
      body: { ...closed.body, result: 'repeated' },
    });
    expect(await served.operate('POST', '/windows/1/settlement')).toMatchObject({
      status: 409,
      body: { code: 'SETTLEMENT_NOT_SIGNED' },
    });
    await signByBoth(served.scenario.backend, 1);
    const settled = await served.operate('POST', '/windows/1/settlement');
    expect(settled).toMatchObject({
      status: 200,
      body: { result: 'settled', payments: [{ merchantId: MERCHANT_ID, amount: 1_935 }] },
    });
    expect(await served.operate('POST', '/windows/1/settlement')).toEqual({
      status: 200,
      body: { ...settled.body, result: 'repeated' },
    });
  });

  it('show windows, statements and books', async () => {
    const windows = await served.operate('GET', '/windows');
    expect(windows.body['windows']).toEqual([
      expect.objectContaining({ number: 2, state: 'open' }),
      expect.objectContaining({ number: 1, state: 'settled', businessDate: '2026-11-23' }),
    ]);
    const merchant = await served.operate('GET', `/windows/1/merchants/${MERCHANT_ID}`);
    expect(merchant.body).toMatchObject({ grossSales: 2_000, fee: 65, net: 1_935 });
    const carrier = await served.operate('GET', '/windows/1/carrier');
    expect(carrier.body).toMatchObject({ commission: 10, state: 'settled' });
    const books = await served.operate('GET', '/books');
    expect(books.body).toMatchObject({ total: 0, balances: { 'fee-income': -55 } });
  });

  it.each([
    ['GET', '/windows/9/carrier', 'SETTLEMENT_WINDOW_UNKNOWN'],
    ['GET', '/windows/9/merchants/1', 'SETTLEMENT_WINDOW_UNKNOWN'],
    ['GET', '/windows/1/merchants/9', 'ACCOUNT_MERCHANT_UNKNOWN'],
    ['POST', '/windows/9/close', 'SETTLEMENT_WINDOW_UNKNOWN'],
    ['POST', '/windows/9/settlement', 'SETTLEMENT_WINDOW_UNKNOWN'],
    ['GET', '/windows/0/carrier', 'REQUEST_NOT_FOUND'],
    ['GET', '/windows/x/merchants/1', 'REQUEST_NOT_FOUND'],
  ] as const)('%s %s answers 404 %s', async (method, path, code) => {
    expect(await served.operate(method, path)).toMatchObject({ status: 404, body: { code } });
  });
});
