import { Buffer } from 'node:buffer';
import { parseJson } from '../json-text.ts';
import { type Milliseconds, milliseconds } from '../units.ts';

/** One thing that happened to a card, with the time since the recording began. */
export type FrameRecordingEvent =
  | { readonly event: 'power-on' | 'power-off'; readonly atMs: Milliseconds }
  | {
      readonly event: 'exchange';
      /** When the command came. */
      readonly atMs: Milliseconds;
      readonly command: Uint8Array;
      /** `undefined` is silence. */
      readonly response: Uint8Array | undefined;
    };

/** In the order of time. */
export type FrameRecording = readonly FrameRecordingEvent[];

/**
 * A text that is no recording. `line` counts from 1. The content is never shown: a recording has what
 * was on the card.
 */
export class FrameRecordingError extends Error {
  readonly code = 'FRAME_RECORDING_INVALID';
  readonly line: number;

  constructor(line: number, expectation: string) {
    super(`frame recording line ${line}: ${expectation}`);
    this.name = 'FrameRecordingError';
    this.line = line;
  }
}

const FORMAT = 'kazasu-frame-recording';
const VERSION = 1;
const HEX = /^(?:[0-9a-f]{2})*$/;

/** The first line of a recording, without its line end. */
export const FRAME_RECORDING_HEADER: string = JSON.stringify({ format: FORMAT, version: VERSION });

/** One line of a recording, without its line end. */
export function formatRecordingEvent(event: FrameRecordingEvent): string {
  if (event.event !== 'exchange') return JSON.stringify({ atMs: event.atMs, event: event.event });
  const { atMs, command, response } = event;
  return JSON.stringify({
    atMs,
    event: event.event,
    command: hex(command),
    response: response === undefined ? null : hex(response),
  });
}

/** Throws `FrameRecordingError` for the first line that is not as link/README.md says. */
export function parseFrameRecording(text: string): FrameRecording {
  const [header = '', ...lines] = text.replace(/\r?\n$/, '').split(/\r?\n/);
  requireHeader(header);
  let atMsBefore = 0;
  return lines.map((line, index) => {
    const event = parseEvent(line, index + 2);
    if (event.atMs < atMsBefore) {
      throw new FrameRecordingError(index + 2, 'atMs: expected a time not before the last one');
    }
    atMsBefore = event.atMs;
    return event;
  });
}

function requireHeader(line: string): void {
  const fields = parseFields(line, 1);
  const { format, version, ...rest } = fields;
  if (format !== FORMAT) throw new FrameRecordingError(1, `format: expected ${FORMAT}`);
  if (version !== VERSION) throw new FrameRecordingError(1, `version: expected ${VERSION}`);
  requireNoMore(rest, 1);
}

function parseEvent(text: string, line: number): FrameRecordingEvent {
  const { atMs: at, event, ...rest } = parseFields(text, line);
  if (typeof at !== 'number' || !Number.isFinite(at) || at < 0) {
    throw new FrameRecordingError(line, 'atMs: expected a number from 0');
  }
  const atMs = milliseconds(at);
  if (event === 'power-on' || event === 'power-off') {
    requireNoMore(rest, line);
    return { event, atMs };
  }
  if (event !== 'exchange') {
    throw new FrameRecordingError(line, 'event: expected power-on, power-off or exchange');
  }
  const { command, response, ...more } = rest;
  requireNoMore(more, line);
  return {
    event,
    atMs,
    command: parseBytes('command', command, line),
    response: response === null ? undefined : parseBytes('response', response, line),
  };
}

function parseFields(text: string, line: number): Readonly<Record<string, unknown>> {
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new FrameRecordingError(line, 'expected a JSON object');
  }
  return { ...value };
}

/** What a later version may say in a further field is not for this one to leave out. */
function requireNoMore(rest: Readonly<Record<string, unknown>>, line: number): void {
  if (Object.keys(rest).length > 0) {
    throw new FrameRecordingError(line, 'expected no further field');
  }
}

function parseBytes(name: string, value: unknown, line: number): Uint8Array {
  if (typeof value !== 'string' || !HEX.test(value)) {
    throw new FrameRecordingError(line, `${name}: expected pairs of lower-case hexadecimal digits`);
  }
  return Uint8Array.from(Buffer.from(value, 'hex'));
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
