import { describe, expect, it } from 'vitest';
import type { CardLink } from '../../../card-emulator/link/card-link.ts';
import { recorded } from '../../../card-emulator/link/frame-recorder.ts';
import {
  type FrameRecording,
  parseFrameRecording,
} from '../../../card-emulator/link/frame-recording.ts';
import { type ReplayCard, replayCard } from '../../../card-emulator/link/frame-replay.ts';
import { amountBlock, dataText, frame, IDM_0, testCard, toHex } from '../card/test-card.ts';

const POLLING = frame('00 4b5a 00 00');
const UNKNOWN = frame('00 ffee 00 00');
const READ = frame(`06 ${IDM_0} 01 1710 01 8000`);
const DECREMENT = frame(`08 ${IDM_0} 01 1510 01 8000 ${dataText(amountBlock(250, 2))}`);

function recordingOf(story: (card: CardLink) => void, card: CardLink = testCard()): FrameRecording {
  const lines: string[] = [];
  story(
    recorded(
      card,
      (line) => void lines.push(line),
      () => 0,
    ),
  );
  return parseFrameRecording(lines.join('\n'));
}

function sale(card: CardLink): (string | undefined)[] {
  return [UNKNOWN, POLLING, READ, DECREMENT, READ].map((command) => toHex(card.exchange(command)));
}

function powered(recording: FrameRecording): ReplayCard {
  const card = replayCard(recording);
  card.powerOn();
  return card;
}

describe('a replayed card', () => {
  it('answers as the recorded card did, its silence and its new balance too', () => {
    const card = powered(recordingOf(sale));
    expect(card.exchangesLeft).toBe(5);
    expect(sale(card)).toEqual(sale(testCard()));
    expect(card.mismatches).toEqual([]);
    expect(card.exchangesLeft).toBe(0);
  });

  it('is silent to another command than the next, notes both, and waits where it was', () => {
    const card = powered(recordingOf(sale));
    card.exchange(UNKNOWN);
    expect(card.exchange(READ)).toBeUndefined();
    expect(card.mismatches).toEqual([{ command: READ, expected: POLLING }]);
    expect(card.exchange(POLLING)).toBeDefined();
    expect(card.exchange(READ)).toBeDefined();
    expect(card.exchangesLeft).toBe(2);
  });

  it('is silent after the end, and notes that nothing was expected', () => {
    const card = powered(recordingOf(sale));
    sale(card);
    expect(card.exchange(POLLING)).toBeUndefined();
    expect(card.mismatches).toEqual([{ command: POLLING, expected: undefined }]);
  });

  it('is silent without power and notes nothing', () => {
    const card = replayCard(recordingOf(sale));
    expect(sale(card)).toEqual([undefined, undefined, undefined, undefined, undefined]);
    expect(card.mismatches).toEqual([]);
    card.powerOn();
    card.exchange(UNKNOWN);
    card.powerOff();
    expect(card.exchange(POLLING)).toBeUndefined();
    card.powerOn();
    expect(card.exchange(POLLING)).toBeDefined();
  });

  it('leaves out what was recorded without power', () => {
    const card = powered(
      recordingOf((recordedCard) => {
        recordedCard.exchange(POLLING);
        recordedCard.powerOff();
        recordedCard.exchange(READ);
        recordedCard.powerOn();
        recordedCard.exchange(DECREMENT);
      }),
    );
    expect(card.exchangesLeft).toBe(2);
    expect(card.exchange(POLLING)).toBeDefined();
    expect(card.exchange(DECREMENT)).toBeDefined();
  });

  it('hands out no bytes that its user could change', () => {
    const recording = recordingOf((card) => {
      card.exchange(POLLING);
    });
    powered(recording).exchange(POLLING)?.fill(0);
    expect(toHex(powered(recording).exchange(POLLING))).toBe(toHex(testCard().exchange(POLLING)));
  });
});
