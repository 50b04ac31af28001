import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { idm } from '#felica/identifiers';
import { businessDate, yen } from '#units';
import type { EmulatedCard } from '../../card-emulator/card/emulated-card.ts';
import { createFelicaCard } from '../../card-emulator/card/felica-card.ts';
import { newLiteCard } from '../../card-emulator/card/lite-card.ts';
import { newCard } from '../../card-emulator/card/new-card.ts';
import { seededDraw } from '../../card-emulator/card/seeded-draw.ts';

/** Many cards in one process. */
export interface CrowdFigures {
  readonly kind: CrowdKind;
  readonly cardCount: number;
  /** Heap and what lies outside of it, after the collection of garbage. */
  readonly bytesEach: number;
  /** Of the whole process, by the operating system. */
  readonly residentBytesEach: number;
  readonly microsecondsEach: number;
}

export type CrowdKind = 'purse' | 'lite-s';

/** Each kind in a process of its own, so that nothing else is counted. */
export function measureCrowd(kind: CrowdKind, cardCount: number): CrowdFigures {
  const program = fileURLToPath(import.meta.url);
  const args = ['--expose-gc', program, kind, `${cardCount}`];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}

function crowdOf(kind: CrowdKind, cardCount: number): CrowdFigures {
  const { gc } = globalThis;
  assert(gc !== undefined, 'start with --expose-gc');
  const draw = seededDraw(1);
  const random = (byteCount: number): Uint8Array => {
    const bytes = new Uint8Array(byteCount);
    for (let index = 0; index < byteCount; index += 1) bytes[index] = draw(256);
    return bytes;
  };
  for (let number = 0; number < 1_000; number += 1) cardOf(kind, number, random);
  gc();
  const before = process.memoryUsage();
  const cards: EmulatedCard[] = [];
  const start = performance.now();
  for (let number = 0; number < cardCount; number += 1) cards.push(cardOf(kind, number, random));
  const elapsedMs = performance.now() - start;
  gc();
  const after = process.memoryUsage();
  assert(cards.every((card) => card.exchange(new Uint8Array(0)) === undefined));
  const grown = after.heapUsed + after.external - before.heapUsed - before.external;
  return {
    kind,
    cardCount,
    bytesEach: grown / cardCount,
    residentBytesEach: (after.rss - before.rss) / cardCount,
    microsecondsEach: (elapsedMs / cardCount) * 1_000,
  };
}

function cardOf(
  kind: CrowdKind,
  number: number,
  random: (byteCount: number) => Uint8Array,
): EmulatedCard {
  const bytes = Uint8Array.of(0x01, 0x12, 0, 0, number >> 24, number >> 16, number >> 8, number);
  const address = idm(bytes);
  if (kind === 'lite-s') return newLiteCard({ kind, idm: address });
  const expiry = businessDate('2031-03-31');
  const made = newCard(kind, { idm: address, balance: yen(5_000), expiry, random });
  return createFelicaCard(made, { random });
}

const [, entry, kind, cardCount] = process.argv;
if (entry === fileURLToPath(import.meta.url) && (kind === 'purse' || kind === 'lite-s')) {
  process.stdout.write(JSON.stringify(crowdOf(kind, Number(cardCount))));
}
