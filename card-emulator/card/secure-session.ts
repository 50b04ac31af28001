import {
  type AesMessage,
  type AesSession,
  openAesFrame,
  responseTransactionNumber,
  sealAesFrame,
} from '../felica/aes-messaging.ts';
import { responseCodeOf } from '../felica/command-code.ts';
import type { NodeCode } from '../felica/identifiers.ts';

/**
 * The card's end of a session, from Authentication2 on.
 *
 * A command is taken once: its transaction number must be above every number used before. What is
 * not taken leaves the session as it was, so that noise on the air, or somebody else's frame, cannot
 * end it. How genuine cards treat an exact repeat is not public; silence is what an independent
 * implementation of the card was seen to do.
 */
export class SecureSession {
  /** As listed in Authentication1: all that this session may touch. */
  readonly nodes: readonly NodeCode[];
  readonly #session: AesSession;
  /** Authentication2 was answered with 0. */
  #lastNumber = 0;

  constructor(session: AesSession, nodes: readonly NodeCode[]) {
    this.#session = session;
    this.nodes = nodes;
  }

  /** `undefined` for a frame that was not sealed for this session, and for an old one. */
  take(frame: Uint8Array): AesMessage | undefined {
    const message = openAesFrame(this.#session, frame);
    if (message === undefined || message.transactionNumber <= this.#lastNumber) return undefined;
    const responseNumber = responseTransactionNumber(message.transactionNumber);
    // With no number left for its answer a command is not done: nobody could learn that it was.
    if (responseNumber === undefined) return undefined;
    this.#lastNumber = responseNumber;
    return message;
  }

  /** The answer to the command taken last. */
  answer(command: AesMessage, payload: Uint8Array): Uint8Array {
    return sealAesFrame({
      session: this.#session,
      code: responseCodeOf(command.code),
      transactionNumber: this.#lastNumber,
      payload,
    });
  }
}
