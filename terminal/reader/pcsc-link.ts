import type { BindingReport } from './pcsc-message.ts';
import { pcscVerdictOf } from './pcsc-number.ts';
import { ReaderError } from './reader.ts';

/** What is known about reader and card, from the last report. */
export type PcscLink =
  | { readonly state: 'down'; readonly reason: ReaderError }
  | { readonly state: 'empty' }
  /** A card may be there and is not connected, or not identified. It is tried again without end. */
  | { readonly state: 'unready'; readonly reason: ReaderError | undefined }
  /** A card is there, and waiting does not make it one that can be used. */
  | { readonly state: 'refused'; readonly reason: ReaderError }
  | { readonly state: 'ready' };

export interface ReaderNames {
  readonly name: string;
  /** What the configuration asked for; empty for any reader. */
  readonly wantedName: string;
}

/** The link after `report`, or `undefined` where the report is not about the link. */
export function linkAfter(report: BindingReport, names: ReaderNames): PcscLink | undefined {
  switch (report.kind) {
    case 'started': {
      const wanted = names.wantedName || 'any reader';
      return down('READER_NOT_FOUND', `no reader is plugged in; looked for: ${wanted}`);
    }
    case 'reader-ambiguous': {
      const wanted = names.wantedName === '' ? 'the terminal' : `"${names.wantedName}"`;
      const message = `more than one reader fits ${wanted}: ${report.names.join(', ')}`;
      return down('READER_AMBIGUOUS', message);
    }
    case 'reader-gone':
      return down('READER_DISCONNECTED', `${names.name}: was unplugged`);
    case 'card-gone':
      return { state: 'empty' };
    case 'reader-found':
      return { state: 'unready', reason: undefined };
    case 'card-unready':
      return { state: 'unready', reason: connectError(report.message) };
    case 'card-ready':
      return { state: 'ready' };
    case 'reader-seen':
    case 'answered':
    case 'failed':
    case 'binding-missing':
    case 'service-lost':
      return undefined;
  }
}

function down(code: ReaderError['code'], message: string): PcscLink {
  return { state: 'down', reason: new ReaderError(code, message) };
}

/** A card that left while it was being connected is no error: the next report says so. */
function connectError(message: string | undefined): ReaderError | undefined {
  if (message === undefined) return undefined;
  const verdict = pcscVerdictOf(message);
  const code = verdict.result === 'card-lost' ? 'CARD_UNREADABLE' : verdict.code;
  return new ReaderError(code, message);
}
