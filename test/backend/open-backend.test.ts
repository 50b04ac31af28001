import { afterEach, describe, expect, it } from 'vitest';
import { closeWindow } from '../../backend/settlement/close-window.ts';
import { carrierStatement, merchantStatement } from '../../backend/settlement/statement.ts';
import { MERCHANT_ID, Scenario } from './scenario.ts';
import { settleSigned } from './settlement/signed-window.ts';

describe('openBackend', () => {
  let scenario: Scenario;
  afterEach(() => scenario.remove());

  it('carries a yen from a load to the merchant and the carrier', async () => {
    scenario = await Scenario.open();
    const kiosk = await scenario.terminal(1, 'load');
    const till = await scenario.terminal(2);
    const card = await scenario.card(1, 0);
    kiosk.write(card, 5_000);
    expect((await scenario.upload(kiosk, kiosk.close())).result).toBe('stored');
    till.write(card, 1_200);
    till.write(card, 800);
    expect((await scenario.upload(till, till.close())).result).toBe('stored');
    const closed = await closeWindow(scenario.backend.settlement);
    expect(closed).toMatchObject({ result: 'closed', windowNumber: 1 });
    const settled = await settleSigned(scenario.backend, 1);
    expect(settled).toMatchObject({
      result: 'settled',
      payments: [{ merchantId: MERCHANT_ID, amount: 2_000 - 65 - 5_000 }],
      commission: 10,
    });
    const merchant = await merchantStatement(scenario.backend.database, 1, MERCHANT_ID);
    expect(merchant).toMatchObject({
      statement: { saleCount: 2, grossSales: 2_000, fee: 65, loadsCollected: 5_000, net: -3_065 },
    });
    const carrier = await carrierStatement(scenario.backend.database, 1);
    expect(carrier).toMatchObject({ statement: { commission: 10, state: 'settled' } });
    expect(await scenario.backend.carrier.position()).toEqual({
      total: 0,
      receivable: 0,
      income: 10,
      bank: 10,
    });
    expect(await closeWindow(scenario.backend.settlement)).toMatchObject({
      result: 'closed',
      figures: { float: 3_055, cardShadow: 3_000, feeIncome: 55, issuerTotal: 0 },
    });
  });
});
