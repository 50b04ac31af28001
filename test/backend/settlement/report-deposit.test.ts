import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { businessDate, epochMs } from '#units';
import { endOfDay } from '../../../backend/settlement/business-calendar.ts';
import { reportDeposit } from '../../../backend/settlement/report-deposit.ts';
import { Scenario, type TestCard, type TestTerminal } from '../scenario.ts';

const MARCH = businessDate('2027-03-31');

describe('reportDeposit', () => {
  let scenario: Scenario;
  let loader: TestTerminal;
  let card: TestCard;
  beforeEach(async () => {
    scenario = await Scenario.open();
    loader = await scenario.terminal(1, 'load');
    card = await scenario.card(1, 0);
    scenario.clock = epochMs(endOfDay(MARCH) - 1);
  });
  afterEach(() => scenario.remove());

  const load = async (amount: number): Promise<void> => {
    loader.write(card, amount);
    await scenario.upload(loader, loader.close());
  };
  const report = (date = MARCH): ReturnType<typeof reportDeposit> =>
    reportDeposit({ database: scenario.backend.database, now: () => scenario.clock }, date);

  it('is the same after years, whatever was posted since', async () => {
    await load(20_000);
    scenario.clock = endOfDay(MARCH);
    await load(3_000);
    const first = await report();
    expect(first).toMatchObject({
      result: 'made',
      report: { unused: 20_000, deposit: 0, transferCount: 1, changes: { load: 20_000 } },
    });
    scenario.clock = epochMs(endOfDay(businessDate('2031-03-31')) + 1);
    await load(5_000);
    expect(await report()).toEqual({ ...first, result: 'repeated' });
    expect(await report(businessDate('2031-03-31'))).toMatchObject({
      result: 'made',
      report: { unused: 23_000, transferCount: 2 },
    });
  });

  it('is not made of another day, nor before the day is over', async () => {
    expect(await report(businessDate('2027-03-30'))).toMatchObject({
      reason: 'SETTLEMENT_BASE_DATE_INVALID',
    });
    expect(await report()).toMatchObject({ reason: 'SETTLEMENT_BASE_DATE_OPEN' });
    scenario.clock = endOfDay(MARCH);
    expect(await report()).toMatchObject({ result: 'made' });
  });

  it('is refused where the books say something else than they did', async () => {
    scenario.clock = endOfDay(MARCH);
    await report();
    // A clock that was set back puts a transfer into a day that is over.
    scenario.clock = epochMs(endOfDay(MARCH) - 1);
    await load(1);
    scenario.clock = endOfDay(MARCH);
    expect(await report()).toMatchObject({
      result: 'refused',
      reason: 'SETTLEMENT_REPORT_DIFFERS',
    });
  });
});
