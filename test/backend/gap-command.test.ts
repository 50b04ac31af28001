import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listGapsOutcome, writeOff } from '../../backend/gap-command.ts';
import { NOON } from '../scheme.ts';
import { later, Scenario, type TestTerminal } from './scenario.ts';

describe('gaps', () => {
  let scenario: Scenario;
  let till: TestTerminal;
  let batches: readonly Uint8Array[];
  beforeEach(async () => {
    scenario = await Scenario.open();
    till = await scenario.terminal(42);
    const card = await scenario.card(1);
    batches = [1, 2, 3].map(() => {
      till.write(card, 1);
      return till.close();
    });
    await scenario.upload(till, batches[2]!);
  });
  afterEach(() => scenario.remove());

  const list = (days: number): ReturnType<typeof listGapsOutcome> =>
    listGapsOutcome(scenario.backend, later(NOON, days));
  const gap = { terminal: 42, first: 1, last: 2, note: 'terminal burnt, head office' };

  it('grow old, and say what to do', async () => {
    const young = await list(6);
    expect(young.json).toMatchObject({
      gaps: [{ sequence: 'batch', owner: '42', first: 1, last: 2, ageDays: 6, state: 'open' }],
    });
    expect(young.lines[0]).toMatch(/^batches of terminal 42 {2}missing 1 to 2 {2}6 days {2}open/);
    expect((await list(7)).json).toMatchObject({ gaps: [{ state: 'overdue' }] });
  });

  it('are written off once, and filled by what comes late', async () => {
    expect((await writeOff(scenario.backend, gap, NOON)).json).toMatchObject({
      result: 'written-off',
    });
    expect((await writeOff(scenario.backend, gap, NOON)).json).toMatchObject({
      result: 'repeated',
    });
    expect((await list(100)).json).toMatchObject({ gaps: [{ state: 'written-off' }] });
    await scenario.upload(till, batches[0]!);
    await scenario.upload(till, batches[1]!);
    expect((await list(100)).lines).toEqual(['Nothing is missing.']);
  });

  it.each([
    ['numbers that are not missing', { last: 3 }, 'GAP_UNKNOWN'],
    ['two owners', { sam: 42 }, 'GAP_UNCLEAR'],
    ['numbers in the wrong order', { first: 2, last: 1 }, 'GAP_UNCLEAR'],
  ])('of %s cannot be written off', async (_what, change, code) => {
    const outcome = await writeOff(scenario.backend, { ...gap, ...change }, NOON);
    expect(outcome).toMatchObject({ json: { code }, exitCode: 3 });
  });
});
