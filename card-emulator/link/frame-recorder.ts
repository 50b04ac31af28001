import { type Milliseconds, milliseconds } from '../units.ts';
import type { CardLink } from './card-link.ts';
import {
  FRAME_RECORDING_HEADER,
  type FrameRecordingEvent,
  formatRecordingEvent,
} from './frame-recording.ts';

const MICROSECONDS_IN_MILLISECOND = 1000;

/**
 * The same card, with every exchange written down as lines of a recording (link/README.md), the first
 * one at once. A recording holds what passed: identifiers, balances, history. The card's memory is not
 * looked into, so no key is in it that did not pass in clear; issuing a Lite-S card does that, and is
 * not to be recorded.
 *
 * `write` is given lines without their ends, and must not throw. `now` counts milliseconds from
 * whenever it likes; a clock that is set back stands still for the recording.
 */
export function recorded(
  card: CardLink,
  write: (line: string) => void,
  now: () => number,
): CardLink {
  const start = now();
  let lastMs = milliseconds(0);
  const time = (): Milliseconds => {
    const passed = Math.round((now() - start) * MICROSECONDS_IN_MILLISECOND);
    lastMs = milliseconds(Math.max(lastMs, passed / MICROSECONDS_IN_MILLISECOND));
    return lastMs;
  };
  const record = (event: FrameRecordingEvent): void => write(formatRecordingEvent(event));
  write(FRAME_RECORDING_HEADER);
  return {
    powerOn(): void {
      record({ event: 'power-on', atMs: time() });
      card.powerOn();
    },
    powerOff(): void {
      record({ event: 'power-off', atMs: time() });
      card.powerOff();
    },
    exchange(frame: Uint8Array): Uint8Array | undefined {
      const atMs = time();
      const command = frame.slice();
      const response = card.exchange(frame);
      record({ event: 'exchange', atMs, command, response });
      return response;
    },
  };
}
