import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Batch, decodeBatch } from '#batch/batch';
import { CommandCode } from '#felica/command-code';
import { type EpochMs, epochMs } from '#units';
import { closeBatch } from '../../../terminal/batch/close-batch.ts';
import { cardIdm, issuedCard, NOON } from '../../scheme.ts';
import { Counter } from '../counter.ts';

const { privateKey } = generateKeyPairSync('ed25519');
const TORN_AFTER = { commandCode: CommandCode.writeV2, moment: 'after-commit' } as const;
let counter: Counter;

beforeEach(async () => {
  counter = new Counter({ kind: 'load', terminalId: 9 });
  await counter.start();
});

afterEach(() => counter.stop());

async function closedAt(now: EpochMs): Promise<Batch | undefined> {
  const { journal } = counter;
  const own = { terminalId: 9, merchantId: 1001, samId: 9, privateKey };
  const closed = await closeBatch({ journal, ...own, now: () => now });
  if (closed === undefined) return undefined;
  const decoded = decodeBatch(closed.bytes);
  if (decoded.result === 'refused') throw new Error(decoded.reason);
  expect(decoded.batch.hash).toEqual(closed.hash);
  return decoded.batch;
}

describe('closing a batch', () => {
  it('opens with its first record, and not after it closes when the clock was set back', async () => {
    await counter.tap(issuedCard(1), 'load 1', 100);
    expect((await closedAt(epochMs(NOON + 5)))?.header).toMatchObject({
      openedAt: NOON,
      closedAt: NOON + 5,
    });
    await counter.tap(issuedCard(1), 'load 2', 100);
    expect((await closedAt(epochMs(NOON - 5)))?.header).toMatchObject({
      openedAt: NOON - 5,
      closedAt: NOON - 5,
    });
  });

  it('reports what is unresolved once, in no total, and takes it up once the card came back', async () => {
    const card = issuedCard(1);
    await counter.tap(card, 'load 1', 100, [TORN_AFTER]);
    expect(await closedAt(NOON)).toMatchObject({
      records: [{ amount: 100, resolution: 'interrupted', certificate: undefined, samNumber: 1 }],
      trailer: { loadCount: 0, loadTotal: 0 },
    });
    expect(await closedAt(NOON)).toBeUndefined();
    await counter.journal.close();
    await counter.start();
    expect(await closedAt(NOON)).toBeUndefined();
    expect(await counter.journal.unresolvedIntents()).toHaveLength(1);
    await counter.tap(card, 'load 1', 100);
    expect(await closedAt(NOON)).toMatchObject({
      records: [{ amount: 100, resolution: 'at-re-tap', samNumber: 2 }],
      trailer: { loadTotal: 100, debitTotal: 0 },
    });
  });

  it('reports each hit of the hot list once, also where there is nothing else', async () => {
    const hit = { idm: cardIdm(1), time: epochMs(0), sequence: 7, isBlockedOnCard: false };
    await counter.journal.recordHotListHit(hit);
    await counter.journal.recordHotListHit(hit);
    const expected = { kind: 'hit', idm: cardIdm(1), terminalId: 9, samId: 9, listSequence: 7 };
    expect(await closedAt(NOON)).toMatchObject({
      records: [],
      hits: [{ ...expected, samNumber: 1, isBlockedOnCard: false, time: 0 }],
      header: { recordCount: 1, firstSamNumber: 1, lastSamNumber: 1 },
    });
    await counter.journal.close();
    await counter.start();
    expect(await closedAt(NOON)).toBeUndefined();
    await counter.tap(issuedCard(2), 'load 1', 100);
    await counter.journal.recordHotListHit({ ...hit, isBlockedOnCard: true });
    expect(await closedAt(NOON)).toMatchObject({
      records: [{ amount: 100, samNumber: 2 }],
      hits: [{ ...expected, samNumber: 3, isBlockedOnCard: true }],
      trailer: { loadCount: 1, loadTotal: 100, debitCount: 0 },
    });
    expect(counter.journal.uncollected()).toEqual({ count: 1, amount: 100, lastSamNumber: 3 });
  });

  it('does not report a hit twice whose batch could not be closed', async () => {
    const hit = { idm: cardIdm(1), time: NOON, sequence: 7, isBlockedOnCard: true };
    await counter.journal.recordHotListHit(hit);
    await counter.journal.reportHits();
    await counter.journal.close();
    await counter.start();
    expect(await closedAt(NOON)).toMatchObject({ hits: [{ samNumber: 1 }] });
  });

  it('goes on where it stopped after the program was closed', async () => {
    await counter.tap(issuedCard(1), 'load 1', 100);
    const first = await closedAt(NOON);
    await counter.journal.close();
    await counter.start();
    expect(await closedAt(NOON)).toBeUndefined();
    await counter.tap(issuedCard(2), 'load 2', 200);
    expect((await closedAt(NOON))?.header).toMatchObject({
      batchNumber: 2,
      firstSamNumber: 2,
      lastSamNumber: 2,
      previousBatchHash: first?.hash,
    });
  });
});
