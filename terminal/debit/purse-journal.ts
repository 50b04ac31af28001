import type { EpochMs, Yen } from '#units';
import type { OtherProfile, PurseWrite } from './purse-card.ts';

/** A purse write that is about to happen. It is on disk before the card hears of it. */
export interface PurseIntent extends PurseWrite {
  /** The sale, or the load, at the counter: whoever retries it uses the same id. */
  readonly saleId: string;
  readonly idm: Uint8Array;
  /** Absent for a Standard card. */
  readonly cardProfile?: OtherProfile | undefined;
  readonly keyVersion: number;
  /** From 1, one for each intent of this terminal. */
  readonly terminalTransactionNumber: number;
  readonly amount: Yen;
  /** What the sale came to, where the purse held less and its holder pays the rest otherwise. */
  readonly asked?: Yen | undefined;
  readonly balanceBefore: Yen;
  readonly balanceAfter: Yen;
  readonly cardCounter: number;
  readonly executionId: Uint8Array;
  /** Of a load, what paid for it. Absent: the cash that was taken. */
  readonly fundedBy?: 'pending-load' | undefined;
  /** What the card certified of its write before: its terminal may not have heard of it. */
  readonly certificateBefore?: Uint8Array | undefined;
  readonly time: EpochMs;
}

/** What became of an intent. An intent without an outcome is unresolved. */
export type PurseIntentOutcome =
  | {
      readonly state: 'done';
      readonly resolution: 'at-tap' | 'at-re-tap';
      readonly certificate: Uint8Array | undefined;
    }
  | { readonly state: 'not-done'; readonly detail: string }
  /** Another terminal was in between and the card's log has rotated: only the issuer can tell. */
  | { readonly state: 'centre-match' }
  /** Nobody came back with the card for so long that nobody waits. If it does come, it still tells. */
  | { readonly state: 'expired' };

export interface JournalledIntent {
  readonly intent: PurseIntent;
  readonly outcome: PurseIntentOutcome | undefined;
}

/** Something that is to be given back of a sale, to the card that paid it. */
export interface Refund {
  /** Whoever asks for it again uses the same id. */
  readonly refundId: string;
  readonly saleId: string;
  readonly amount: Yen;
  /** Of the card that paid. */
  readonly idm: Uint8Array;
}

export interface RefundsOfSale {
  /** Oldest first. */
  readonly refunds: readonly Refund[];
  /** When the first of them was asked for; absent where none was. */
  readonly askedAt?: EpochMs | undefined;
  /** The card came, and had been used since: a cashback cannot give the sale back any more. */
  readonly isMissed: boolean;
  /** How much of it the issuer was asked to give. */
  readonly claimed: Yen;
}

/** A card of the hot list was touched. */
export interface HotListHit {
  readonly idm: Uint8Array;
  readonly time: EpochMs;
  /** Of the list that named it. */
  readonly sequence: number;
  /** Whether its validity purse is known to be empty. */
  readonly isBlockedOnCard: boolean;
}

/**
 * The terminal's memory. A promise of `record…` resolves only when the entry would survive a power
 * cut, and rejects otherwise; entries are never changed.
 */
export interface PurseJournal {
  nextTransactionNumber(): Promise<number>;
  /** `roomBytes`: what this journal told of its room at this tap; absent, it looks itself. */
  recordIntent(intent: PurseIntent, roomBytes?: number): Promise<void>;
  /** `done` also seals the record for the batch, in the same commit. */
  recordOutcome(intent: PurseIntent, outcome: PurseIntentOutcome): Promise<void>;
  /** Every intent of this sale, oldest first. */
  intentsOfSale(saleId: string): Promise<readonly JournalledIntent[]>;
  /** `undefined` for a number that was not given, or whose intent a damage took. */
  intentOfNumber(terminalTransactionNumber: number): Promise<PurseIntent | undefined>;
  /** Intents of this card that it can still tell about: without an outcome, or expired. Oldest first. */
  unresolvedIntentsOf(idm: Uint8Array): Promise<readonly PurseIntent[]>;
  /** The same hit (card, list, whether blocked) is kept once, however often the card is touched. */
  recordHotListHit(hit: HotListHit): Promise<void>;
  recordRefund(refund: Refund): Promise<void>;
  recordMissedRefund(saleId: string): Promise<void>;
  refundOfId(refundId: string): Promise<Refund | undefined>;
  refundsOfSale(saleId: string): Promise<RefundsOfSale>;
  /** The ids of the sales that this card paid and of which something is to be given back, oldest first. */
  refundedSalesOf(idm: Uint8Array): Promise<readonly string[]>;
}
