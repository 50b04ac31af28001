import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeResetModeRequest } from '#felica/inquiry';
import { milliseconds } from '#units';
import { acsRaw } from '../../terminal/reader/acs-raw.ts';
import { openPcscReader } from '../../terminal/reader/pcsc-reader.ts';
import type { Reader } from '../../terminal/reader/reader.ts';
import {
  builtFile,
  missingForPcsc,
  type PcscService,
  preparePcscService,
  VIRTUAL_READER,
} from '../contract/pcsc-service.ts';
import { type CardProcess, cardProcess } from '../contract/served-card.ts';
import { benchCard, loadFully } from './bench-counter.ts';
import { type Spread, spreadOf } from './quantile.ts';
import { type MeasuredLane, measureLane } from './tap-lane.ts';

/** Bare and ours take turns in so many rounds: neither has the quieter machine. */
const ROUNDS = 10;
const CARD_WAIT = milliseconds(8_000);
const EXCHANGE_WAIT = milliseconds(1_000);
/** No compiled file: it loads the binding, which no test may do. The bench runs in the package's folder. */
const BARE = join('test', 'bench', 'bare-transmit.mjs');
/** How every debit begins, and the frame that lets it begin again: a card answers these each time. */
const FRAMES = ['Polling', 'Authentication1', 'Reset Mode'] as const;

/** An exchange over the air takes so much longer that fewer are enough. */
const AIR_FACTOR = 8;
const AIR_KBIT_PER_SECOND = '212';

export const OVERHEAD_TARGET = 1.2;

/** The same frame to the same card, by Kazasu's reader and by `transmit` of the bare binding. */
export interface ReaderOverhead {
  readonly frame: string;
  readonly frameBytes: number;
  readonly exchangeCount: number;
  readonly bareMs: Spread;
  readonly readerMs: Spread;
  readonly medianRatio: number;
}

/** A card that answers as soon as it can, and one that answers as late as over the air. */
export interface PcscOverhead {
  readonly atOnce: readonly ReaderOverhead[];
  readonly overTheAir: readonly ReaderOverhead[];
}

export type PcscLane =
  | ({ readonly result: 'measured'; readonly overhead: PcscOverhead } & MeasuredLane)
  | { readonly result: 'not measured'; readonly reason: string };

/** Debits through the real PC/SC service to a card of vpcd, and what its path costs beside the bare one. */
export async function measurePcsc(tapCount: number, exchangeCount: number): Promise<PcscLane> {
  const missing = missingForPcsc();
  if (missing !== undefined) return { result: 'not measured', reason: missing };
  const folder = await mkdtemp(join(tmpdir(), 'kazasu-bench-'));
  try {
    const card = benchCard(1);
    await loadFully(card);
    const image = join(folder, 'card.json');
    await writeFile(image, card.image());
    const forget = encodeResetModeRequest({ idm: card.idm });
    const touchAt = (reader: Reader) => async (): Promise<void> =>
      void assert(await reader.transmit(forget, EXCHANGE_WAIT), 'the card answers');
    const { lane, atOnce, packets } = await withServedCard([image], async (reader, service) => {
      const touch = touchAt(reader);
      const measured = await measureLane({ reader, touch }, tapCount);
      const begin = measured.dialogue.slice(0, 2).map(({ command }) => command);
      const frames = [...begin, forget];
      await touch();
      const plan = { packets: frames, exchangeCount };
      const overhead = await measureOverhead(service, reader, plan);
      return { lane: measured, atOnce: overhead, packets: frames };
    });
    const slowly = [image, '--air', AIR_KBIT_PER_SECOND];
    const overTheAir = await withServedCard(slowly, async (reader, service) => {
      await touchAt(reader)();
      const plan = { packets, exchangeCount: Math.ceil(exchangeCount / AIR_FACTOR) };
      return measureOverhead(service, reader, plan);
    });
    return { result: 'measured', overhead: { atOnce, overTheAir }, ...lane };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A PC/SC service of its own, with a card in its reader and a reader of the product at it. */
async function withServedCard<Result>(
  args: readonly string[],
  measure: (reader: Reader, service: PcscService) => Promise<Result>,
): Promise<Result> {
  const service = await preparePcscService();
  try {
    await service.start();
    const serve = [builtFile('card-emulator/main.js'), 'serve', ...args, '--json'];
    const served = cardProcess(service.spawnCard([...serve, '--reader', 'acs-raw']));
    await served.next('serving');
    const { socketPath } = service;
    const reader = await openPcscReader({ readerName: VIRTUAL_READER, socketPath });
    try {
      assert(await reader.waitForCard(CARD_WAIT), 'the card was not noticed');
      return await measure(reader, service);
    } finally {
      await reader.close();
    }
  } finally {
    await service.stop();
  }
}

async function measureOverhead(
  service: PcscService,
  reader: Reader,
  plan: { readonly packets: readonly Uint8Array[]; readonly exchangeCount: number },
): Promise<readonly ReaderOverhead[]> {
  const bare = cardProcess(service.spawnClient([BARE, VIRTUAL_READER]));
  await bare.next('ready');
  const { packets } = plan;
  const bareMs: number[] = [];
  const readerMs: number[] = [];
  const rows = Array.from({ length: Math.ceil(plan.exchangeCount / ROUNDS) }, () => packets).flat();
  // The first two rounds warm both sides up.
  for (let round = -2; round < ROUNDS; round += 1) {
    const lanes = [
      async () => add(bareMs, round, await sendBare(bare, rows)),
      async () => add(readerMs, round, await sendByReader(reader, rows)),
    ];
    if (round % 2 === 0) lanes.reverse();
    for (const lane of lanes) await lane();
  }
  return FRAMES.map((frame, index) => {
    const isOfFrame = (_: number, sample: number): boolean => sample % packets.length === index;
    const [bareSpread, readerSpread] = [bareMs, readerMs].map((samples) =>
      spreadOf(samples.filter(isOfFrame)),
    );
    assert(bareSpread !== undefined && readerSpread !== undefined);
    return {
      frame,
      frameBytes: packets[index]?.length ?? 0,
      exchangeCount: readerMs.length / packets.length,
      bareMs: bareSpread,
      readerMs: readerSpread,
      medianRatio: readerSpread.median / bareSpread.median,
    };
  });
}

function add(samples: number[], round: number, more: readonly number[]): void {
  if (round >= 0) samples.push(...more);
}

async function sendBare(
  bare: CardProcess,
  packets: readonly Uint8Array[],
): Promise<readonly number[]> {
  bare.tell(packets.map((packet) => Buffer.from(acsRaw.wrap(packet)).toString('hex')));
  const { elapsedMs, replies } = await bare.next('sent');
  assert(Array.isArray(elapsedMs) && Array.isArray(replies));
  for (const reply of replies) {
    const unwrapped = acsRaw.unwrap(Buffer.from(String(reply), 'hex'));
    assert(unwrapped.result === 'packet', 'the card answers the bare binding');
  }
  return elapsedMs.map(Number);
}

async function sendByReader(
  reader: Reader,
  packets: readonly Uint8Array[],
): Promise<readonly number[]> {
  const elapsedMs: number[] = [];
  for (const packet of packets) {
    const start = performance.now();
    const response = await reader.transmit(packet, EXCHANGE_WAIT);
    elapsedMs.push(performance.now() - start);
    assert(response !== undefined, 'the card answers the reader');
  }
  return elapsedMs;
}
