import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type IDm, idm } from '#felica/identifiers';
import { CardListWriter } from '#hotlist/card-list-writer';
import { decodeHotList, encodeHotList, encodeUnsignedHotList } from '#hotlist/hotlist';
import { nextHotList } from '#hotlist/hotlist-publication';
import { signHotList } from '#hotlist/hotlist-signature';
import { epochMs } from '#units';
import { seededDraw } from '../../card-emulator/card/seeded-draw.ts';
import { type HotListIssuer, importHotList } from '../../terminal/hotlist/hotlist-import.ts';
import { hotListLookUp } from '../../terminal/hotlist/hotlist-look-up.ts';
import { type Spread, spreadOf } from './quantile.ts';

/** A terminal's hot list of cards of one manufacturer code, with random numbers. */
export interface HotListFigures {
  readonly cardCount: number;
  readonly fileBytes: number;
  /** Of heap and what lies outside of it, the file's bytes included, after the collection of garbage. */
  readonly memoryBytes: number;
  /** Of one look-up; each sample is the mean of {@link LOOK_UPS_OF_SAMPLE}. */
  readonly listedMicroseconds: Spread;
  readonly unlistedMicroseconds: Spread;
  readonly openMs: number;
  readonly deltaCardCount: number;
  readonly deltaMs: number;
  readonly bytesMax: number;
  readonly microsecondsMax: number;
}

const BYTES_MAX = 20_000_000;
const MICROSECONDS_MAX = 5;
const LOOK_UPS_OF_SAMPLE = 1_000;
const SAMPLES = 100;
const ISSUER_ID = 81;
/** What a day adds to such a list, about. */
const DELTA_CARD_COUNT = 2_000;

/** In a process of its own, so that nothing else is counted. */
export function measureHotList(cardCount: number): HotListFigures {
  const program = fileURLToPath(import.meta.url);
  const args = ['--expose-gc', program, `${cardCount}`];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}

async function hotListOf(cardCount: number): Promise<HotListFigures> {
  const draw = seededDraw(1);
  const listed = sortedNumbers(cardCount, draw);
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const issuer: HotListIssuer = { issuerId: ISSUER_ID, publicKey };
  const file = fileOf(listed, (bytes) => signHotList(privateKey, bytes));

  const before = await memoryBytes();
  const copy = file.slice();
  const start = performance.now();
  const opened = importHotList(undefined, copy, issuer);
  const openMs = performance.now() - start;
  assert(opened.result === 'imported');
  const grownBytes = (await memoryBytes()) - before;

  const lookUp = hotListLookUp(opened.list);
  const times = (numberAt: () => bigint, expected: boolean): Spread =>
    spreadOf(samplesOf(numberAt, (card) => assert(lookUp.has(card) === expected)));
  const pick = (): bigint => listed[draw(listed.length)] ?? 0n;
  const isListed = new Set(listed);
  const miss = (): bigint => {
    for (;;) {
      const number = randomNumber(draw);
      if (!isListed.has(number)) return number;
    }
  };
  const added = [...new Set(Array.from({ length: DELTA_CARD_COUNT }, miss))];
  const { delta } = nextHotList(
    opened.list,
    { createdAt: epochMs(2), added: added.map(idmOf), removed: [] },
    (bytes) => signHotList(privateKey, bytes),
  );
  assert(delta !== undefined);
  const deltaStart = performance.now();
  assert(importHotList(opened.list, delta, issuer).result === 'imported');
  return {
    cardCount: opened.list.cards.count,
    fileBytes: file.length,
    memoryBytes: grownBytes,
    deltaMs: performance.now() - deltaStart,
    deltaCardCount: added.length,
    openMs,
    listedMicroseconds: times(pick, true),
    unlistedMicroseconds: times(miss, false),
    bytesMax: BYTES_MAX,
    microsecondsMax: MICROSECONDS_MAX,
  };
}

async function memoryBytes(): Promise<number> {
  const { gc } = globalThis;
  assert(gc !== undefined, 'start with --expose-gc');
  // What lies outside of the heap is freed by another thread, a little later.
  for (let round = 0; round < 3; round += 1) {
    gc();
    await sleep(20);
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function samplesOf(numberAt: () => bigint, look: (card: IDm) => void): readonly number[] {
  const samples: number[] = [];
  for (let sample = 0; sample <= SAMPLES; sample += 1) {
    const cards = Array.from({ length: LOOK_UPS_OF_SAMPLE }, () => idmOf(numberAt()));
    const start = performance.now();
    for (const card of cards) look(card);
    const elapsedMs = performance.now() - start;
    // The first sample warms the machine up.
    if (sample > 0) samples.push((elapsedMs * 1_000) / LOOK_UPS_OF_SAMPLE);
  }
  return samples;
}

function fileOf(numbers: BigUint64Array, sign: (bytes: Uint8Array) => Uint8Array): Uint8Array {
  const writer = new CardListWriter();
  for (const number of numbers) writer.add(idmOf(number));
  const { count, bytes } = writer;
  const header = { issuerId: ISSUER_ID, sequence: 1, createdAt: epochMs(1) };
  const unsigned = encodeUnsignedHotList(header, { count, bytes });
  const file = encodeHotList(unsigned, sign(unsigned));
  assert(decodeHotList(file).result === 'decoded');
  return file;
}

/** As many different ones, in ascending order. */
function sortedNumbers(count: number, draw: (below: number) => number): BigUint64Array {
  const numbers = new Set<bigint>();
  while (numbers.size < count) numbers.add(randomNumber(draw));
  return BigUint64Array.from(numbers).sort();
}

/** An IDm of manufacturer code 02FE as a number. */
function randomNumber(draw: (below: number) => number): bigint {
  const [high, low] = [draw(0x100_0000), draw(0x100_0000)];
  return (0x02fen << 48n) | (BigInt(high) << 24n) | BigInt(low);
}

function idmOf(number: bigint): IDm {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, number);
  return idm(bytes);
}

const [, entry, cardCount] = process.argv;
if (entry === fileURLToPath(import.meta.url)) {
  process.stdout.write(JSON.stringify(await hotListOf(Number(cardCount))));
}
