import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readBalances, readWindowBalances } from '../../../backend/ledger/books.ts';
import { closeWindow } from '../../../backend/settlement/close-window.ts';
import { settleWindow } from '../../../backend/settlement/settle-window.ts';
import { MERCHANT_ID, Scenario, type TestCard } from '../scenario.ts';
import { settleSigned } from './signed-window.ts';

describe('settleWindow', () => {
  let scenario: Scenario;
  let card: TestCard;
  beforeEach(async () => {
    scenario = await Scenario.open();
    card = await scenario.card(1, 0);
    await scenario.addMerchant(1002, { feeRate: 1_000, commissionRate: 0 });
    const kiosk = await scenario.terminal(1, 'load');
    const till = await scenario.terminal(2);
    const other = await scenario.terminal(3, 'pos', { merchantId: 1002 });
    kiosk.write(card, 5_000);
    till.write(card, 2_000);
    other.write(card, 100);
    for (const terminal of [kiosk, till, other]) await scenario.upload(terminal, terminal.close());
  });
  afterEach(() => scenario.remove());

  it('pays each merchant its net and the carrier its commission, and clears their accounts', async () => {
    const { settlement, database, carrier } = scenario.backend;
    await closeWindow(settlement);
    expect(await settleSigned(scenario.backend, 1)).toEqual({
      result: 'settled',
      windowNumber: 1,
      payments: [
        { merchantId: MERCHANT_ID, amount: 1_935 - 5_000 },
        { merchantId: 1002, amount: 90 },
      ],
      commission: 10,
    });
    expect(Object.fromEntries(await readWindowBalances(database, 1))).toEqual({
      'card-liability': -2_900,
      'commission-payable': 0,
      'fee-income': -65,
      float: 2_965,
      'load-receivable:1001': 0,
      'merchant-payable:1001': 0,
      'merchant-payable:1002': 0,
    });
    expect(await carrier.position()).toEqual({ total: 0, receivable: 0, income: 10, bank: 10 });
  });

  it('pays once, however often it is asked', async () => {
    const { settlement, database } = scenario.backend;
    await closeWindow(settlement);
    const first = await settleSigned(scenario.backend, 1);
    const books = await readBalances(database);
    expect(await settleSigned(scenario.backend, 1)).toEqual({ ...first, result: 'repeated' });
    expect(await readBalances(database)).toEqual(books);
  });

  it('pays no window that is open, does not exist, or was not signed', async () => {
    const { settlement } = scenario.backend;
    expect(await settleWindow(settlement, 1)).toMatchObject({ reason: 'SETTLEMENT_WINDOW_OPEN' });
    expect(await settleWindow(settlement, 7)).toMatchObject({
      reason: 'SETTLEMENT_WINDOW_UNKNOWN',
    });
    await closeWindow(settlement);
    expect(await settleWindow(settlement, 1)).toMatchObject({ reason: 'SETTLEMENT_NOT_SIGNED' });
    expect(await scenario.count('SELECT count(*) FROM window_settlement')).toBe(0);
  });

  it('settles windows in any order', async () => {
    const { settlement } = scenario.backend;
    await closeWindow(settlement);
    const till = await scenario.terminal(4);
    till.write(card, 1_000);
    await scenario.upload(till, till.close());
    await closeWindow(settlement);
    expect(await settleSigned(scenario.backend, 2)).toMatchObject({
      payments: [{ merchantId: MERCHANT_ID, amount: 968 }],
    });
    expect(await settleSigned(scenario.backend, 1)).toMatchObject({ commission: 10 });
    expect(await closeWindow(settlement)).toMatchObject({ result: 'closed' });
  });
});
