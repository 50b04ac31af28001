import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readBalances, totalOf } from '../../../backend/ledger/books.ts';
import { Scenario, type TestTerminal } from '../scenario.ts';

describe('BatchVerifier', () => {
  let scenario: Scenario;
  beforeEach(async () => {
    scenario = await Scenario.open();
  });
  afterEach(() => scenario.remove());

  const receive = async (terminal: TestTerminal): Promise<void> => {
    await scenario.backend.receiver.receiveBatch(terminal.terminalId, terminal.close());
  };

  it('does after a restart what a crash left in the queue, once', async () => {
    const till = await scenario.terminal(42);
    const card = await scenario.card(1);
    till.write(card, 100);
    await receive(till);
    till.write(card, 20);
    await receive(till);
    await scenario.stop();
    await scenario.start();
    expect(await scenario.backend.verifier.verifyPending()).toEqual({
      batchCount: 2,
      acceptedCount: 2,
      heldCount: 0,
      unpaidCount: 0,
    });
    await scenario.stop();
    await scenario.start();
    expect(await scenario.backend.verifier.verifyPending()).toMatchObject({ batchCount: 0 });
    expect(totalOf(await readBalances(scenario.backend.database))).toBe(0);
  });

  it('does each batch once when it is asked several times together', async () => {
    const till = await scenario.terminal(42);
    const card = await scenario.card(1);
    for (let count = 0; count < 5; count++) {
      till.write(card, 1);
      await receive(till);
    }
    const { verifier } = scenario.backend;
    const summaries = await Promise.all([verifier.verifyPending(), verifier.verifyPending()]);
    expect(summaries.map(({ batchCount }) => batchCount)).toEqual([5, 0]);
  });

  it('works off more batches than one group holds', { timeout: 20_000 }, async () => {
    const till = await scenario.terminal(42);
    const card = await scenario.card(1);
    for (let count = 0; count < 150; count++) {
      till.write(card, 1);
      await receive(till);
    }
    expect(await scenario.backend.verifier.verifyPending()).toMatchObject({
      batchCount: 150,
      acceptedCount: 150,
    });
    expect(await scenario.count('SELECT balance_yen FROM card_shadow')).toBe(-150);
  });
});
