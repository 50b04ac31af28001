import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  readEvidence,
  readUnverifiedBatches,
} from '../../../backend/collection/unverified-batch.ts';
import { NOON } from '../../scheme.ts';
import { MERCHANT_ID, Scenario, type TestCard, type TestTerminal } from '../scenario.ts';

describe('readUnverifiedBatches', () => {
  let scenario: Scenario;
  let card: TestCard;
  beforeEach(async () => {
    scenario = await Scenario.open();
    card = await scenario.card(1);
  });
  afterEach(() => scenario.remove());

  async function store(terminal: TestTerminal, recordCount: number): Promise<Uint8Array> {
    for (let count = 0; count < recordCount; count++) terminal.write(card, 1);
    const bytes = terminal.close();
    await scenario.backend.receiver.receiveBatch(terminal.terminalId, bytes);
    return bytes;
  }

  it('gives the oldest first, with all that its records are judged by', async () => {
    const till = await scenario.terminal(42, 'pos', { amountMax: 500 });
    const first = await store(till, 3);
    await store(till, 2);
    const { database } = scenario.backend;
    const batches = await readUnverifiedBatches(database, 0, 10);
    expect(batches).toHaveLength(2);
    expect(batches[0]).toEqual({
      id: 1,
      terminalId: 42,
      batchNumber: 1,
      merchantId: MERCHANT_ID,
      samId: 42,
      firstSamNumber: 1,
      recordCount: 3,
      receivedAt: NOON,
      evidenceId: 1,
      terminalKind: 'pos',
      samKind: 'pos',
      amountMax: 500,
      isAfterGap: false,
    });
    expect(batches[1]).toMatchObject({ batchNumber: 2, firstSamNumber: 4, isAfterGap: false });
    expect(await readEvidence(database, 1)).toEqual(first);
    expect(await readUnverifiedBatches(database, 1, 10)).toHaveLength(1);
    expect(await readUnverifiedBatches(database, 0, 1)).toHaveLength(1);
    expect(await readUnverifiedBatches(database, 2, 10)).toEqual([]);
  });

  it('says which SAM was never given out', async () => {
    await store(await scenario.terminal(42, 'pos', { isSamIssued: false }), 1);
    const [batch] = await readUnverifiedBatches(scenario.backend.database, 0, 1);
    expect(batch).toMatchObject({ samKind: undefined, amountMax: 30_000 });
  });

  it('sees a gap where the SAM number before the first was never received', async () => {
    const till = await scenario.terminal(42);
    await store(till, 2);
    till.samNumber += 1;
    await store(till, 2);
    await store(till, 1);
    const batches = await readUnverifiedBatches(scenario.backend.database, 0, 10);
    expect(batches.map(({ isAfterGap }) => isAfterGap)).toEqual([false, true, false]);
  });

  it('judges a gap by what came before, so that the raw bytes always give the same', async () => {
    const till = await scenario.terminal(42);
    const lost = till.write(card, 1);
    till.records = [];
    await store(till, 1);
    till.records = [lost];
    await store(till, 0);
    const batches = await readUnverifiedBatches(scenario.backend.database, 0, 10);
    expect(batches.map(({ isAfterGap }) => isAfterGap)).toEqual([true, false]);
  });

  it('sees a gap before the first batch of a SAM that does not begin with 1', async () => {
    const till = await scenario.terminal(42);
    till.samNumber = 1;
    await store(till, 1);
    const [batch] = await readUnverifiedBatches(scenario.backend.database, 0, 1);
    expect(batch?.isAfterGap).toBe(true);
  });
});
