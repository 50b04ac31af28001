import type { PayloadEnd } from '../felica/block-access.ts';
import type { NodeCode } from '../felica/identifiers.ts';
import type { CardNode, CardSystem, KeySlot } from './card-layout.ts';

/** What passes in a session once it is opened, whatever the scheme. */
export interface SecureMessage {
  /** Command or response code. */
  readonly code: number;
  readonly transactionNumber: number;
  readonly payload: Uint8Array;
}

/** What a block that changes a key puts into which place. */
export interface ChangedKey {
  readonly slot: KeySlot;
  readonly key: Uint8Array;
}

/** `undefined` for a block that was not made with the keys of the node and of the one around it. */
export type KeyChange = (
  system: CardSystem,
  node: CardNode,
  change: { readonly block: Uint8Array; readonly version: number },
) => ChangedKey | undefined;

/** The keys of one session, in a shape that the card can use without knowing its scheme. */
export interface SecureMessaging {
  /** `undefined` for a frame that was not sealed with these keys. */
  readonly open: (frame: Uint8Array) => SecureMessage | undefined;
  readonly seal: (message: SecureMessage) => Uint8Array;
  /** What may stand behind a payload. */
  readonly mayFollow: PayloadEnd;
  readonly readCode: number;
  readonly writeCode: number;
  /** What one packet of the scheme holds. */
  readonly readBlocksMax: number;
  readonly writeBlocksMax: number;
  /** Absent where keys cannot be changed: how the AES scheme does it is not public. */
  readonly changeKey: KeyChange | undefined;
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
