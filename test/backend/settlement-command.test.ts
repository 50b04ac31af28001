import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { businessDate } from '#units';
import { endOfDay } from '../../backend/settlement/business-calendar.ts';
import { depositReport } from '../../backend/settlement-command.ts';
import { Scenario } from './scenario.ts';

describe('the commands of settlement', () => {
  let scenario: Scenario;
  beforeEach(async () => {
    scenario = await Scenario.open();
  });
  afterEach(() => scenario.remove());

  it('tell the deposit of a base date, or why there is no report', async () => {
    const baseDate = businessDate('2027-03-31');
    scenario.clock = endOfDay(baseDate);
    const outcome = await depositReport(scenario.backend, { baseDate });
    expect(outcome.json).toMatchObject({ result: 'made', unused: 0, deposit: 0 });
    expect(outcome.lines.join('\n')).toContain('deposit          0 yen, until 2027-05-31');
    const refused = await depositReport(scenario.backend, { baseDate: businessDate('2027-04-01') });
    expect(refused).toMatchObject({ exitCode: 3, json: { code: 'SETTLEMENT_BASE_DATE_INVALID' } });
  });
});
