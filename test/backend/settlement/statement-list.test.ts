import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  LISTED_MAX,
  listBatches,
  listFindings,
} from '../../../backend/settlement/statement-list.ts';
import { MERCHANT_ID, Scenario } from '../scenario.ts';

describe('statement list', () => {
  let scenario: Scenario;
  beforeEach(async () => {
    scenario = await Scenario.open();
  });
  afterEach(() => scenario.remove());

  it('lists at most a thousand findings; the total counts all', async () => {
    const till = await scenario.terminal(42);
    const stranger = scenario.unknownCard(1);
    for (let count = 0; count < LISTED_MAX + 5; count++) till.write(stranger, 0);
    await scenario.upload(till, till.close());
    const { database } = scenario.backend;
    const findings = await listFindings(database, 1, MERCHANT_ID);
    expect(findings).toHaveLength(LISTED_MAX);
    expect(findings[0]).toMatchObject({ samNumber: 1, reason: 'RECORD_CARD_UNKNOWN' });
    const [batch] = await listBatches(database, 1, MERCHANT_ID);
    expect(batch?.unpaidCount).toBe(LISTED_MAX + 5);
  });

  it('lists only what is of this merchant and this window', async () => {
    await scenario.addMerchant(1002);
    const till = await scenario.terminal(42);
    till.write(scenario.unknownCard(1), 0);
    await scenario.upload(till, till.close());
    const { database } = scenario.backend;
    expect(await listFindings(database, 1, MERCHANT_ID)).toHaveLength(1);
    expect(await listFindings(database, 1, 1002)).toEqual([]);
    expect(await listBatches(database, 2, MERCHANT_ID)).toEqual([]);
  });
});
