import { describe, expect, it } from 'vitest';
import type { CardLink } from '../../../card-emulator/link/card-link.ts';
import { recorded } from '../../../card-emulator/link/frame-recorder.ts';
import { parseFrameRecording } from '../../../card-emulator/link/frame-recording.ts';
import { frame, testCard, toHex } from '../card/test-card.ts';

const POLLING = frame('00 4b5a 00 00');
const POLLED = '12010112233445566778' + '0020ffffffffffff';
const UNKNOWN = frame('00 ffee 00 00');

/** The times that a clock shows, one after the other. */
function clock(...times: number[]): () => number {
  return () => times.shift() ?? Number.NaN;
}

function recordedTestCard(now: () => number): { card: CardLink; lines: string[] } {
  const lines: string[] = [];
  const inner = testCard();
  inner.powerOff();
  return { card: recorded(inner, (line) => void lines.push(line), now), lines };
}

describe('a recorded card', () => {
  it('answers as it does without, and every exchange is a line with its time', () => {
    const { card, lines } = recordedTestCard(clock(1000, 1000.25, 1002.5, 1010, 1020));
    card.powerOn();
    expect(toHex(card.exchange(POLLING))).toBe(POLLED);
    expect(card.exchange(UNKNOWN)).toBeUndefined();
    card.powerOff();
    expect(lines).toEqual([
      '{"format":"kazasu-frame-recording","version":1}',
      '{"atMs":0.25,"event":"power-on"}',
      `{"atMs":2.5,"event":"exchange","command":"06004b5a0000","response":"${POLLED}"}`,
      '{"atMs":10,"event":"exchange","command":"0600ffee0000","response":null}',
      '{"atMs":20,"event":"power-off"}',
    ]);
    expect(parseFrameRecording(lines.join('\n'))).toHaveLength(4);
  });

  it('passes the power on', () => {
    const { card } = recordedTestCard(() => 0);
    expect(card.exchange(POLLING)).toBeUndefined();
    card.powerOn();
    expect(card.exchange(POLLING)).toBeDefined();
    card.powerOff();
    expect(card.exchange(POLLING)).toBeUndefined();
  });

  it('writes its header before anything happens', () => {
    const { lines } = recordedTestCard(() => 0);
    expect(lines).toHaveLength(1);
  });

  it('tells times to the microsecond, and none before the last when the clock is set back', () => {
    const { card, lines } = recordedTestCard(clock(0.1, 0.3, 5.000_4, 4));
    card.powerOn();
    card.powerOff();
    card.powerOn();
    expect(parseFrameRecording(lines.join('\n')).map(({ atMs }) => atMs)).toEqual([0.2, 4.9, 4.9]);
  });
});
