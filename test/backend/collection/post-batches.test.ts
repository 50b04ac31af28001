import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { postBatches } from '../../../backend/collection/post-batches.ts';
import { readUnverifiedBatches } from '../../../backend/collection/unverified-batch.ts';
import { type VerifiedBatch, verifyBatch } from '../../../backend/collection/verify-batch.ts';
import { readBalances, totalOf } from '../../../backend/ledger/books.ts';
import { NOON } from '../../scheme.ts';
import { Scenario, type TestCard, type TestTerminal } from '../scenario.ts';

describe('postBatches', () => {
  let scenario: Scenario;
  let till: TestTerminal;
  let card: TestCard;
  beforeEach(async () => {
    scenario = await Scenario.open();
    till = await scenario.terminal(42);
    card = await scenario.card(1);
  });
  afterEach(() => scenario.remove());

  async function verified(): Promise<readonly VerifiedBatch[]> {
    const { database, keystore } = scenario.backend;
    const keys = {
      issuerId: keystore.issuerId,
      certificateMaster: (version: number) => keystore.certificateMaster(version),
      samKey: (samId: number) => keystore.samKey(samId),
      liteMaster: (version: number) => keystore.liteMaster(version),
    };
    const waiting = await readUnverifiedBatches(database, 0, 100);
    return Promise.all(waiting.map((batch) => verifyBatch(database, keys, batch)));
  }
  async function store(terminal: TestTerminal): Promise<void> {
    await scenario.backend.receiver.receiveBatch(terminal.terminalId, terminal.close());
  }

  it('posts one set of entries for each batch and account', async () => {
    const kiosk = await scenario.terminal(43, 'load');
    till.write(card, 1_000);
    till.write(card, 200);
    till.writeUncertified(card, 30);
    till.write(scenario.unknownCard(2), 0);
    kiosk.write(card, 5_000);
    kiosk.writeUncertified(card, 600);
    await store(till);
    await store(kiosk);
    const { database } = scenario.backend;
    const outcomes = await postBatches(database, await verified(), NOON);
    expect(outcomes).toEqual([
      expect.objectContaining({ debitCount: 2, debits: 1_200, heldCount: 1, unpaidCount: 1 }),
      expect.objectContaining({ loadCount: 1, loads: 5_000, heldCount: 1, heldLoads: 600 }),
    ]);
    const entries = await database.all(
      `SELECT reference, account, amount_yen FROM entry JOIN transfer ON transfer.id = transfer_id
       ORDER BY entry.id`,
    );
    expect(entries.map((entry) => Object.values(entry).join(' '))).toEqual([
      'batch:42:1:debit card-liability 1200',
      'batch:42:1:debit merchant-payable:1001 -1161',
      'batch:42:1:debit fee-income -33',
      'batch:42:1:debit commission-payable -6',
      'batch:42:1:hold card-liability 30',
      'batch:42:1:hold suspense -30',
      'batch:43:1:load load-receivable:1001 5000',
      'batch:43:1:load card-liability -5000',
      'batch:43:1:hold load-receivable:1001 600',
      'batch:43:1:hold suspense -600',
    ]);
    expect(totalOf(await readBalances(database))).toBe(0);
  });

  it('leaves out a batch that somebody else has posted meanwhile', async () => {
    till.write(card, 100);
    await store(till);
    const group = await verified();
    till.write(card, 20);
    await store(till);
    const both = await verified();
    const { database } = scenario.backend;
    expect(await postBatches(database, group, NOON)).toHaveLength(1);
    expect(await postBatches(database, both, NOON)).toHaveLength(1);
    expect(await postBatches(database, both, NOON)).toEqual([]);
    const sql = "SELECT sum(amount_yen) FROM entry WHERE account = 'card-liability'";
    expect(await scenario.count(sql)).toBe(120);
  });

  it('notes why a record is not paid, with its card and amount', async () => {
    till.write(card, 100, { certificate: new Uint8Array(8) });
    await store(till);
    await postBatches(scenario.backend.database, await verified(), NOON);
    expect(await scenario.backend.database.all('SELECT * FROM finding')).toEqual([
      {
        batch_id: 1,
        sam_number: 1,
        verdict: 'refused',
        reason: 'RECORD_CERTIFICATE_INVALID',
        idm: Buffer.from(card.idm),
        card_counter: 1,
        kind: 2,
        amount_yen: 100,
      },
    ]);
    expect(await scenario.count('SELECT count(*) FROM transfer')).toBe(0);
    expect(await scenario.count('SELECT unpaid_count FROM posted_batch')).toBe(1);
  });

  it('posts nothing of a group when one part of it fails', async () => {
    till.write(card, 100);
    await store(till);
    const group = await verified();
    const { database } = scenario.backend;
    // The same reference twice can only be a mistake of ours, and it must not pass.
    await database.transaction((transaction) =>
      transaction.run("INSERT INTO transfer VALUES (9, 'batch:42:1:debit', 'debit', 1, 1)"),
    );
    await expect(postBatches(database, group, NOON)).rejects.toMatchObject({
      code: 'DATABASE_CONFLICT',
    });
    expect(await scenario.count('SELECT count(*) FROM record')).toBe(0);
    expect(await scenario.count('SELECT count(*) FROM card_shadow')).toBe(0);
    expect(await scenario.count('SELECT count(*) FROM unverified_batch')).toBe(1);
  });

  it('takes the fee from the sales of the whole batch, rounded down once', async () => {
    for (let count = 0; count < 40; count++) till.write(card, 10);
    await store(till);
    await postBatches(scenario.backend.database, await verified(), NOON);
    expect(await scenario.count('SELECT fee_yen FROM posted_batch')).toBe(13);
    expect(await scenario.count('SELECT commission_yen FROM posted_batch')).toBe(2);
  });
});
