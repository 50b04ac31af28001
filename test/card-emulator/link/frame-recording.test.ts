import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { milliseconds } from '#units';
import {
  FRAME_RECORDING_HEADER,
  FrameRecordingError,
  type FrameRecordingEvent,
  formatRecordingEvent,
  parseFrameRecording,
} from '../../../card-emulator/link/frame-recording.ts';
import { hex } from '../felica/hex.ts';

const HEADER = '{"format":"kazasu-frame-recording","version":1}';
const ON = '{"atMs":0,"event":"power-on"}';
const POLLED =
  '{"atMs":1.5,"event":"exchange","command":"0600ffff0000","response":"12010112233445566778"}';
const SILENT = '{"atMs":4,"event":"exchange","command":"0600ffee0000","response":null}';

function textOf(...lines: string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

const bytes = fc.uint8Array({ maxLength: 30 });
const anyEvent: fc.Arbitrary<FrameRecordingEvent> = fc.oneof(
  fc.record({
    event: fc.constantFrom('power-on' as const, 'power-off' as const),
    atMs: fc.constant(milliseconds(7.25)),
  }),
  fc.record({
    event: fc.constant('exchange' as const),
    atMs: fc.constant(milliseconds(7.25)),
    command: bytes,
    response: fc.option(bytes, { nil: undefined }),
  }),
);

describe('a frame recording', () => {
  it('says what happened, and when', () => {
    expect(parseFrameRecording(textOf(HEADER, ON, POLLED, SILENT))).toEqual([
      { event: 'power-on', atMs: 0 },
      {
        event: 'exchange',
        atMs: 1.5,
        command: hex('06 00 ffff 00 00'),
        response: hex('12 01 0112233445566778'),
      },
      { event: 'exchange', atMs: 4, command: hex('06 00 ffee 00 00'), response: undefined },
    ]);
  });

  it('is the same without its last line end, and with those of another system', () => {
    const events = parseFrameRecording(textOf(HEADER, ON, POLLED));
    expect(parseFrameRecording(`${HEADER}\n${ON}\n${POLLED}`)).toEqual(events);
    expect(parseFrameRecording(`${HEADER}\r\n${ON}\r\n${POLLED}\r\n`)).toEqual(events);
  });

  it('may have nothing but its header', () => {
    expect(FRAME_RECORDING_HEADER).toBe(HEADER);
    expect(parseFrameRecording(HEADER)).toEqual([]);
  });

  it('of any events is read back as these events', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 5 }), (events) => {
        const lines = events.map(formatRecordingEvent);
        expect(parseFrameRecording(textOf(HEADER, ...lines))).toEqual(events);
      }),
    );
  });

  it.each([
    ['', 1, 'expected a JSON object'],
    ['[]', 1, 'expected a JSON object'],
    ['null', 1, 'expected a JSON object'],
    [ON, 1, 'format: expected kazasu-frame-recording'],
    ['{"format":"kazasu-frame-recording","version":2}', 1, 'version: expected 1'],
    ['{"format":"kazasu-frame-recording","version":1,"x":1}', 1, 'expected no further field'],
    [textOf(HEADER, ON, ''), 3, 'expected a JSON object'],
    [textOf(HEADER, ON, POLLED.slice(0, -1)), 3, 'expected a JSON object'],
    [textOf(HEADER, '{"event":"power-on"}'), 2, 'atMs: expected a number from 0'],
    [textOf(HEADER, '{"atMs":-1,"event":"power-on"}'), 2, 'atMs: expected a number from 0'],
    [textOf(HEADER, '{"atMs":1e999,"event":"power-on"}'), 2, 'atMs: expected a number from 0'],
    [textOf(HEADER, '{"atMs":"0","event":"power-on"}'), 2, 'atMs: expected a number from 0'],
    [textOf(HEADER, POLLED, ON), 3, 'atMs: expected a time not before the last one'],
    [textOf(HEADER, '{"atMs":0,"event":"tear"}'), 2, 'event: expected power-on, power-off or'],
    [textOf(HEADER, '{"atMs":0,"event":"power-on","command":""}'), 2, 'expected no further field'],
    [textOf(HEADER, POLLED.replace('0600', '600')), 2, 'command: expected pairs of lower-case'],
    [textOf(HEADER, POLLED.replace('ffff', 'FFFF')), 2, 'command: expected pairs of lower-case'],
    [textOf(HEADER, POLLED.replace('1201', '12 01')), 2, 'response: expected pairs of lower-case'],
    [textOf(HEADER, SILENT.replace(',"response":null', '')), 2, 'response: expected pairs of'],
    [textOf(HEADER, SILENT.replace('null', 'null,"note":""')), 2, 'expected no further field'],
  ])('is not %j: line %i, %s', (text, line, expectation) => {
    const error = errorOf(text);
    expect(error.message).toContain(`frame recording line ${line}: ${expectation}`);
    expect(error).toMatchObject({ code: 'FRAME_RECORDING_INVALID', line });
  });

  it('shows nothing of the card in its error', () => {
    const error = errorOf(textOf(HEADER, POLLED.replace('12010112233445566778', '0112secret')));
    expect(`${error.message} ${error.stack}`).not.toContain('secret');
  });

  it('is read or refused, whatever the text', () => {
    const line = fc.oneof(fc.string(), fc.json(), fc.constantFrom(HEADER, ON, POLLED, SILENT));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 4 }), (lines) => {
        for (const text of [textOf(...lines), textOf(HEADER, ...lines)]) {
          try {
            parseFrameRecording(text);
          } catch (error) {
            expect(error).toBeInstanceOf(FrameRecordingError);
          }
        }
      }),
    );
  });
});

function errorOf(text: string): FrameRecordingError {
  try {
    parseFrameRecording(text);
  } catch (error) {
    if (error instanceof FrameRecordingError) return error;
    throw error;
  }
  throw new Error('expected a refusal');
}
