import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../tidy/tree.ts';
import type { BenchFigures } from './run-bench.ts';
import { TAP_PARTS } from './tap-lane.ts';

const TIMEOUT_MS = 60_000;
/** A folder of its own: other tests start the compiled programs while this one is compiled. */
const OUT = join(ROOT, 'dist/bench-test');
const POSITIVE: unknown = expect.toSatisfy((value: unknown) => Number(value) > 0);
const FINITE: unknown = expect.toSatisfy(Number.isFinite);

const run = promisify(execFile);
let figures: BenchFigures;

beforeAll(async () => {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const project = join(ROOT, 'test/bench');
  await run(process.execPath, [tsc, '-p', project, '--outDir', OUT, '--noCheck']);
  const program = join(OUT, 'test/bench/main.js');
  const { stdout } = await run(process.execPath, [program, '--quick', '--json']);
  figures = JSON.parse(stdout);
}, TIMEOUT_MS);

describe('bench', () => {
  it('names the machine', () => {
    expect(figures.machine).toMatchObject({ coreCount: POSITIVE, nodeVersion: process.version });
  });

  it('counts five exchanges to the written purse, and one more for the certificate', () => {
    const { withoutCertificateRead, withCertificateRead } = figures.debit.exchanges;
    expect(withoutCertificateRead.exchangeCount).toBe(5);
    expect(withoutCertificateRead.packetsByCommand).toEqual({
      polling: 1,
      authentication1V2: 1,
      authentication2V2: 1,
      readV2: 1,
      writeV2: 1,
    });
    expect(withCertificateRead.exchangeCount).toBe(6);
    expect(withCertificateRead.packetsByCommand).toMatchObject({ readV2: 2, writeV2: 1 });
  });

  it('computes 19.1 and 12.1 ms for the least frames, as by hand', () => {
    const { airTime } = figures.debit.exchanges.withoutCertificateRead;
    expect(airTime.map(({ bitRateKbps }) => bitRateKbps)).toEqual([212, 424]);
    expect(airTime.map(({ leastMs }) => Math.round(leastMs * 10) / 10)).toEqual([19.1, 12.1]);
    expect(airTime.every(({ oursMs, leastMs }) => oursMs >= leastMs)).toBe(true);
  });

  it('counts two syncs for a debit, one for the intent and one for the outcome', () => {
    const { syncs } = figures.debit;
    if (syncs.result === 'counted') expect(syncs.syncsPerDebit).toBe(2);
    else expect(syncs.reason).not.toBe('');
  });

  it('times debits with and without the journal', () => {
    const times = { debitCount: 50, hostMs: { median: POSITIVE, p90: POSITIVE, p99: POSITIVE } };
    const { withJournal, withoutJournal } = figures.debit.time;
    expect(withJournal).toMatchObject(times);
    expect(withoutJournal).toMatchObject(times);
  });

  it('takes a tap over each reader apart, with two syncs of the journal and six exchanges', () => {
    const { emulated, recorded, recordedFrom, pcsc, simulatedTapsPerSecond } = figures.taps;
    const spread = { median: POSITIVE, p90: POSITIVE, p99: POSITIVE };
    const lane = {
      tapCount: 20,
      exchangesPerTap: 6,
      tapMs: spread,
      exchangeMs: spread,
      partMs: Object.fromEntries(TAP_PARTS.map((part) => [part, spread])),
      journal: { syncsPerTap: 2, bytesPerTap: POSITIVE, msPerTap: POSITIVE },
    };
    expect(emulated).toEqual(lane);
    expect(recorded).toEqual(lane);
    expect(simulatedTapsPerSecond).toEqual(POSITIVE);
    if (pcsc.result === 'not measured') {
      expect(pcsc.reason).not.toBe('');
      expect(recordedFrom).toBe('emulated');
      return;
    }
    expect(pcsc.lane).toEqual(lane);
    expect(recordedFrom).toBe('pcsc');
    const { atOnce, overTheAir } = pcsc.overhead;
    for (const overhead of [atOnce, overTheAir]) {
      expect(overhead.map(({ frameBytes }) => frameBytes)).toEqual([6, 38, 12]);
    }
    for (const { bareMs, readerMs, medianRatio } of [...atOnce, ...overTheAir]) {
      expect({ bareMs, readerMs, medianRatio }).toEqual({
        bareMs: spread,
        readerMs: spread,
        medianRatio: POSITIVE,
      });
    }
  });

  it('gives the rates of the emulated card', () => {
    expect(figures.card).toEqual({
      debitsBothEnds: POSITIVE,
      debitsCardAlone: POSITIVE,
      readsWithoutEncryption: POSITIVE,
      writesWithoutEncryption: POSITIVE,
    });
  });

  it('gives the rates of each kind of card, and what many of them take', () => {
    expect(figures.cardKinds.length).toBe(14);
    for (const { perSecond } of figures.cardKinds) expect(perSecond).toEqual(POSITIVE);
    for (const { nanoseconds } of figures.decoding) expect(nanoseconds).toEqual(POSITIVE);
    expect(figures.crowds.map(({ kind, cardCount }) => [kind, cardCount])).toEqual([
      ['purse', 1_000],
      ['lite-s', 1_000],
    ]);
    // Of so few cards, what else the process frees meanwhile can outweigh what they take.
    for (const { bytesEach } of figures.crowds) expect(bytesEach).toEqual(FINITE);
  });

  it('gives what a hot list takes, and how long a look-up is', () => {
    const spread = { median: POSITIVE, p90: POSITIVE, p99: POSITIVE };
    expect(figures.hotList).toMatchObject({
      cardCount: 10_000,
      fileBytes: POSITIVE,
      memoryBytes: FINITE,
      listedMicroseconds: spread,
      unlistedMicroseconds: spread,
      openMs: POSITIVE,
      deltaCardCount: 2_000,
      deltaMs: POSITIVE,
    });
  });

  it('has every record accepted and the books at zero', () => {
    const { collection } = figures;
    const rounds = collection.rounds + 1;
    const sent = collection.rates.map((of) => of.recordsOfBatch * of.batchCount * rounds * 2);
    const loads = collection.cardCount;
    expect(collection.acceptedCount).toBe(sent.reduce((sum, count) => sum + count, loads));
    expect(collection.booksTotal).toBe(0);
    expect(collection.rates.map(({ recordsOfBatch }) => recordsOfBatch)).toEqual([1_000, 100]);
    expect(collection.asServerToTarget).toEqual(POSITIVE);
    expect(collection.backlogToTarget).toEqual(POSITIVE);
  });
});
