import { messageOf } from './card-slot.ts';
import type { BindingReport } from './pcsc-message.ts';
import type { ReaderWish } from './reader-choice.ts';

/** What every process around a binding does alike, at its end of the port to pcsc-binding.ts. */

/**
 * Longer than any packet with its status word. With less room the card executes the command and
 * the driver throws the answer away (readers.md 1.5, row 8).
 */
export const REPLY_BYTES_MAX = 300;

/** In the words and with the number of PC/SC. */
export const READER_GONE = 'the reader is gone (0x80100017)';

/** An ordinary exit waits for a card that hangs (readers.md 1.5, row 12). */
export function dieWithParent(): void {
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
}

/** What pcsc-binding.ts has given the process on its command line. */
export function readerWish(): ReaderWish {
  const [, , wantedName = '', lastName = ''] = process.argv;
  return { wantedName, lastName };
}

export function report(message: BindingReport): void {
  process.send?.(message);
}

/** The last word: nothing of the binding works after it. */
export function end(message: BindingReport): void {
  process.send?.(message, () => process.kill(process.pid, 'SIGKILL'));
}

/** After a failed disconnect nothing is certain about the connection: only a new process helps. */
export function giveUp(reason: unknown): void {
  end({ kind: 'service-lost', message: messageOf(reason) });
}
