import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWindowNumber } from '../../../backend/ledger/open-window.ts';
import { closeWindow } from '../../../backend/settlement/close-window.ts';
import { Scenario } from '../scenario.ts';

describe('openWindowNumber', () => {
  let scenario: Scenario;
  beforeAll(async () => {
    scenario = await Scenario.open();
  });
  afterAll(() => scenario.remove());

  it('is 1 for a new issuer and the next one after each close', async () => {
    const { database, settlement } = scenario.backend;
    expect(await openWindowNumber(database)).toBe(1);
    await closeWindow(settlement);
    expect(await openWindowNumber(database)).toBe(2);
  });
});
