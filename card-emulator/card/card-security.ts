import type { CardMode } from '../felica/inquiry.ts';
import type { AuthenticationAnswer, AuthenticationStarted } from './secure-scheme.ts';
import { SecureSession } from './secure-session.ts';

/** What the card forgets without power. */
type Authentication =
  | { readonly mode: 0 }
  | { readonly mode: 1; readonly started: AuthenticationStarted }
  | {
      readonly mode: 2;
      readonly started: AuthenticationStarted;
      readonly session: SecureSession;
    };

const MODE_0: Authentication = { mode: 0 };

/** How far a reader has proven that it knows the keys: the mode of the card (M617 §4.3). */
export class CardSecurity {
  #authentication: Authentication = MODE_0;

  get mode(): CardMode {
    return this.#authentication.mode;
  }

  /** In Mode 2 only. */
  get session(): SecureSession | undefined {
    return this.#authentication.mode === 2 ? this.#authentication.session : undefined;
  }

  reset(): void {
    this.#authentication = MODE_0;
  }

  /** An answered Authentication1 throws an older session away; without an answer nothing changes. */
  begin(answer: AuthenticationAnswer | undefined): Uint8Array | undefined {
    if (answer === undefined) return undefined;
    this.#authentication = { mode: 1, started: answer.started };
    return answer.response;
  }

  /**
   * Authentication2. In Mode 2 an exact repeat is answered with the same bytes. It must not begin a
   * new session: the transaction numbers would start again, and old commands could be replayed.
   */
  complete(frame: Uint8Array): Uint8Array | undefined {
    const authentication = this.#authentication;
    if (authentication.mode === 0) return undefined;
    const { started } = authentication;
    const answer = started.complete(frame);
    if (answer === undefined) return undefined;
    if (authentication.mode === 1) {
      const session = new SecureSession(answer.messaging, started.nodes);
      this.#authentication = { mode: 2, started, session };
    }
    return answer.response;
  }
}
