import type { CardData } from '#purse/card-data';
import type { HistoryEntry } from '#purse/history-block';
import type { PurseBlock } from '#purse/purse-block';

/** What one Read tells of a card. */
export interface PurseSnapshot {
  readonly purse: PurseBlock;
  /** The validity purse: a card that holds nothing in it was blocked for good. */
  readonly validity: PurseBlock;
  /** The head of the card's log, unless the card was never written. */
  readonly newestEntry: HistoryEntry | undefined;
  /** The card's own certificate of its last purse write, if it has one of that write. */
  readonly lastCertificate?: Uint8Array | undefined;
  /** `undefined` for a card whose scheme version this terminal does not know. */
  readonly cardData: CardData | undefined;
}

/** A `void` gives the last debit of the card back. */
export type PurseWriteKind = 'load' | 'debit' | 'void';

/** Both blocks of one purse write, as they go to the card: a retry sends the same bytes. */
export interface PurseWrite {
  readonly kind: PurseWriteKind;
  readonly purseBlock: Uint8Array;
  readonly historyBlock: Uint8Array;
}

export type PurseWriteResult =
  | { readonly result: 'written' }
  /** The card answered, under its MAC, that it wrote nothing. */
  | { readonly result: 'refused'; readonly detail: string }
  /** Silence, nonsense, a failed memory or a broken reader: the card may have written. */
  | { readonly result: 'lost' };

/** A card that is no Standard card. */
export type OtherProfile = 'lite-s';

/**
 * An authenticated purse in the field, until it is lost. One call at a time.
 *
 * No method repeats a frame by itself: an encrypted frame is never sent twice.
 */
export interface PurseCard {
  readonly idm: Uint8Array;
  /** `undefined` for a Standard card. */
  readonly profile: OtherProfile | undefined;
  /** `undefined` if the card was lost; nothing was written then. */
  read(): Promise<PurseSnapshot | undefined>;
  /** The whole log, newest first, without blocks that were never written; `undefined` if lost. */
  readHistory(): Promise<readonly HistoryEntry[] | undefined>;
  /** Purse and history, wholly or as if not at all: what the evidence of a torn write says stays true. */
  write(write: PurseWrite): Promise<PurseWriteResult>;
  /** What proves the last purse write to the issuer, if it is the one with this execution ID. */
  readCertificate(executionId: Uint8Array): Promise<Uint8Array | undefined>;
  /** Writes a decrement of the validity purse; the same one twice blocks as once. */
  block(validityBlock: Uint8Array): Promise<PurseWriteResult>;
}
