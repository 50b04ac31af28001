import type { HitRecord, UnsealedHit } from '#batch/hit-record';
import type { PurseRecord, UnsealedRecord } from '#batch/record';
import type { RefundClaim, UnsealedRefundClaim } from '#batch/refund-claim';
import type { IDm, NodeCode } from '#felica/identifiers';
import type { SamKind } from '#purse/sam-kind';
import type { SamRoom } from '../debit/purse-limit.ts';
import type { LiteAuthentication } from './lite-session.ts';

export interface SamIdentity {
  readonly kind: SamKind;
  readonly samId: number;
  readonly issuerId: number;
  /** The key generations that it holds, newest first, at least one. */
  readonly keyVersions: readonly number[];
}

/**
 * Everything that needs a key. The terminal never sees one: it passes frames through.
 *
 * A `pos` SAM has no key of a service that could raise a balance, so whoever steals it can take
 * value from cards and can never make any. One with the key of Lite-S cards can make value on those
 * cards, whatever its kind (lite-s-profile.md).
 */
export interface Sam extends SamIdentity {
  /** Misuse has locked it: it authenticates to no card until an operator unlocks it. */
  readonly isLocked: boolean;
  /** What it may still seal before its records are collected; `undefined` if it has no ceilings. */
  readonly room: SamRoom | undefined;
  /**
   * Begins mutual authentication with a card under one of the generations; an earlier one of this SAM
   * is forgotten.
   */
  startAuthentication(idm: IDm, keyVersion: number): Promise<SamAuthentication>;
  /** Begins a session with a Lite-S; absent in a SAM that has not its key. */
  readonly startLiteAuthentication?: ((idm: IDm) => Promise<LiteAuthentication>) | undefined;
  /** Seals a record of this SAM with its own MAC. */
  seal(record: UnsealedRecord): Promise<PurseRecord>;
  /** The same for a hit of the hot list. */
  sealHit(hit: UnsealedHit): Promise<HitRecord>;
  /** The same for a refund that the issuer is to give. */
  sealRefundClaim(claim: UnsealedRefundClaim): Promise<RefundClaim>;
  /** Forgets its keys. Nothing may be asked of it after. */
  close(): Promise<void>;
}

/** Mutual authentication, step by step. Each method is called once, in this order. */
export interface SamAuthentication {
  /** The services that the session opens. Block list elements count in this order. */
  readonly services: readonly NodeCode[];
  /** The Authentication1 v2 frame. */
  readonly request: Uint8Array;
  /** The Authentication2 v2 frame, or `undefined` if the card does not know the keys. */
  answer(response: Uint8Array): Promise<Uint8Array | undefined>;
  /** The secure channel, or `undefined` if the card's answer is not authentic. */
  complete(response: Uint8Array): Promise<SecureChannel | undefined>;
}

/** One session with one card. It counts frames, so no frame can be built twice. */
export interface SecureChannel {
  seal(code: number, payload: Uint8Array): Promise<Uint8Array>;
  /** The payload of the answer to the last sealed frame, or `undefined` if it is not authentic. */
  open(responseCode: number, packet: Uint8Array): Promise<Uint8Array | undefined>;
}
