import { type Milliseconds, milliseconds } from '../units.ts';
import { requireWhole } from './byte-field.ts';
import { POLLING_DELAY_CYCLES, timeOfCycles } from './carrier.ts';
import { PACKET_BYTES_MAX } from './packet.ts';

/** One command and its response, as their lengths in bytes with the length byte. */
export interface AirExchange {
  readonly kind: 'polling' | 'command';
  readonly commandBytes: number;
  readonly responseBytes: number;
}

/** 212 is a 64th of the carrier, 424 a 32nd. */
export type BitRateKbps = 212 | 424;

const BITS_IN_BYTE = 8;
const CYCLES_IN_BIT: Readonly<Record<BitRateKbps, number>> = { 212: 64, 424: 32 };

/** Preamble (6), sync code (2) and CRC (2). */
const FRAME_OVERHEAD_BYTES = 10;

/** A card answers no sooner (NFC Forum: frame delay time, listen). */
const ANSWER_DELAY_CYCLES = 2672;

/** A reader sends the next command no sooner after a response (NFC Forum: frame delay time, poll). */
const READER_GAP_CYCLES = 6800;

/** The frames alone, without the pauses between them. */
export function wireTime(exchanges: readonly AirExchange[], bitRate: BitRateKbps): Milliseconds {
  let bytes = 0;
  for (const { commandBytes, responseBytes } of exchanges) {
    bytes += frameBytes(commandBytes) + frameBytes(responseBytes);
  }
  return timeOfCycles(bytes * BITS_IN_BYTE * CYCLES_IN_BIT[bitRate]);
}

/**
 * The least time the exchanges take on the air, from the first bit to the last.
 *
 * A lower bound: the card answers Polling in the first time slot, needs no time of its own, nothing is
 * repeated, and the field has been on for the 20 ms a card wants before the first command.
 */
export function airTime(exchanges: readonly AirExchange[], bitRate: BitRateKbps): Milliseconds {
  let cycles = Math.max(0, exchanges.length - 1) * READER_GAP_CYCLES;
  for (const { kind } of exchanges) {
    cycles += kind === 'polling' ? POLLING_DELAY_CYCLES : ANSWER_DELAY_CYCLES;
  }
  return milliseconds(wireTime(exchanges, bitRate) + timeOfCycles(cycles));
}

function frameBytes(packetBytes: number): number {
  return FRAME_OVERHEAD_BYTES + requireWhole('packet bytes', packetBytes, PACKET_BYTES_MAX);
}
