import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandCode } from '#felica/command-code';
import { milliseconds, yen } from '#units';
import { openDiskFile } from '../../terminal/journal/disk-file.ts';
import { Journal } from '../../terminal/journal/journal.ts';
import { PurseTerminal } from '../../terminal/purse-terminal.ts';
import type { Reader } from '../../terminal/reader/reader.ts';
import { softwareSam } from '../../terminal/sam/software-sam.ts';
import { ISSUER_ID, NOON, samKeys, seededRandom } from '../scheme.ts';
import { type Spread, spreadOf } from './quantile.ts';
import { CountedFile, TimedJournal } from './timed-journal.ts';
import { type TimedExchange, TimedReader } from './timed-reader.ts';

const WARM_UP_TAPS = 20;
const TERMINAL_ID = 42;
const DEBITED = yen(10);
/** The debits of a lane, its first ones included, must fit on one card. */
export const TAPS_OF_LANE_MAX: number = 4_900;

/** The parts of a tap, in their order. `rest` is the terminal's and its SAM's own work. */
export const TAP_PARTS = [
  'polling',
  'authentication',
  'read',
  'intentToDisk',
  'write',
  'certificateRead',
  'outcomeToDisk',
  'rest',
] as const;

export type TapPart = (typeof TAP_PARTS)[number];

type TapParts = Readonly<Record<TapPart, number>>;

/** What a journal took for one tap, on average. */
export interface JournalCost {
  readonly syncsPerTap: number;
  readonly bytesPerTap: number;
  readonly msPerTap: number;
}

export interface TapLane {
  readonly tapCount: number;
  readonly exchangesPerTap: number;
  /** From the request to its outcome, with the card on the reader. */
  readonly tapMs: Spread;
  readonly partMs: Readonly<Record<TapPart, Spread>>;
  /** Of all packets. */
  readonly exchangeMs: Spread;
  readonly journal: JournalCost;
}

export interface LaneCounter {
  readonly reader: Reader;
  /** Makes the card on the reader one that has just come: it has forgotten the session before. */
  readonly touch: () => Promise<void>;
}

export interface MeasuredLane {
  readonly lane: TapLane;
  /** Everything that passed, warm-up included. */
  readonly dialogue: readonly TimedExchange[];
}

/**
 * Debits of the card that lies on the reader, by a terminal of the product with its journal on disk.
 * Its random numbers and its clock are the same in every run, so the same card is told the same.
 */
export async function measureLane(counter: LaneCounter, tapCount: number): Promise<MeasuredLane> {
  assert(tapCount <= TAPS_OF_LANE_MAX);
  const folder = await mkdtemp(join(tmpdir(), 'kazasu-bench-'));
  const file = new CountedFile(await openDiskFile(join(folder, 'journal.log')));
  const sam = softwareSam(samKeys('pos', TERMINAL_ID), seededRandom('lane'));
  const now = (): typeof NOON => NOON;
  const onDisk = await Journal.open({ file, terminalId: TERMINAL_ID, sam, now });
  const reader = new TimedReader(counter.reader);
  const journal = new TimedJournal(onDisk);
  const limits = { issuerId: ISSUER_ID, amountMax: DEBITED };
  const terminal = new PurseTerminal({
    terminalId: TERMINAL_ID,
    reader,
    sam,
    journal,
    limits,
    now,
  });
  let tap = 0;
  const tapOnce = async (): Promise<{ readonly elapsedMs: number; readonly parts: TapParts }> => {
    tap += 1;
    const request = { saleId: `sale ${tap}`, kind: 'debit', amount: DEBITED } as const;
    const firstExchange = reader.exchanges.length;
    await counter.touch();
    reader.touchAgain();
    const start = performance.now();
    const outcome = await terminal.tap(request, milliseconds(0));
    const elapsedMs = performance.now() - start;
    assert(outcome.outcome === 'approved', `expected an approved sale, got ${outcome.outcome}`);
    const exchanges = reader.exchanges.slice(firstExchange);
    return { elapsedMs, parts: partsOf(elapsedMs, exchanges, journal) };
  };
  try {
    for (let count = 0; count < WARM_UP_TAPS; count += 1) await tapOnce();
    const exchangesBefore = reader.exchanges.length;
    const before = { count: file.appendCount, bytes: file.appendedBytes, ms: file.appendMs };
    const taps: Awaited<ReturnType<typeof tapOnce>>[] = [];
    for (let count = 0; count < tapCount; count += 1) taps.push(await tapOnce());
    const measured = reader.exchanges.slice(exchangesBefore);
    const partSpread = (part: TapPart): [TapPart, Spread] => [
      part,
      spreadOf(taps.map(({ parts }) => parts[part])),
    ];
    const lane: TapLane = {
      tapCount,
      exchangesPerTap: measured.length / tapCount,
      tapMs: spreadOf(taps.map(({ elapsedMs }) => elapsedMs)),
      partMs: Object.fromEntries(TAP_PARTS.map(partSpread)) as Record<TapPart, Spread>,
      exchangeMs: spreadOf(measured.map(({ elapsedMs }) => elapsedMs)),
      journal: {
        syncsPerTap: (file.appendCount - before.count) / tapCount,
        bytesPerTap: (file.appendedBytes - before.bytes) / tapCount,
        msPerTap: (file.appendMs - before.ms) / tapCount,
      },
    };
    return { lane, dialogue: reader.exchanges };
  } finally {
    await onDisk.close();
    await rm(folder, { recursive: true });
  }
}

function partsOf(
  elapsedMs: number,
  exchanges: readonly TimedExchange[],
  { intentMs, outcomeMs }: TimedJournal,
): TapParts {
  const write = exchanges.findIndex(({ command }) => command[1] === CommandCode.writeV2);
  assert(write >= 0, 'a debit writes');
  const before = exchanges.slice(0, write);
  const timeOf = (list: readonly TimedExchange[], codes: readonly number[]): number =>
    list
      .filter(({ command }) => codes.includes(command[1] ?? -1))
      .reduce((sum, exchange) => sum + exchange.elapsedMs, 0);
  const { authentication1V2, authentication2V2 } = CommandCode;
  const parts = {
    polling: timeOf(before, [CommandCode.polling]),
    authentication: timeOf(before, [authentication1V2, authentication2V2]),
    read: timeOf(before, [CommandCode.readV2]),
    intentToDisk: intentMs,
    write: timeOf(exchanges, [CommandCode.writeV2]),
    certificateRead: timeOf(exchanges.slice(write), [CommandCode.readV2]),
    outcomeToDisk: outcomeMs,
  };
  const known = Object.values(parts).reduce((sum, part) => sum + part, 0);
  return { ...parts, rest: elapsedMs - known };
}
