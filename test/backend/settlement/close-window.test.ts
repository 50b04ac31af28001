import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { signedYen } from '#units';
import {
  closeWindow,
  type SettlementDependencies,
} from '../../../backend/settlement/close-window.ts';
import { readWindow } from '../../../backend/settlement/window.ts';
import { parseFigures } from '../../../backend/settlement/window-figure.ts';
import { Scenario, type TestCard, type TestTerminal } from '../scenario.ts';

describe('closeWindow', () => {
  let scenario: Scenario;
  let till: TestTerminal;
  let card: TestCard;
  beforeEach(async () => {
    scenario = await Scenario.open();
    till = await scenario.terminal(2);
    card = await scenario.card(1);
  });
  afterEach(() => scenario.remove());

  it('verifies what was received first, and counts it in the window', async () => {
    till.write(card, 2_000);
    await scenario.backend.receiver.receiveBatch(2, till.close());
    expect(await closeWindow(scenario.backend.settlement)).toMatchObject({
      result: 'closed',
      windowNumber: 1,
      figures: { merchantPayable: 1_935, cardShadow: -2_000 },
    });
  });

  it('records the figures it closed with, tells the carrier, and opens the next window', async () => {
    till.write(card, 2_000);
    await scenario.upload(till, till.close());
    const { database, settlement, carrier } = scenario.backend;
    const closed = await closeWindow(settlement);
    const [row] = await database.all('SELECT figures FROM window_close');
    expect(closed).toMatchObject({ figures: parseFigures(String(row?.['figures'])) });
    expect(await carrier.position()).toMatchObject({ receivable: 10, income: 10, bank: 0 });
    expect(await readWindow(database, 1)).toMatchObject({ state: 'closed' });
    expect(await readWindow(database, 2)).toMatchObject({ state: 'open' });
  });

  it('answers the same for a window that is closed already, and closes no other', async () => {
    till.write(card, 2_000);
    await scenario.upload(till, till.close());
    const { settlement, database } = scenario.backend;
    const first = await closeWindow(settlement, 1);
    till.write(card, 100);
    await scenario.upload(till, till.close());
    expect(await closeWindow(settlement, 1)).toEqual({ ...first, result: 'repeated' });
    expect(await readWindow(database, 2)).toMatchObject({ state: 'open' });
    expect(await closeWindow(settlement, 3)).toMatchObject({
      reason: 'SETTLEMENT_WINDOW_UNKNOWN',
    });
  });

  it('stays open while something received is not verified', async () => {
    till.write(card, 2_000);
    await scenario.backend.receiver.receiveBatch(2, till.close());
    const { settlement, database } = scenario.backend;
    const verifyPending = (): Promise<void> => Promise.resolve();
    expect(await closeWindow({ ...settlement, verifyPending })).toMatchObject({
      result: 'refused',
      reason: 'SETTLEMENT_BATCHES_UNVERIFIED',
      detail: '1 batches are not verified',
    });
    expect(await readWindow(database, 1)).toMatchObject({ state: 'open' });
  });

  it('does not wait for what comes while it closes', async () => {
    const { settlement, receiver } = scenario.backend;
    const verifyPending = async (): Promise<void> => {
      till.write(card, 2_000);
      await receiver.receiveBatch(2, till.close());
    };
    expect(await closeWindow({ ...settlement, verifyPending })).toMatchObject({
      result: 'closed',
      figures: { merchantPayable: 0 },
    });
    expect(await closeWindow(settlement)).toMatchObject({ figures: { merchantPayable: 1_935 } });
  });

  it.each([
    [
      'a yen vanished from a card',
      'UPDATE card_shadow SET balance_yen = balance_yen - 1',
      'SHADOW',
    ],
    ['a yen was invented in the books', 'INSERT INTO entry VALUES (99, 1, 2, 1)', 'BOOKS'],
    [
      'a held record vanished',
      "INSERT INTO resolution VALUES (2, 'released', 0, 2, 1001, 2, 20, 0, 0, 1)",
      'SUSPENSE',
    ],
  ])('stays open, with the figures in hand, when %s', async (_what, sql, word) => {
    till.write(card, 100);
    till.writeUncertified(card, 20);
    await scenario.upload(till, till.close());
    const { settlement, database } = scenario.backend;
    await closeWindow(settlement);
    await database.transaction((transaction) =>
      transaction.run(sql.replace('(99, 1, 2, 1)', "(99, 1, 'float', 1)")),
    );
    const closed = await closeWindow(settlement);
    expect(closed).toMatchObject({
      result: 'refused',
      reason: expect.stringContaining(`SETTLEMENT_${word}`),
      figures: { float: expect.any(Number) },
    });
    expect(await readWindow(database, 2)).toMatchObject({ state: 'open' });
  });

  it('tells the carrier first what it could not be told when the last window closed', async () => {
    till.write(card, 2_000);
    await scenario.upload(till, till.close());
    const { settlement } = scenario.backend;
    const carrier: SettlementDependencies['carrier'] = {
      receiveAdvice: () => Promise.reject(new Error('the line is down')),
      position: () => settlement.carrier.position(),
    };
    await expect(closeWindow({ ...settlement, carrier })).rejects.toThrow('the line is down');
    expect(await closeWindow(settlement)).toMatchObject({
      result: 'closed',
      windowNumber: 2,
      figures: { carrierReceivable: 10 },
    });
  });

  it('stays open when the carrier believes in another debt', async () => {
    const { settlement } = scenario.backend;
    const carrier = {
      receiveAdvice: () => Promise.resolve({ result: 'stored' }),
      position: () => Promise.resolve({ total: signedYen(0), receivable: signedYen(1) }),
    };
    expect(await closeWindow({ ...settlement, carrier })).toMatchObject({
      reason: 'SETTLEMENT_CARRIER_MISMATCH',
    });
  });
});
