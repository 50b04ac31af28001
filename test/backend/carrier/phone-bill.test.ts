import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { epochMs, yen } from '#units';
import { parseBillMonth } from '../../../backend/carrier/bill-month.ts';
import { Carrier } from '../../../backend/carrier/carrier.ts';
import { usedOfCap } from '../../../backend/carrier/payment.ts';
import { type PaymentRequest, PhoneBill } from '../../../backend/carrier/phone-bill.ts';
import { HANAKO, type OpenCarrier, openCarrier } from './open-carrier.ts';

const NOVEMBER = parseBillMonth('2026-11') ?? expect.unreachable();
const DECEMBER = parseBillMonth('2026-12') ?? expect.unreachable();

let carrier: OpenCarrier;
let phoneBill: PhoneBill;

beforeEach(async () => {
  carrier = await openCarrier();
  phoneBill = new PhoneBill(carrier);
});

function request(correlator: string, amount = 3_000): PaymentRequest {
  const { phoneNumber } = HANAKO;
  return { correlator, phoneNumber, amount: yen(amount), description: 'Top-up' };
}

async function books(): Promise<Record<string, number>> {
  return Object.fromEntries(await new Carrier(carrier).balances());
}

describe('phone bill', () => {
  it('goes from reserved to succeeded, and only then stands in the books and on the bill', async () => {
    expect(await phoneBill.prepare(request('a'))).toMatchObject({
      result: 'done',
      payment: { paymentId: 1, status: 'reserved', billMonth: '2026-11' },
    });
    expect(await books()).toEqual({});
    expect(await phoneBill.bill(1, NOVEMBER)).toMatchObject({ lines: [], total: 0 });
    expect(await phoneBill.confirm(1)).toMatchObject({
      result: 'done',
      payment: { status: 'succeeded' },
    });
    expect(await books()).toEqual({ 'bill-receivable:1': 3_000, 'top-up-payable': -3_000 });
    expect(await phoneBill.bill(1, NOVEMBER)).toEqual({
      subscriberId: 1,
      month: '2026-11',
      lines: [{ paymentId: 1, description: 'Top-up', amount: 3_000 }],
      total: 3_000,
    });
    expect(await phoneBill.bill(2, NOVEMBER)).toBeUndefined();
  });

  it('does each step once, however often it is asked for', async () => {
    const first = await phoneBill.prepare(request('a'));
    expect(await phoneBill.prepare(request('a'))).toEqual({ ...first, result: 'repeated' });
    const confirmed = await phoneBill.confirm(1);
    expect(await phoneBill.confirm(1)).toEqual({ ...confirmed, result: 'repeated' });
    const cancelled = await phoneBill.cancel(1);
    expect(await phoneBill.cancel(1)).toEqual({ ...cancelled, result: 'repeated' });
    expect(await books()).toEqual({ 'bill-receivable:1': 0, 'top-up-payable': 0 });
    expect(await phoneBill.prepare(request('a'))).toMatchObject({
      result: 'repeated',
      payment: { status: 'cancelled' },
    });
  });

  it.each([
    ['amount', { amount: yen(1) }],
    ['description', { description: 'Other' }],
    ['phoneNumber', { phoneNumber: '+819000000000' }],
  ])('refuses a correlator that stands for another %s', async (field, other) => {
    await phoneBill.prepare(request('a'));
    expect(await phoneBill.prepare({ ...request('a'), ...other })).toMatchObject({
      result: 'refused',
      reason: 'CARRIER_CORRELATOR_REUSED',
      field,
    });
  });

  it('counts reservations in the cap of the month of the prepare, and denies for good', async () => {
    await phoneBill.prepare(request('a', 6_000));
    const denied = { status: 'denied', reason: 'CARRIER_CAP_EXCEEDED' };
    expect(await phoneBill.prepare(request('b', 4_001))).toMatchObject({ payment: denied });
    expect(await phoneBill.prepare(request('c', 4_000))).toMatchObject({
      payment: { status: 'reserved' },
    });
    await phoneBill.cancel(1);
    expect(await phoneBill.prepare(request('b', 4_001))).toMatchObject({
      result: 'repeated',
      payment: denied,
    });
    expect(await phoneBill.prepare(request('d', 6_000))).toMatchObject({
      payment: { status: 'reserved' },
    });
    carrier.time = epochMs(Date.parse('2026-11-30T15:00:00Z'));
    expect(await phoneBill.prepare(request('e', 10_000))).toMatchObject({
      payment: { status: 'reserved', billMonth: '2026-12' },
    });
  });

  it('gives back what was confirmed on the bill of the month of the cancel', async () => {
    await phoneBill.prepare(request('a'));
    carrier.time = epochMs(Date.parse('2026-12-01T03:00:00Z'));
    await phoneBill.confirm(1);
    await phoneBill.cancel(1);
    expect(await phoneBill.bill(1, NOVEMBER)).toMatchObject({ total: 3_000 });
    const back = { paymentId: 1, description: 'Top-up', amount: -3_000 };
    expect(await phoneBill.bill(1, DECEMBER)).toMatchObject({ lines: [back], total: -3_000 });
  });

  it('refuses what cannot be', async () => {
    const { phoneNumber: _, ...rest } = request('x');
    expect(await phoneBill.prepare({ ...rest, phoneNumber: '+819000000000' })).toMatchObject({
      reason: 'CARRIER_SUBSCRIBER_UNKNOWN',
    });
    expect(await phoneBill.confirm(9)).toMatchObject({ reason: 'CARRIER_PAYMENT_UNKNOWN' });
    await phoneBill.prepare(request('a'));
    await phoneBill.cancel(1);
    expect(await phoneBill.confirm(1)).toMatchObject({ reason: 'CARRIER_PAYMENT_CANCELLED' });
    await phoneBill.prepare(request('b', 10_001));
    expect(await phoneBill.confirm(2)).toMatchObject({ reason: 'CARRIER_PAYMENT_DENIED' });
    expect(await phoneBill.cancel(2)).toMatchObject({ reason: 'CARRIER_PAYMENT_DENIED' });
    expect(await phoneBill.payment(2)).toMatchObject({ status: 'denied' });
    expect(await books()).toEqual({});
  });

  it('never exceeds the cap, and the books say what the bills say, in any order of steps', async () => {
    const step = fc.record({
      name: fc.constantFrom('prepare', 'confirm', 'cancel'),
      number: fc.integer({ min: 1, max: 6 }),
      amount: fc.integer({ min: 1, max: 7_000 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
        carrier = await openCarrier();
        phoneBill = new PhoneBill(carrier);
        for (const { name, number, amount } of steps) {
          if (name === 'prepare') await phoneBill.prepare(request(`${number}`, amount));
          if (name === 'confirm') await phoneBill.confirm(number);
          if (name === 'cancel') await phoneBill.cancel(number);
          expect(await usedOfCap(carrier.database, 1, NOVEMBER)).toBeLessThanOrEqual(10_000);
        }
        const bill = await phoneBill.bill(1, NOVEMBER);
        const { 'bill-receivable:1': owed = 0, 'top-up-payable': payable = 0 } = await books();
        expect([owed, owed + payable]).toEqual([bill?.total, 0]);
        await carrier.database.close();
      }),
      { numRuns: 10 },
    );
  });
});
