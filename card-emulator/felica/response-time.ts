import { type Milliseconds, milliseconds } from '../units.ts';
import { decodeU8, requireWhole } from './byte-field.ts';
import { POLLING_DELAY_CYCLES, TIME_SLOT_CYCLES, timeOfCycles } from './carrier.ts';
import type { PMm } from './identifiers.ts';
import type { TimeSlots } from './polling.ts';

/** Which byte of the PMm speaks for a command, and whether the number of nodes or blocks counts. */
export type CommandKind =
  /** Request Service; the count is nodes. */
  | 'request-service'
  /** Request Response, Search Service Code, Request System Code, Reset Mode. */
  | 'inquiry'
  /** The count is areas and services together. */
  | 'authentication1'
  | 'authentication2'
  /** Plain and encrypted; the count is blocks. */
  | 'read'
  /** Plain and encrypted; the count is blocks. */
  | 'write';

/** The unit of the PMm's times: 256 · 16 cycles, 302 µs. */
const UNIT_CYCLES = 256 * 16;

/** Our choice, as other readers' software does: some cards promise less than any link can keep. */
const TIME_OUT_MS_MIN = 2;

const PMM_BYTE_OF: Readonly<Record<CommandKind, number>> = {
  'request-service': 2,
  inquiry: 3,
  authentication1: 4,
  authentication2: 4,
  read: 5,
  write: 6,
};

const IS_COUNTED: Readonly<Record<CommandKind, boolean>> = {
  'request-service': true,
  inquiry: false,
  authentication1: true,
  authentication2: false,
  read: true,
  write: true,
};

/**
 * The longest time the card says it needs: T · ((B + 1) · count + (A + 1)) · 4^E, from one byte of the
 * PMm with A in bits 0–2, B in bits 3–5, E in bits 6–7. A worst case, not a typical time.
 *
 * `count` has no effect for a kind that does not count. Polling does not use the PMm.
 */
export function maximumResponseTime(pmm: PMm, kind: CommandKind, count = 0): Milliseconds {
  requireWhole('count', count, 0xff);
  const parameter = decodeU8(pmm, PMM_BYTE_OF[kind]);
  const base = (parameter & 0x07) + 1;
  const each = ((parameter >> 3) & 0x07) + 1;
  const scale = 4 ** (parameter >> 6);
  const units = (base + (IS_COUNTED[kind] ? each * count : 0)) * scale;
  return timeOfCycles(units * UNIT_CYCLES);
}

/** How long a reader waits at least: {@link maximumResponseTime}, but never under 2 ms. */
export function responseTimeOut(pmm: PMm, kind: CommandKind, count = 0): Milliseconds {
  return milliseconds(Math.max(TIME_OUT_MS_MIN, maximumResponseTime(pmm, kind, count)));
}

/** 3.625 ms with one slot, and 1.208 ms more for each further slot. */
export function pollingTimeOut(timeSlots: TimeSlots): Milliseconds {
  const slotCount = timeSlots + 1;
  return timeOfCycles(POLLING_DELAY_CYCLES + slotCount * TIME_SLOT_CYCLES);
}
