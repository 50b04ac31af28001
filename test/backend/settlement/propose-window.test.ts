import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { epochMs } from '#units';
import { closeWindow } from '../../../backend/settlement/close-window.ts';
import { proposeWindow } from '../../../backend/settlement/propose-window.ts';
import { readWindow } from '../../../backend/settlement/window.ts';
import { Scenario } from '../scenario.ts';

describe('proposeWindow', () => {
  let scenario: Scenario;
  beforeEach(async () => {
    scenario = await Scenario.open();
    const till = await scenario.terminal(2);
    till.write(await scenario.card(1), 2_000);
    await scenario.upload(till, till.close());
  });
  afterEach(() => scenario.remove());

  it('writes down what a closed window means, once', async () => {
    const { settlement, database } = scenario.backend;
    await closeWindow(settlement);
    const proposed = await proposeWindow(settlement, 1);
    const text = proposed.result === 'proposed' ? new TextDecoder().decode(proposed.bytes) : '';
    expect(text).toContain('\nsales 2000 merchants 1935 carrier 10 issuer 55\n');
    expect(await readWindow(database, 1)).toMatchObject({ state: 'proposed' });
    scenario.clock = epochMs(scenario.clock + 1_000);
    expect(await proposeWindow(settlement, 1)).toEqual({ ...proposed, result: 'repeated' });
  });

  it('is refused for a window that is not there, is open, or was paid without it', async () => {
    const { settlement, database } = scenario.backend;
    const reasonOf = async (windowNumber: number): Promise<string> => {
      const proposed = await proposeWindow(settlement, windowNumber);
      return proposed.result === 'refused' ? proposed.reason : proposed.result;
    };
    expect(await reasonOf(9)).toBe('SETTLEMENT_WINDOW_UNKNOWN');
    expect(await reasonOf(1)).toBe('SETTLEMENT_WINDOW_OPEN');
    await closeWindow(settlement);
    await database.transaction((transaction) =>
      transaction.run('INSERT INTO window_settlement VALUES (1, 0)'),
    );
    expect(await reasonOf(1)).toBe('SETTLEMENT_WINDOW_SETTLED');
  });
});
