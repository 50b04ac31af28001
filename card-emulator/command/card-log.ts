import { randomBytes } from 'node:crypto';
import { historyOf } from '../card/card-inspection.ts';
import { openCardImage } from '../card/open-card.ts';
import { formatFrame } from '../felica/frame-text.ts';
import type { FrameRecording } from '../link/frame-recording.ts';
import { FRAME_RECORDING_HEADER, parseFrameRecording } from '../link/frame-recording.ts';
import type { HistoryEntry } from '../purse/history-block.ts';
import { describeEntry } from './card-text.ts';

export type CardLog =
  | { readonly kind: 'history'; readonly entries: readonly HistoryEntry[] }
  | { readonly kind: 'recording'; readonly events: FrameRecording };

/** Of a card image its history, of a recording its frames. Throws the coded error of the format. */
export function readLog(text: string): CardLog {
  if (text.startsWith(FRAME_RECORDING_HEADER)) {
    return { kind: 'recording', events: parseFrameRecording(text) };
  }
  return { kind: 'history', entries: historyOf(openCardImage(text, { random: randomBytes })) };
}

export function logLines(log: CardLog): readonly string[] {
  if (log.kind === 'history') {
    return log.entries.length === 0 ? ['no history'] : log.entries.map(describeEntry);
  }
  return log.events.flatMap((event) => {
    const time = `${event.atMs.toFixed(3).padStart(12)} ms  `;
    if (event.event !== 'exchange') return [`${time}${event.event}`];
    return exchangeLines(event.command, event.response).map((line) => `${time}${line}`);
  });
}

/** A command and its answer, a line each. */
export function exchangeLines(
  command: Uint8Array,
  response: Uint8Array | undefined,
): readonly string[] {
  const answer = response === undefined ? 'silence' : formatFrame(response, 'response');
  return [`> ${formatFrame(command, 'command')}`, `< ${answer}`];
}
