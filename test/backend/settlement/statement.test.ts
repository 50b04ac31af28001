import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { carrierStatement, merchantStatement } from '../../../backend/settlement/statement.ts';
import {
  carrierStatementText,
  merchantStatementText,
} from '../../../backend/settlement/statement-text.ts';
import { MERCHANT_ID, Scenario } from '../scenario.ts';

describe('statement', () => {
  let scenario: Scenario;
  beforeEach(async () => {
    scenario = await Scenario.open();
    const till = await scenario.terminal(42);
    const card = await scenario.card(1);
    till.write(card, 2_000);
    till.writeUncertified(card, 70);
    till.write(card, 9, { certificate: new Uint8Array(8) });
    await scenario.upload(till, till.close());
  });
  afterEach(() => scenario.remove());

  it('of a merchant says what is paid, and of each other record why it is not', async () => {
    const found = await merchantStatement(scenario.backend.database, 1, MERCHANT_ID);
    expect(found).toEqual({
      result: 'found',
      statement: {
        windowNumber: 1,
        businessDate: '2026-11-23',
        state: 'open',
        name: 'Merchant 1001',
        merchantId: MERCHANT_ID,
        batchCount: 1,
        saleCount: 1,
        grossSales: 2_000,
        loadCount: 0,
        loadsCollected: 0,
        voidCount: 0,
        voids: 0,
        heldCount: 1,
        heldAmount: 70,
        unpaidCount: 1,
        fee: 65,
        commission: 10,
        adjustments: 0,
        salesNet: 1_935,
        net: 1_935,
        batches: [
          {
            terminalId: 42,
            batchNumber: 1,
            saleCount: 1,
            grossSales: 2_000,
            loadCount: 0,
            loads: 0,
            voidCount: 0,
            voids: 0,
            heldCount: 1,
            unpaidCount: 1,
          },
        ],
        findings: [
          {
            terminalId: 42,
            batchNumber: 1,
            samNumber: 2,
            verdict: 'held',
            reason: 'RECORD_CERTIFICATE_MISSING',
            kind: 'debit',
            amount: 70,
            card: '0001',
          },
          {
            terminalId: 42,
            batchNumber: 1,
            samNumber: 3,
            verdict: 'refused',
            reason: 'RECORD_CERTIFICATE_INVALID',
            kind: 'debit',
            amount: 9,
            card: '0001',
          },
        ],
      },
    });
  });

  it('of the carrier says what the commission comes from', async () => {
    expect(await carrierStatement(scenario.backend.database, 1)).toEqual({
      result: 'found',
      statement: {
        windowNumber: 1,
        businessDate: '2026-11-23',
        state: 'open',
        grossSales: 2_000,
        fee: 65,
        commission: 10,
        merchants: [{ merchantId: MERCHANT_ID, grossSales: 2_000, fee: 65, commission: 10 }],
      },
    });
  });

  it('of a window without anything is empty', async () => {
    await scenario.addMerchant(7);
    const found = await merchantStatement(scenario.backend.database, 1, 7);
    expect(found).toMatchObject({ statement: { net: 0, findings: [], batches: [] } });
  });

  it('does not exist for another window or merchant, the window first', async () => {
    const { database } = scenario.backend;
    expect(await merchantStatement(database, 2, 7)).toMatchObject({
      reason: 'SETTLEMENT_WINDOW_UNKNOWN',
    });
    expect(await merchantStatement(database, 1, 7)).toMatchObject({
      reason: 'ACCOUNT_MERCHANT_UNKNOWN',
    });
    expect(await carrierStatement(database, 2)).toMatchObject({
      reason: 'SETTLEMENT_WINDOW_UNKNOWN',
    });
  });

  it('can be read by a person', async () => {
    const { database } = scenario.backend;
    const merchant = await merchantStatement(database, 1, MERCHANT_ID);
    const carrier = await carrierStatement(database, 1);
    if (merchant.result !== 'found' || carrier.result !== 'found') throw new Error('not found');
    expect(merchantStatementText(merchant.statement)).toContain('  net              1,935 yen');
    expect(carrierStatementText(carrier.statement)).toContain('  commission   10 yen');
  });
});
