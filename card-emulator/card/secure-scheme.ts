import type { NodeCode } from '../felica/identifiers.ts';

/** What passes in a session once it is opened, whatever the scheme. */
export interface SecureMessage {
  /** Command or response code. */
  readonly code: number;
  readonly transactionNumber: number;
  readonly payload: Uint8Array;
}

/** The keys of one session, in a shape that the card can use without knowing its scheme. */
export interface SecureMessaging {
  /** `undefined` for a frame that was not sealed with these keys. */
  readonly open: (frame: Uint8Array) => SecureMessage | undefined;
  readonly seal: (message: SecureMessage) => Uint8Array;
  readonly readCode: number;
  readonly writeCode: number;
  /** What one packet of the scheme holds. */
  readonly readBlocksMax: number;
  readonly writeBlocksMax: number;
}

/** Between the answer to Authentication1 and Authentication2. It holds secrets: do not log it. */
export interface AuthenticationStarted {
  /** As block list elements count them: all that the session may touch. */
  readonly nodes: readonly NodeCode[];
  /** `undefined` is silence, for a reader without the keys. */
  readonly complete: (
    frame: Uint8Array,
  ) => { readonly response: Uint8Array; readonly messaging: SecureMessaging } | undefined;
}

export interface AuthenticationAnswer {
  readonly response: Uint8Array;
  readonly started: AuthenticationStarted;
}
