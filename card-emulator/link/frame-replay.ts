import { sameBytes } from '../felica/identifiers.ts';
import type { CardLink } from './card-link.ts';
import type { FrameRecording, FrameRecordingEvent } from './frame-recording.ts';

/** A command that was not the next of the recording. */
export interface ReplayMismatch {
  readonly command: Uint8Array;
  /** What the recording has instead; `undefined` at its end. */
  readonly expected: Uint8Array | undefined;
}

/** A card that knows one story. */
export interface ReplayCard extends CardLink {
  readonly mismatches: readonly ReplayMismatch[];
  /** How many exchanges of the recording have not been asked for yet: 0 when all was played. */
  readonly exchangesLeft: number;
}

type Exchange = Extract<FrameRecordingEvent, { readonly event: 'exchange' }>;

/**
 * A card that answers as the recorded one did: the same commands in the same order, the recorded
 * silences among them. Another command meets silence, is noted in `mismatches`, and the story waits
 * where it was. Times are not replayed.
 *
 * Power is followed and not compared: without it the card is silent and notes nothing, and commands
 * that were recorded without power are left out. So a terminal may switch its field more often, or
 * less, than when the recording was made.
 */
export function replayCard(recording: FrameRecording): ReplayCard {
  const story = exchangesWithPower(recording);
  const mismatches: ReplayMismatch[] = [];
  let position = 0;
  let isPowered = false;
  return {
    powerOn(): void {
      isPowered = true;
    },
    powerOff(): void {
      isPowered = false;
    },
    exchange(frame: Uint8Array): Uint8Array | undefined {
      if (!isPowered) return undefined;
      const expected = story[position];
      if (expected === undefined || !sameBytes(expected.command, frame)) {
        mismatches.push({ command: frame.slice(), expected: expected?.command.slice() });
        return undefined;
      }
      position += 1;
      return expected.response?.slice();
    },
    get mismatches(): readonly ReplayMismatch[] {
      return mismatches;
    },
    get exchangesLeft(): number {
      return story.length - position;
    },
  };
}

/** A recording may begin with the card in the field: only `power-off` says that it is not. */
function exchangesWithPower(recording: FrameRecording): readonly Exchange[] {
  let isPowered = true;
  const exchanges: Exchange[] = [];
  for (const event of recording) {
    if (event.event === 'exchange') {
      if (isPowered) exchanges.push(event);
    } else {
      isPowered = event.event === 'power-on';
    }
  }
  return exchanges;
}
