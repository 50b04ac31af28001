import { describe, expect, it } from 'vitest';
import { CardImageError } from '#emulated-card';
import { logLines, readLog } from '../../../card-emulator/command/card-log.ts';
import { recorded } from '../../../card-emulator/link/frame-recorder.ts';
import {
  FRAME_RECORDING_HEADER,
  FrameRecordingError,
} from '../../../card-emulator/link/frame-recording.ts';
import { purseCard } from '../card/purse-card.ts';
import { frame, testCard } from '../card/test-card.ts';

describe('the log of a file', () => {
  it('is the history of a card', () => {
    expect(logLines(readLog(purseCard().image()))).toEqual(['no history']);
  });

  it('is the frames of a recording, in words and in time', () => {
    const lines: string[] = [];
    let now = 0;
    const card = recorded(
      testCard(),
      (line) => lines.push(line),
      () => {
        now += 1.5;
        return now;
      },
    );
    card.powerOn();
    card.exchange(frame('00 4b5a 00 00'));
    card.exchange(frame('00 1234 00 00'));
    expect(logLines(readLog(`${lines.join('\n')}\n`))).toEqual([
      '       1.500 ms  power-on',
      '       3.000 ms  > Polling · system 4b5a (Kazasu purse) · 1 slot',
      '       3.000 ms  < Polling · IDm 0112233445566778 · PMm 0020ffffffffffff',
      '       4.500 ms  > Polling · system 1234 · 1 slot',
      '       4.500 ms  < silence',
    ]);
  });

  it('is refused for a text that is neither', () => {
    expect(() => readLog('kazasu')).toThrow(CardImageError);
    expect(() => readLog(`${FRAME_RECORDING_HEADER}\nkazasu\n`)).toThrow(FrameRecordingError);
  });
});
