import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closeWindow } from '../../../backend/settlement/close-window.ts';
import {
  emptyMerchantTotal,
  netOf,
  payableOf,
  readMerchantTotals,
} from '../../../backend/settlement/merchant-total.ts';
import { MERCHANT_ID, Scenario } from '../scenario.ts';

describe('merchant total', () => {
  let scenario: Scenario;
  beforeEach(async () => {
    scenario = await Scenario.open();
  });
  afterEach(() => scenario.remove());

  it('adds up the batches of a window by merchant', async () => {
    await scenario.addMerchant(1002);
    const till = await scenario.terminal(1);
    const second = await scenario.terminal(2);
    const other = await scenario.terminal(3, 'pos', { merchantId: 1002 });
    const kiosk = await scenario.terminal(4, 'load');
    const card = await scenario.card(1);
    till.write(card, 1_000);
    till.write(card, 1_000, { certificate: new Uint8Array(8) });
    second.write(card, 200);
    second.writeUncertified(card, 70);
    other.write(card, 5);
    kiosk.write(card, 3_000);
    kiosk.writeUncertified(card, 400);
    for (const terminal of [till, second, other, kiosk]) {
      await scenario.upload(terminal, terminal.close());
    }
    const totals = await readMerchantTotals(scenario.backend.database, 1);
    expect(totals).toEqual([
      {
        merchantId: MERCHANT_ID,
        batchCount: 3,
        saleCount: 2,
        grossSales: 1_200,
        loadCount: 1,
        loadsCollected: 3_400,
        voidCount: 0,
        voids: 0,
        heldCount: 2,
        heldAmount: 470,
        unpaidCount: 1,
        fee: 38,
        commission: 6,
        adjustments: 0,
      },
      expect.objectContaining({ merchantId: 1002, grossSales: 5, fee: 0 }),
    ]);
    expect(payableOf(totals[0]!)).toBe(1_162);
    expect(netOf(totals[0]!)).toBe(-2_238);
  });

  it('counts a released sale in the window in which it was released', async () => {
    const till = await scenario.terminal(1);
    const card = await scenario.card(1);
    const late = till.write(card, 1_000);
    till.records = [];
    till.write(card, 400);
    await scenario.upload(till, till.close());
    const { database, settlement } = scenario.backend;
    await closeWindow(settlement);
    till.samNumber += 1;
    await scenario.upload(till, till.close({ records: [late] }));
    const [total] = await readMerchantTotals(database, 2);
    expect(total).toMatchObject({ saleCount: 2, grossSales: 1_400 });
  });

  it('collects less where a load that was held is reversed', async () => {
    const [kiosk, other] = [await scenario.terminal(1, 'load'), await scenario.terminal(2, 'load')];
    const card = await scenario.card(1);
    kiosk.writeUncertified(card, 700);
    await scenario.upload(kiosk, kiosk.close());
    await closeWindow(scenario.backend.settlement);
    Object.assign(card, { balance: 10_000, counter: 0 });
    other.write(card, 500);
    await scenario.upload(other, other.close());
    const [total] = await readMerchantTotals(scenario.backend.database, 2);
    expect(total).toMatchObject({ loadsCollected: -200, batchCount: 1, loadCount: 1 });
    expect(netOf(total!)).toBe(200);
    expect(await closeWindow(scenario.backend.settlement)).toMatchObject({ result: 'closed' });
  });

  it('is empty for a merchant with nothing', () => {
    expect(netOf(emptyMerchantTotal(7))).toBe(0);
  });
});
