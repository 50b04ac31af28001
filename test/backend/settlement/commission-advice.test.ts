import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { signedYen, yen } from '#units';
import {
  type CarrierPort,
  type CommissionAdvice,
  deliverAdvices,
  writeAdvice,
} from '../../../backend/settlement/commission-advice.ts';
import { NOON } from '../../scheme.ts';
import { Scenario } from '../scenario.ts';

describe('commission advice', () => {
  let scenario: Scenario;
  let heard: CommissionAdvice[];
  beforeEach(async () => {
    scenario = await Scenario.open();
    heard = [];
  });
  afterEach(() => scenario.remove());

  const carrier = (result = 'stored'): CarrierPort => ({
    receiveAdvice: (advice) => {
      heard.push(advice);
      return Promise.resolve({ result });
    },
    position: () => Promise.resolve({ total: signedYen(0), receivable: signedYen(0) }),
  });
  const write = (...advices: CommissionAdvice[]): Promise<void> =>
    scenario.backend.database.transaction(async (transaction) => {
      for (const advice of advices) await writeAdvice(transaction, advice);
    });
  const EARNED = { windowNumber: 1, kind: 'earned', amount: yen(10) } as const;
  const PAID = { windowNumber: 1, kind: 'paid', amount: yen(10) } as const;

  it('is delivered once, earned before paid', async () => {
    await write(PAID, EARNED);
    const { database } = scenario.backend;
    await deliverAdvices(database, carrier(), NOON);
    await deliverAdvices(database, carrier(), NOON);
    expect(heard).toEqual([EARNED, PAID]);
  });

  it('is not written where nothing was earned', async () => {
    await write({ ...EARNED, amount: yen(0) });
    await deliverAdvices(scenario.backend.database, carrier(), NOON);
    expect(heard).toEqual([]);
  });

  it('is delivered again when nobody noted that it was', async () => {
    await write(EARNED);
    const { database } = scenario.backend;
    const silent: CarrierPort = {
      ...carrier(),
      receiveAdvice: () => Promise.reject(new Error('the line is down')),
    };
    await expect(deliverAdvices(database, silent, NOON)).rejects.toThrow('the line is down');
    await deliverAdvices(database, carrier('repeated'), NOON);
    await deliverAdvices(database, carrier(), NOON);
    expect(heard).toEqual([EARNED]);
  });

  it('that the carrier refuses stays in the outbox', async () => {
    await write(EARNED);
    const { database } = scenario.backend;
    await expect(deliverAdvices(database, carrier('refused'), NOON)).rejects.toMatchObject({
      code: 'SETTLEMENT_ADVICE_REFUSED',
      message: 'carrier: refuses commission earned of window 1',
    });
    await deliverAdvices(database, carrier(), NOON);
    expect(heard).toEqual([EARNED, EARNED]);
  });
});
