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

export type PcscLane =
  | ({ readonly result: 'measured'; readonly overhead: readonly ReaderOverhead[] } & MeasuredLane)
  | { readonly result: 'not measured'; readonly reason: string };

/** Debits through the real PC/SC service to a card of vpcd, and what its path costs beside the bare one. */
export async function measurePcsc(tapCount: number, exchangeCount: number): Promise<PcscLane> {
  const missing = missingForPcsc();
  if (missing !== undefined) return { result: 'not measured', reason: missing };
  const folder = await mkdtemp(join(tmpdir(), 'kazasu-bench-'));
  const service = await preparePcscService();
  try {
    const card = benchCard(1);
    await loadFully(card);
    const image = join(folder, 'card.json');
    await writeFile(image, card.image());
    await service.start();
    const serve = [builtFile('card-emulator/main.js'), 'serve', image, '--json'];
    const served = cardProcess(service.spawnCard([...serve, '--reader', 'acs-raw']));
    await served.next('serving');
    const reader = await openPcscReader({
      readerName: VIRTUAL_READER,
      socketPath: service.socketPath,
    });
    try {
      assert(await reader.waitForCard(CARD_WAIT), 'the card was not noticed');
      const forget = encodeResetModeRequest({ idm: card.idm });
      const touch = async (): Promise<void> =>
        void assert(await reader.transmit(forget, EXCHANGE_WAIT), 'the card answers');
      const lane = await measureLane({ reader, touch }, tapCount);
      const begin = lane.dialogue.slice(0, 2).map(({ command }) => command);
      await touch();
      const overhead = await measureOverhead(service, reader, {
        packets: [...begin, forget],
        exchangeCount,
      });
      return { result: 'measured', overhead, ...lane };
    } finally {
      await reader.close();
    }
  } finally {
    await service.stop();
    await rm(folder, { recursive: true });
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
