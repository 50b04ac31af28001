import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closeWindow } from '../../../backend/settlement/close-window.ts';
import {
  openFirstWindow,
  openWindow,
  readWindow,
  readWindows,
} from '../../../backend/settlement/window.ts';
import { NOON } from '../../scheme.ts';
import { later, Scenario } from '../scenario.ts';
import { settleSigned } from './signed-window.ts';

describe('settlement window', () => {
  let scenario: Scenario;
  beforeEach(async () => {
    scenario = await Scenario.open();
  });
  afterEach(() => scenario.remove());

  it('is open, then closed, then settled', async () => {
    const { database, settlement } = scenario.backend;
    const opened = { number: 1, businessDate: '2026-11-23', openedAt: NOON };
    expect(await readWindow(database, 1)).toMatchObject({ ...opened, state: 'open' });
    scenario.clock = later(NOON, 1);
    await closeWindow(settlement);
    expect(await readWindow(database, 1)).toMatchObject({
      ...opened,
      state: 'closed',
      closedAt: later(NOON, 1),
    });
    scenario.clock = later(NOON, 2);
    await settleSigned(scenario.backend, 1);
    expect(await readWindow(database, 1)).toEqual({
      ...opened,
      state: 'settled',
      closedAt: later(NOON, 1),
      settledAt: later(NOON, 2),
    });
  });

  it('has the day in Japan on which it was opened; a day may have several', async () => {
    const { database, settlement } = scenario.backend;
    await closeWindow(settlement);
    scenario.clock = later(NOON, 0.5);
    await closeWindow(settlement);
    const windows = await readWindows(database, 2);
    expect(windows.map(({ number, businessDate }) => [number, businessDate])).toEqual([
      [3, '2026-11-24'],
      [2, '2026-11-23'],
    ]);
  });

  it('is opened once for a new issuer', async () => {
    const { database } = scenario.backend;
    await openFirstWindow(database, later(NOON, 5));
    expect(await readWindows(database, 10)).toHaveLength(1);
    expect(await readWindow(database, 2)).toBeUndefined();
  });

  it('is never opened twice under one number', async () => {
    const again = scenario.backend.database.transaction((transaction) =>
      openWindow(transaction, 1, NOON),
    );
    await expect(again).rejects.toMatchObject({ code: 'DATABASE_CONFLICT' });
  });
});
