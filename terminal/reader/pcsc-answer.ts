import { pcscVerdictOf } from './pcsc-number.ts';
import { ReaderError } from './reader.ts';
import type { ReaderCodec } from './reader-codec.ts';

/** What came of one command to the binding. */
export type BindingAnswer =
  | { readonly result: 'answered'; readonly reply: Uint8Array }
  /** The binding's text, with its PC/SC number. */
  | { readonly result: 'failed'; readonly message: string }
  /** Nothing came in time: the process has been killed. */
  | { readonly result: 'hung'; readonly reason: ReaderError }
  | { readonly result: 'ended'; readonly reason: ReaderError };

/**
 * The card's packet, or `undefined` for everything that says no more than "lost, may have
 * executed": silence, an empty or cut reply, a card that was pulled or reset, a reader that hangs.
 * Throws {@link ReaderError} where reader or service failed.
 */
export function packetOf(codec: ReaderCodec, answer: BindingAnswer): Uint8Array | undefined {
  switch (answer.result) {
    case 'answered':
      return packetIn(codec, answer.reply);
    case 'failed': {
      const verdict = pcscVerdictOf(answer.message);
      if (verdict.result === 'card-lost') return undefined;
      throw new ReaderError(verdict.code, answer.message);
    }
    case 'hung':
      return undefined;
    case 'ended':
      throw answer.reason;
  }
}

function packetIn(codec: ReaderCodec, reply: Uint8Array): Uint8Array | undefined {
  const unwrapped = codec.unwrap(reply);
  switch (unwrapped.result) {
    case 'packet':
      return unwrapped.packet;
    case 'silent':
    case 'broken':
      return undefined;
    case 'refused': {
      const statusWord = unwrapped.statusWord.toString(16);
      throw new ReaderError('READER_UNSUPPORTED', `${codec.name}: status word ${statusWord}`);
    }
  }
}
