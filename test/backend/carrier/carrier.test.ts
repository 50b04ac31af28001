import { describe, expect, it } from 'vitest';
import { yen } from '#units';
import { type Advice, Carrier } from '../../../backend/carrier/carrier.ts';
import { CARRIER_SCHEMA } from '../../../backend/database/carrier-schema.ts';
import { Database } from '../../../backend/database/database.ts';
import { NOON } from '../../scheme.ts';
import { temporaryFile } from '../database/temporary-file.ts';

async function newCarrier(): Promise<Carrier> {
  const database = await Database.open(temporaryFile(), CARRIER_SCHEMA);
  return new Carrier({ database, now: () => NOON });
}

const EARNED: Advice = { windowNumber: 1, kind: 'earned', amount: yen(10) };
const PAID: Advice = { windowNumber: 1, kind: 'paid', amount: yen(10) };

describe('Carrier', () => {
  it('keeps books of its own: first a receivable, then money in the bank', async () => {
    const carrier = await newCarrier();
    expect(await carrier.receiveAdvice(EARNED)).toEqual({ result: 'stored' });
    expect(await carrier.position()).toEqual({ total: 0, receivable: 10, income: 10, bank: 0 });
    expect(await carrier.receiveAdvice(PAID)).toEqual({ result: 'stored' });
    expect(await carrier.position()).toEqual({ total: 0, receivable: 0, income: 10, bank: 10 });
    expect(Object.fromEntries(await carrier.balances())).toEqual({
      'carrier-bank': 10,
      'commission-income': -10,
      'commission-receivable': 0,
    });
  });

  it('counts an advice once, however often it comes', async () => {
    const carrier = await newCarrier();
    await carrier.receiveAdvice(EARNED);
    const receipts = await Promise.all(
      [EARNED, EARNED].map((advice) => carrier.receiveAdvice(advice)),
    );
    expect(receipts).toEqual([{ result: 'repeated' }, { result: 'repeated' }]);
    expect(await carrier.position()).toMatchObject({ receivable: 10 });
  });

  it.each([
    ['another amount for the same window', [EARNED], { ...EARNED, amount: yen(11) }],
    ['a payment of what was never earned', [], PAID],
    ['a payment of another amount', [EARNED], { ...PAID, amount: yen(9) }],
    ['a payment of another window', [EARNED], { ...PAID, windowNumber: 2 }],
  ])('refuses %s', async (_what, before, advice) => {
    const carrier = await newCarrier();
    for (const earlier of before) await carrier.receiveAdvice(earlier);
    const position = await carrier.position();
    expect(await carrier.receiveAdvice(advice as Advice)).toEqual({ result: 'refused' });
    expect(await carrier.position()).toEqual(position);
  });
});
