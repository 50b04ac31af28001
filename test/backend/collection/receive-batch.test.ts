import { createPublicKey } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifyAcknowledgement } from '#batch/acknowledgement';
import { hashOf } from '#batch/batch';
import { EvidenceStore } from '../../../backend/collection/evidence.ts';
import { type BatchReceipt, BatchReceiver } from '../../../backend/collection/receive-batch.ts';
import { NOON } from '../../scheme.ts';
import { later, Scenario, type TestCard, type TestTerminal } from '../scenario.ts';

describe('receiveBatch', () => {
  let scenario: Scenario;
  let till: TestTerminal;
  let card: TestCard;
  beforeEach(async () => {
    scenario = await Scenario.open();
    till = await scenario.terminal(42);
    card = await scenario.card(1);
  });
  afterEach(() => scenario.remove());

  const receive = (bytes: Uint8Array, terminalId = 42): Promise<BatchReceipt> =>
    scenario.backend.receiver.receiveBatch(terminalId, bytes);
  const nextBatch = (changes: Parameters<TestTerminal['close']>[0] = {}): Uint8Array => {
    till.write(card, 100);
    return till.close(changes);
  };
  const reasonFor = async (bytes: Uint8Array, terminalId = 42): Promise<string> => {
    const receipt = await receive(bytes, terminalId);
    return receipt.result === 'refused' ? receipt.reason : receipt.result;
  };

  it('answers a stored batch with a signed acknowledgement of exactly these bytes', async () => {
    const bytes = nextBatch();
    const receipt = await receive(bytes);
    if (receipt.result === 'refused') throw new Error(receipt.reason);
    const key = createPublicKey(scenario.backend.keystore.publicKeyPem);
    expect(receipt).toMatchObject({ result: 'stored', batchNumber: 1, batchHash: hashOf(bytes) });
    expect(verifyAcknowledgement(key, receipt.acknowledgement)).toEqual({
      terminalId: 42,
      batchNumber: 1,
      batchHash: hashOf(bytes),
      receivedAt: NOON,
    });
  });

  it('changes nothing when the same batch comes again, and acknowledges the same', async () => {
    const bytes = nextBatch();
    const first = await scenario.upload(till, bytes);
    const tables = ['evidence', 'batch', 'record', 'entry', 'refusal', 'unverified_batch'];
    const counts = (): Promise<number[]> =>
      Promise.all(tables.map((table) => scenario.count(`SELECT count(*) FROM ${table}`)));
    const before = await counts();
    scenario.clock = later(NOON, 3);
    const second = await scenario.upload(till, bytes);
    expect(second).toEqual({ ...first, result: 'repeated' });
    expect(await counts()).toEqual(before);
  });

  it('stores one of two uploads of the same batch at once', async () => {
    const bytes = nextBatch();
    const receipts = await Promise.all([receive(bytes), receive(bytes), receive(bytes)]);
    expect(receipts.map(({ result }) => result).sort()).toEqual(['repeated', 'repeated', 'stored']);
  });

  it('refuses in the documented order', async () => {
    await receive(nextBatch());
    const stranger = await scenario.terminal(43);
    const unknown = scenario.unknownCard(9);
    unknown.balance = card.balance;
    // Everything is wrong with this one; each step mends the first fault.
    const wrong = nextBatch({
      merchantId: 9,
      batchNumber: 1,
      previousBatchHash: new Uint8Array(32).fill(9),
    });
    expect(await reasonFor(wrong.slice(0, 100), 43)).toBe('BATCH_TRUNCATED');
    expect(await reasonFor(wrong, 43)).toBe('BATCH_TERMINAL_MISMATCH');
    expect(await reasonFor(wrong.with(-1, wrong.at(-1)! ^ 1))).toBe('BATCH_SIGNATURE_INVALID');
    expect(await reasonFor(wrong)).toBe('BATCH_MERCHANT_MISMATCH');
    till.write(card, 1, { samId: 8 });
    const otherSam = { samId: 8, batchNumber: 1 };
    expect(await reasonFor(till.close(otherSam))).toBe('BATCH_SAM_MISMATCH');
    expect(await reasonFor(nextBatch({ batchNumber: 1 }))).toBe('BATCH_NUMBER_REUSED');
    expect(await reasonFor(nextBatch({ batchNumber: 3 }))).toBe('BATCH_SEQUENCE_GAP');
    expect(await reasonFor(nextBatch({ batchNumber: 2 }))).toBe('BATCH_CHAIN_BROKEN');
    stranger.write(card, 1);
    const strangers = stranger.close();
    expect(await reasonFor(strangers, 43)).toBe('stored');
  });

  it('does not know a terminal that was not enrolled', async () => {
    const bytes = nextBatch();
    const { database } = scenario.backend;
    const known = await database.all('SELECT terminal_id FROM terminal');
    expect(known).toEqual([{ terminal_id: 42 }]);
    const forged = await scenarioTerminal(44);
    expect(await reasonFor(forged, 44)).toBe('TERMINAL_UNKNOWN');
    expect(await reasonFor(bytes)).toBe('stored');
  });

  /** A batch of a terminal that only another issuer knows. */
  async function scenarioTerminal(terminalId: number): Promise<Uint8Array> {
    const other = await Scenario.open();
    const terminal = await other.terminal(terminalId);
    terminal.write(await other.card(1), 5);
    const bytes = terminal.close();
    await other.remove();
    return bytes;
  }

  it('refuses the records of a stored batch under a new number', async () => {
    const records = [till.write(card, 100), till.write(card, 50)];
    const first = till.close();
    await receive(first);
    expect(await reasonFor(till.close({ records }))).toBe('BATCH_REPLAYED');
    expect(
      await reasonFor(
        till.close({ records: records.slice(1), batchNumber: 2, previousBatchHash: hashOf(first) }),
      ),
    ).toBe('BATCH_REPLAYED');
  });

  it('refuses a batch that comes early, and takes it after the one before it', async () => {
    const [first, second, third] = [nextBatch(), nextBatch(), nextBatch()] as const;
    expect(await reasonFor(second)).toBe('BATCH_SEQUENCE_GAP');
    expect(await reasonFor(first)).toBe('stored');
    expect(await reasonFor(third)).toBe('stored');
    expect(await reasonFor(second)).toBe('repeated');
    expect(await reasonFor(first)).toBe('repeated');
  });

  it('keeps the bytes of everything it refuses, with the reason', async () => {
    const bytes = nextBatch();
    const forged = bytes.with(100, bytes[100]! ^ 1);
    await receive(forged);
    await receive(bytes.slice(0, 150));
    await receive(forged, 43);
    const rows = await scenario.backend.database.all(
      `SELECT hex(bytes) AS hex, terminal_id, reason FROM refusal
       JOIN evidence ON evidence.id = evidence_id ORDER BY evidence_id, terminal_id`,
    );
    const hexOf = (kept: Uint8Array): string => Buffer.from(kept).toString('hex').toUpperCase();
    expect(rows).toEqual([
      { hex: hexOf(forged), terminal_id: 42, reason: 'BATCH_HASH_MISMATCH' },
      { hex: hexOf(forged), terminal_id: 43, reason: 'BATCH_HASH_MISMATCH' },
      { hex: hexOf(bytes.slice(0, 150)), terminal_id: 42, reason: 'BATCH_TRUNCATED' },
    ]);
    expect(await scenario.count('SELECT count(*) FROM batch')).toBe(0);
  });

  it('never takes bytes with any bit turned, cut or added to', async () => {
    const bytes = nextBatch();
    await fc.assert(
      fc.asyncProperty(
        fc.nat(bytes.length - 1),
        fc.integer({ min: 1, max: 255 }),
        fc.constantFrom('turned', 'cut', 'added'),
        async (place, mask, how) => {
          const forgeries = {
            turned: bytes.with(place, bytes[place]! ^ mask),
            cut: bytes.slice(0, place),
            added: Uint8Array.of(...bytes, mask),
          };
          expect((await receive(forgeries[how])).result).toBe('refused');
        },
      ),
      { numRuns: 150 },
    );
    expect(await reasonFor(bytes)).toBe('stored');
  });

  it('still judges rubbish when there is no room to keep it, and still stores batches', async () => {
    const { database, keystore } = scenario.backend;
    const evidence = await EvidenceStore.open(database, 300);
    const { signingKey } = keystore;
    const receiver = new BatchReceiver({ database, evidence, signingKey, now: () => NOON });
    const rubbish = (byte: number): Promise<BatchReceipt> =>
      receiver.receiveBatch(42, Uint8Array.of(byte));
    expect(await rubbish(1)).toMatchObject({ reason: 'BATCH_TRUNCATED' });
    expect(await rubbish(2)).toMatchObject({ reason: 'BATCH_TRUNCATED' });
    expect(await scenario.count('SELECT count(*) FROM evidence')).toBe(1);
    expect(await receiver.receiveBatch(42, nextBatch())).toMatchObject({ result: 'stored' });
  });

  it('takes a batch whose bytes were stored before a crash and never answered', async () => {
    const bytes = nextBatch();
    const { database } = scenario.backend;
    await (await EvidenceStore.open(database, 1_000)).store(bytes, NOON);
    expect(await reasonFor(bytes)).toBe('stored');
    expect(await scenario.count('SELECT count(*) FROM evidence')).toBe(1);
  });
});
