import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Batch, decodeBatch } from '#batch/batch';
import { judgeSequence, storeBatch } from '../../../backend/collection/batch-sequence.ts';
import { readTerminal, type Terminal } from '../../../backend/issuer/terminal.ts';
import { NOON } from '../../scheme.ts';
import { later, Scenario, type TestCard, type TestTerminal } from '../scenario.ts';

describe('judgeSequence', () => {
  let scenario: Scenario;
  let till: TestTerminal;
  let card: TestCard;
  let terminal: Terminal;
  beforeEach(async () => {
    scenario = await Scenario.open();
    till = await scenario.terminal(42);
    card = await scenario.card(1);
    terminal = (await readTerminal(scenario.backend.database, 42))!;
  });
  afterEach(() => scenario.remove());

  function closed(recordCount: number, changes: Parameters<TestTerminal['close']>[0] = {}): Batch {
    for (let count = 0; count < recordCount; count++) till.write(card, 1);
    const decoded = decodeBatch(till.close(changes));
    if (decoded.result === 'refused') throw new Error(decoded.reason);
    return decoded.batch;
  }
  const judge = (batch: Batch): Promise<unknown> =>
    judgeSequence(scenario.backend.database, terminal, batch);
  const store = (batch: Batch): Promise<boolean> =>
    scenario.backend.database.transaction(async (transaction) => {
      const [row] = await transaction.all(
        'INSERT INTO evidence (sha256, received_at_ms, bytes) VALUES (?, 1, ?) RETURNING id',
        [batch.hash, new Uint8Array()],
      );
      const arrival = { evidenceId: Number(row?.['id']), receivedAt: later(NOON, 1) };
      return storeBatch(transaction, batch, arrival);
    });

  it('lets the first batch and each one after the last be next', async () => {
    for (let count = 0; count < 3; count++) {
      const batch = closed(2);
      expect(await judge(batch)).toEqual({ result: 'next' });
      await store(batch);
    }
  });

  it('knows a stored batch again, with the time it came, also for a terminal that moved', async () => {
    const batch = closed(1);
    await store(batch);
    terminal = { ...terminal, merchantId: 9, samId: 9 };
    expect(await judge(batch)).toEqual({ result: 'repeated', receivedAt: later(NOON, 1) });
  });

  it('expects zeros before batch 1', async () => {
    const previousBatchHash = new Uint8Array(32).fill(1);
    expect(await judge(closed(1, { previousBatchHash }))).toMatchObject({
      reason: 'BATCH_CHAIN_BROKEN',
    });
  });

  it('puts every stored batch into the queue of unverified ones', async () => {
    await store(closed(1));
    await store(closed(1));
    expect(await scenario.count('SELECT count(*) FROM unverified_batch')).toBe(2);
  });

  it('refuses a batch without a new SAM number, and takes one that has some', async () => {
    const records = [1, 2, 3].map(() => till.write(card, 1));
    await store(closed(0));
    expect(await judge(closed(0, { records: records.slice(1) }))).toMatchObject({
      reason: 'BATCH_REPLAYED',
    });
    till.batchNumber -= 1;
    const [last] = await scenario.backend.database.all('SELECT hash FROM batch');
    const previousBatchHash = new Uint8Array(last!['hash'] as Uint8Array);
    const partly = [...records.slice(1), till.write(card, 1)];
    expect(await judge(closed(0, { records: partly, previousBatchHash }))).toEqual({
      result: 'next',
    });
  });
});
