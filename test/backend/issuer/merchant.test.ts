import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { basisPoints } from '#units';
import { type Merchant, readMerchant, registerMerchant } from '../../../backend/issuer/merchant.ts';
import { NOON } from '../../scheme.ts';
import { Scenario } from '../scenario.ts';

const KISSA: Merchant = {
  merchantId: 7,
  name: 'Kissa',
  rates: { fee: basisPoints(325), commission: basisPoints(50) },
};

describe('registerMerchant', () => {
  let scenario: Scenario;
  beforeEach(async () => {
    scenario = await Scenario.open();
  });
  afterEach(() => scenario.remove());

  it('registers a merchant once, and says so when it is asked again', async () => {
    const { database } = scenario.backend;
    expect(await registerMerchant(database, KISSA, NOON)).toEqual({ result: 'registered' });
    expect(await registerMerchant(database, KISSA, NOON)).toEqual({ result: 'repeated' });
    expect(await readMerchant(database, 7)).toEqual(KISSA);
    expect(await readMerchant(database, 8)).toBeUndefined();
  });

  it.each([
    ['another name', { ...KISSA, name: 'Bar' }],
    ['another fee', { ...KISSA, rates: { ...KISSA.rates, fee: basisPoints(326) } }],
    ['another commission', { ...KISSA, rates: { ...KISSA.rates, commission: basisPoints(0) } }],
  ])('refuses the same id with %s', async (_what, other) => {
    const { database } = scenario.backend;
    await registerMerchant(database, KISSA, NOON);
    expect(await registerMerchant(database, other, NOON)).toMatchObject({
      reason: 'ACCOUNT_MERCHANT_TAKEN',
    });
    expect(await readMerchant(database, 7)).toEqual(KISSA);
  });

  it('lets the commission be the whole fee and not a point more', async () => {
    const { database } = scenario.backend;
    const of = (commission: number): Merchant => ({
      ...KISSA,
      rates: { fee: basisPoints(50), commission: basisPoints(commission) },
    });
    expect(await registerMerchant(database, of(51), NOON)).toMatchObject({
      reason: 'ACCOUNT_RATE_INVALID',
    });
    expect(await registerMerchant(database, of(50), NOON)).toEqual({ result: 'registered' });
  });
});
