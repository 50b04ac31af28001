import { responseTransactionNumber } from '../felica/aes-messaging.ts';
import { responseCodeOf } from '../felica/command-code.ts';
import type { NodeCode } from '../felica/identifiers.ts';
import type { SecureMessage, SecureMessaging } from './secure-scheme.ts';

/**
 * The card's end of a session, from Authentication2 on.
 *
 * A command is taken once: its transaction number must be above every number used before. What is
 * not taken leaves the session as it was, so that noise on the air, or somebody else's frame, cannot
 * end it. How genuine cards treat an exact repeat is not public; silence is what an independent
 * implementation of the card was seen to do.
 */
export class SecureSession {
  readonly messaging: SecureMessaging;
  /** As listed in Authentication1: all that this session may touch. */
  readonly nodes: readonly NodeCode[];
  /** Authentication2 was answered with 0. */
  #lastNumber = 0;

  constructor(messaging: SecureMessaging, nodes: readonly NodeCode[]) {
    this.messaging = messaging;
    this.nodes = nodes;
  }

  /** `undefined` for a frame that was not sealed for this session, and for an old one. */
  take(frame: Uint8Array): SecureMessage | undefined {
    const message = this.messaging.open(frame);
    if (message === undefined || message.transactionNumber <= this.#lastNumber) return undefined;
    const responseNumber = responseTransactionNumber(message.transactionNumber);
    // With no number left for its answer a command is not done: nobody could learn that it was.
    if (responseNumber === undefined) return undefined;
    this.#lastNumber = responseNumber;
    return message;
  }

  /** The answer to the command taken last. */
  answer(command: SecureMessage, payload: Uint8Array): Uint8Array {
    return this.messaging.seal({
      code: responseCodeOf(command.code),
      transactionNumber: this.#lastNumber,
      payload,
    });
  }
}
