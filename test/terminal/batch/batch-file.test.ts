import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { signAcknowledgement } from '#batch/acknowledgement';
import { batchFileName, importAcknowledgement } from '../../../terminal/batch/batch-file.ts';
import { reportOfBatch } from '../../../terminal/batch/batch-report.ts';
import { closeBatch } from '../../../terminal/batch/close-batch.ts';
import type { JournalledBatch } from '../../../terminal/journal/journal.ts';
import { issuedCard, NOON } from '../../scheme.ts';
import { Counter } from '../counter.ts';

const issuer = generateKeyPairSync('ed25519');
const terminal = generateKeyPairSync('ed25519');
const own = { terminalId: 9, merchantId: 1001, samId: 9, privateKey: terminal.privateKey };
let counter: Counter;
let batches: JournalledBatch[];

beforeEach(async () => {
  counter = new Counter({ kind: 'load', terminalId: 9 });
  await counter.start();
  batches = [];
  for (const number of [1, 2]) {
    await counter.tap(issuedCard(number), `load ${number}`, 100 * number);
    const closed = await closeBatch({ journal: counter.journal, ...own, now: () => NOON });
    batches.push(closed!);
  }
});

afterEach(() => counter.stop());

const acknowledge = (
  { number, hash }: JournalledBatch,
  { terminalId = 9, key = issuer.privateKey } = {},
): Uint8Array =>
  signAcknowledgement(key, { terminalId, batchNumber: number, batchHash: hash, receivedAt: NOON });

function take(bytes: Uint8Array): ReturnType<typeof importAcknowledgement> {
  const { journal } = counter;
  return importAcknowledgement({ journal, terminalId: 9, issuerKey: issuer.publicKey }, bytes);
}

describe('an acknowledgement that comes as a file', () => {
  it('is taken once, in any order, and again without harm', async () => {
    const [first, second] = batches;
    expect(await take(acknowledge(second!))).toEqual({ result: 'acknowledged', batchNumber: 2 });
    expect((await counter.journal.nextBatchToUpload())?.number).toBe(1);
    expect(await take(acknowledge(first!))).toEqual({ result: 'acknowledged', batchNumber: 1 });
    expect(await take(acknowledge(first!))).toEqual({ result: 'repeated', batchNumber: 1 });
    expect(await counter.journal.nextBatchToUpload()).toBeUndefined();
  });

  it('makes nobody forget a batch: not of another terminal, issuer or content', async () => {
    const [first] = batches;
    expect(await take(acknowledge(first!, { terminalId: 8 }))).toEqual({ result: 'foreign' });
    const foreign = acknowledge(first!, { key: terminal.privateKey });
    expect(await take(foreign)).toEqual({ result: 'foreign' });
    expect(await take(new Uint8Array(3))).toEqual({ result: 'foreign' });
    const other = acknowledge({ ...first!, hash: new Uint8Array(32) });
    expect(await take(other)).toEqual({ result: 'other-batch', batchNumber: 1 });
    expect(await take(acknowledge({ ...first!, number: 3 }))).toMatchObject({ batchNumber: 3 });
    expect((await counter.journal.nextBatchToUpload())?.number).toBe(1);
  });
});

describe('the report of a batch', () => {
  it('has its own totals, and those of all up to it', async () => {
    const { journal } = counter;
    expect(await reportOfBatch(journal, 1, 'Kissa')).toMatchObject({
      number: 1,
      totals: { loadCount: 1, loadTotal: 100 },
      grandTotals: { loadCount: 1, loadTotal: 100 },
    });
    expect(await reportOfBatch(journal, 2, 'Kissa')).toMatchObject({
      totals: { loadTotal: 200 },
      grandTotals: { loadCount: 2, loadTotal: 300 },
      firstSamNumber: 2,
      unresolvedCount: 0,
    });
    expect(await reportOfBatch(journal, 3, 'Kissa')).toBeUndefined();
  });

  it('names files so that many of them can be told apart', () => {
    expect(batchFileName(9, 12)).toBe('terminal-9-batch-12.kzb');
  });
});
