import { setImmediate as nextTurn, setTimeout as timer } from 'node:timers/promises';
import type { Milliseconds } from '../units.ts';

/** A timer counts whole milliseconds, and comes back up to that much and a little more too late. */
const TIMER_LATENESS_MS = 2;

/**
 * Resolves after `time`, never sooner, and where the processor is free some microseconds later. The
 * bulk is a timer's; the rest, under 3 ms, is spent in turns of the event loop, which keep one
 * processor core busy and let everything else in the process have its turn.
 */
export async function preciseSleep(time: Milliseconds): Promise<void> {
  const end = performance.now() + time;
  const bulkMs = Math.floor(time) - TIMER_LATENESS_MS;
  if (bulkMs >= 1) await timer(bulkMs);
  while (performance.now() < end) await nextTurn();
}
