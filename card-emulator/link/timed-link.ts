import { type AirExchange, airTime, type BitRateKbps } from '../felica/air-time.ts';
import { requireWhole } from '../felica/byte-field.ts';
import { TIME_SLOT_CYCLES, timeOfCycles } from '../felica/carrier.ts';
import { decodePollingRequest } from '../felica/polling.ts';
import { type Milliseconds, milliseconds } from '../units.ts';
import type { AsyncCardLink, CardLink } from './card-link.ts';

export interface TimedLinkOptions {
  readonly bitRateKbps: BitRateKbps;
  /** Resolves after `time`, and no sooner; see precise-sleep.ts for one that is not much later. */
  readonly sleep: (time: Milliseconds) => Promise<void>;
  /** The slot in which the card answers Polling: a whole number from 0 to `slotCount` − 1, by chance. */
  readonly drawSlot: (slotCount: number) => number;
  /**
   * How long the card works on a command beyond the shortest answer delay; no time at all unless
   * given. Not asked for Polling, whose answer keeps to the slots.
   */
  readonly processing?: (command: Uint8Array) => Milliseconds;
}

/**
 * A card that answers as late as over the air: the command on its way, the answer delay or the time
 * slot, and the response on its way. What the emulated card itself needs is not taken off.
 *
 * The card does a command as soon as it is passed, so `powerOff` during the wait loses the answer and
 * never the work. Silence has no end that a link could wait for: it is `undefined` at once, and the
 * reader's own time-out follows.
 */
export function timedLink(
  card: CardLink | AsyncCardLink,
  options: TimedLinkOptions,
): AsyncCardLink {
  let lossCount = 0;
  return {
    powerOn(): void {
      card.powerOn();
    },
    powerOff(): void {
      lossCount += 1;
      card.powerOff();
    },
    async exchange(frame: Uint8Array): Promise<Uint8Array | undefined> {
      const lossCountBefore = lossCount;
      const wait = waitOf(frame, options);
      const response = await card.exchange(frame);
      if (response === undefined) return undefined;
      await options.sleep(wait(response.length));
      return lossCount === lossCountBefore ? response : undefined;
    },
  };
}

/** From the first bit of the command to the last of a response with as many bytes. */
function waitOf(
  frame: Uint8Array,
  { bitRateKbps, drawSlot, processing }: TimedLinkOptions,
): (responseBytes: number) => Milliseconds {
  // Read before the card answers: a caller may use the bytes again while it waits.
  const polling = decodePollingRequest(frame);
  const kind: AirExchange['kind'] = polling === undefined ? 'command' : 'polling';
  const commandBytes = frame.length;
  const workMs = polling === undefined ? (processing?.(frame) ?? 0) : 0;
  return (responseBytes) => {
    const slot = polling === undefined ? 0 : slotFrom(drawSlot, polling.timeSlots + 1);
    const leastMs = airTime([{ kind, commandBytes, responseBytes }], bitRateKbps);
    return milliseconds(leastMs + timeOfCycles(slot * TIME_SLOT_CYCLES) + workMs);
  };
}

function slotFrom(drawSlot: TimedLinkOptions['drawSlot'], slotCount: number): number {
  return requireWhole('time slot', drawSlot(slotCount), slotCount - 1);
}
