import assert from 'node:assert/strict';
import { type Milliseconds, milliseconds } from '#units';
import {
  FRAME_RECORDING_HEADER,
  formatRecordingEvent,
  parseFrameRecording,
} from '../../card-emulator/link/frame-recording.ts';
import { replayCard } from '../../card-emulator/link/frame-replay.ts';
import { EmulatedReader } from '../../terminal/reader/emulated-reader.ts';
import type { LaneCounter } from './tap-lane.ts';
import type { TimedExchange } from './timed-reader.ts';

/** A recording as `kazasu card serve` writes one, of what passed a reader. */
export function recordingOf(dialogue: readonly TimedExchange[]): string {
  let at: Milliseconds = milliseconds(0);
  const lines = dialogue.map(({ command, response, elapsedMs }) => {
    const line = formatRecordingEvent({ event: 'exchange', atMs: at, command, response });
    at = milliseconds(at + elapsedMs);
    return line;
  });
  return [FRAME_RECORDING_HEADER, ...lines].join('\n');
}

export interface RecordedReader extends LaneCounter {
  /** Throws where the terminal did not say what the recorded one said, to the last word. */
  readonly requireAllPlayed: () => void;
}

/** A reader behind the port, with a card in its field that knows the recording and nothing else. */
export function recordedReader(recording: string): RecordedReader {
  const card = replayCard(parseFrameRecording(recording));
  const reader = new EmulatedReader();
  return {
    reader,
    touch: async () => reader.present(card),
    requireAllPlayed() {
      assert.deepEqual(card.mismatches, []);
      assert.equal(card.exchangesLeft, 0);
    },
  };
}
