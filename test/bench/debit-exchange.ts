import assert from 'node:assert/strict';
import { type AirExchange, airTime, type BitRateKbps } from '#felica/air-time';
import { CommandCode } from '#felica/command-code';
import {
  BenchCounter,
  benchCard,
  loadFully,
  type TracedExchange,
  traced,
} from './bench-counter.ts';

/**
 * The least that a debit of purse and log takes over AES: Polling, both authentications with two
 * nodes, Read of one block, Write of two. The time formula is the same for these and for our frames:
 * 2672 cycles of the carrier to each answer, 2417 us to that of Polling, 6800 cycles between
 * exchanges, 10 bytes around each packet, and no time at all inside the card.
 */
const LEAST_DEBIT: readonly (readonly [number, number])[] = [
  [6, 20],
  [32, 46],
  [26, 28],
  [15, 31],
  [49, 14],
];
/** Our certificate read has no counterpart in that row; the least it could be is a one-block Read. */
const LEAST_READ: readonly [number, number] = [15, 31];

export interface DebitAirTime {
  readonly bitRateKbps: BitRateKbps;
  readonly oursMs: number;
  readonly leastMs: number;
  readonly oursToLeast: number;
}

export interface DebitExchanges {
  readonly exchangeCount: number;
  /** How many packets of each command went to the card. */
  readonly packetsByCommand: Readonly<Record<string, number>>;
  /** Command and response bytes of each, in order, with the length byte. */
  readonly frames: readonly (readonly [number, number])[];
  readonly leastFrames: readonly (readonly [number, number])[];
  readonly airTime: readonly DebitAirTime[];
}

export interface DebitExchangeFigures {
  /** Until the card has answered the write: the money has moved. */
  readonly withoutCertificateRead: DebitExchanges;
  readonly withCertificateRead: DebitExchanges;
}

/** Listens to one debit of the real terminal and counts what it really sent. */
export async function countDebitExchanges(): Promise<DebitExchangeFigures> {
  const card = benchCard(1);
  await loadFully(card);
  const counter = await BenchCounter.open({ kind: 'pos', journal: 'memory' });
  const { link, exchanges } = traced(card);
  await counter.tap(link);
  await counter.close();
  const write = exchanges.findIndex(({ command }) => command[1] === CommandCode.writeV2);
  assert(write >= 0, 'a debit writes');
  return {
    withoutCertificateRead: figuresOf(exchanges.slice(0, write + 1), LEAST_DEBIT),
    withCertificateRead: figuresOf(exchanges, [...LEAST_DEBIT, LEAST_READ]),
  };
}

function figuresOf(
  exchanges: readonly TracedExchange[],
  leastFrames: DebitExchanges['leastFrames'],
): DebitExchanges {
  const frames = exchanges.map(
    ({ command, response }) => [command.length, response.length] as const,
  );
  const packetsByCommand: Record<string, number> = {};
  for (const { command } of exchanges) {
    const name = commandName(command);
    packetsByCommand[name] = (packetsByCommand[name] ?? 0) + 1;
  }
  const rates: readonly BitRateKbps[] = [212, 424];
  return {
    exchangeCount: exchanges.length,
    packetsByCommand,
    frames,
    leastFrames,
    airTime: rates.map((bitRateKbps) => {
      const oursMs = airTime(airExchanges(frames), bitRateKbps);
      const leastMs = airTime(airExchanges(leastFrames), bitRateKbps);
      return { bitRateKbps, oursMs, leastMs, oursToLeast: oursMs / leastMs };
    }),
  };
}

/** A debit polls once, first. */
function airExchanges(frames: DebitExchanges['frames']): readonly AirExchange[] {
  return frames.map(([commandBytes, responseBytes], index) => ({
    kind: index === 0 ? 'polling' : 'command',
    commandBytes,
    responseBytes,
  }));
}

function commandName(packet: Uint8Array): string {
  const known = Object.entries(CommandCode).find(([, code]) => code === packet[1]);
  return known?.[0] ?? `code ${packet[1]}`;
}
