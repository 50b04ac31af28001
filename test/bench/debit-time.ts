import { BenchCounter, benchCard, DEBITS_OF_CARD_MAX, loadFully } from './bench-counter.ts';
import { type Spread, spreadOf } from './quantile.ts';

/** Each round begins with the other journal, so that neither has the warmer machine. */
const ROUNDS = 10;
const WARM_UP_DEBITS = 50;

export const DEBIT_TARGET_MS = 5;

export interface DebitTimes {
  readonly debitCount: number;
  /** Terminal, SAM and emulated card in one process, from the request to the outcome. */
  readonly hostMs: Spread;
  /** User and system time of all threads, for one debit. */
  readonly cpuMs: number;
}

export interface DebitTimeFigures {
  readonly withJournal: DebitTimes;
  readonly withoutJournal: DebitTimes;
  /** SQLite and its syncs: the time that is gone where the journal only remembers. */
  readonly journalShareOfMedian: number;
  readonly targetMs: number;
  readonly isTargetMet: boolean;
}

interface Lane {
  readonly counter: BenchCounter;
  readonly samples: number[];
  cpuMicroseconds: number;
}

/** Debits of one card after the other, with the journal on disk and with one in memory, in turn. */
export async function measureDebits(debitCount: number): Promise<DebitTimeFigures> {
  const disk = await openLane('disk');
  const memory = await openLane('memory');
  const debitsOfRound = Math.ceil(debitCount / ROUNDS);
  let purse = await freshCard(1);
  let left = DEBITS_OF_CARD_MAX;
  for (const { counter } of [disk, memory]) {
    for (let count = 0; count < WARM_UP_DEBITS; count += 1) await counter.tap(purse);
    left -= WARM_UP_DEBITS;
  }
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const lane of round % 2 === 0 ? [disk, memory] : [memory, disk]) {
      if (left < debitsOfRound) {
        purse = await freshCard(2 + round);
        left = DEBITS_OF_CARD_MAX;
      }
      left -= debitsOfRound;
      const before = process.cpuUsage();
      for (let count = 0; count < debitsOfRound; count += 1) {
        lane.samples.push(await lane.counter.tap(purse));
      }
      const { user, system } = process.cpuUsage(before);
      lane.cpuMicroseconds += user + system;
    }
  }
  await disk.counter.close();
  await memory.counter.close();
  const withJournal = timesOf(disk);
  const withoutJournal = timesOf(memory);
  return {
    withJournal,
    withoutJournal,
    journalShareOfMedian: 1 - withoutJournal.hostMs.median / withJournal.hostMs.median,
    targetMs: DEBIT_TARGET_MS,
    isTargetMet: withJournal.hostMs.median < DEBIT_TARGET_MS,
  };
}

async function openLane(journal: 'disk' | 'memory'): Promise<Lane> {
  const counter = await BenchCounter.open({ kind: 'pos', journal });
  return { counter, samples: [], cpuMicroseconds: 0 };
}

async function freshCard(number: number): Promise<ReturnType<typeof benchCard>> {
  const card = benchCard(number);
  await loadFully(card);
  return card;
}

function timesOf({ samples, cpuMicroseconds }: Lane): DebitTimes {
  return {
    debitCount: samples.length,
    hostMs: spreadOf(samples),
    cpuMs: cpuMicroseconds / samples.length / 1_000,
  };
}
