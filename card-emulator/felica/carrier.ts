import { type Milliseconds, milliseconds } from '../units.ts';

/** The carrier at 13.56 MHz: every time of the FeliCa protocol is a whole number of its cycles. */
const CYCLES_IN_MILLISECOND = 13_560;

/** From the end of a Polling command to the first time slot. */
export const POLLING_DELAY_CYCLES: number = 512 * 64;

export const TIME_SLOT_CYCLES: number = 256 * 64;

export function timeOfCycles(count: number): Milliseconds {
  return milliseconds(count / CYCLES_IN_MILLISECOND);
}
