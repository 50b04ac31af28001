import { createHash } from 'node:crypto';
import type { EpochMs, Milliseconds } from '#units';
import { type PolledCard, type SelectedPurse, selectPurse } from './card/select-purse.ts';
import { debit, type TapOutcome } from './debit/debit.ts';
import type { HotListLookUp } from './debit/hot-list-hit.ts';
import { isOfRequest, knownSaleOf } from './debit/known-sale.ts';
import type { PurseSnapshot } from './debit/purse-card.ts';
import type { PurseRequest } from './debit/purse-intent.ts';
import type { PurseJournal } from './debit/purse-journal.ts';
import type { TerminalLimits } from './debit/purse-limit.ts';
import type { RiskFacts, RiskLimits } from './debit/risk-limit.ts';
import { type Reader, ReaderError } from './reader/reader.ts';
import type { Sam } from './sam/sam.ts';

export type NoTapReason =
  | 'no-card'
  | 'no-purse'
  | 'not-authentic'
  | 'card-left'
  | 'card-not-removed'
  | 'sale-id-reused'
  | 'sam-locked'
  | 'sam-cannot-void'
  | 'void-sale-unknown'
  | 'void-sale-unresolved';

/** What came of one request at the counter, told in words by debit-protocol.md. */
export type SaleOutcome =
  | TapOutcome
  /** Nothing was written: there was no card, none of ours, or the one of the sale before. */
  | {
      readonly outcome: 'no-tap';
      readonly reason: NoTapReason;
      readonly fault: ReaderError | undefined;
    };

export interface PurseTerminalOptions {
  readonly terminalId: number;
  readonly reader: Reader;
  readonly sam: Sam;
  readonly journal: PurseJournal;
  /** The rest of the limits is of the SAM and the card. */
  readonly limits: Omit<TerminalLimits, 'keyVersion' | 'samRoom'>;
  readonly now: () => EpochMs;
  readonly hotList?: HotListLookUp;
  readonly risk?: { readonly limits: RiskLimits; readonly facts: RiskFacts };
}

/**
 * One terminal with one reader. It takes one request at a time.
 *
 * Asking again with the same sale id never charges twice: an approved sale is answered from the
 * journal, and a half-done one is resolved from the card.
 */
export class PurseTerminal {
  readonly #options: PurseTerminalOptions;
  #lastCard: PolledCard | undefined;
  /** The reader's tap count when the last sale came to its end. */
  #finishedTap: number | undefined;

  constructor(options: PurseTerminalOptions) {
    this.#options = options;
  }

  /**
   * Waits up to `waitMs` for a card and writes its purse. Rejects with `JournalError` if an entry
   * could not be made durable, and with `SamError` if the token of the SAM fails; what the card did is
   * then found out at its next touch.
   */
  async tap(request: PurseRequest, waitMs: Milliseconds): Promise<SaleOutcome> {
    const known = await this.#options.journal.intentsOfSale(request.saleId);
    if (!known.every((journalled) => isOfRequest(journalled, request))) {
      return noTap('sale-id-reused', undefined);
    }
    const { done, pending } = knownSaleOf(known);
    if (done !== undefined) return { outcome: 'approved', ...done };
    // One tap pays one sale: a card left lying on the reader does not pay the next customer's.
    const isSameTap = this.#options.reader.tapCount === this.#finishedTap;
    if (isSameTap && !(await this.#cardRemoved(waitMs))) {
      return noTap('card-not-removed', undefined);
    }
    this.#finishedTap = undefined;
    const outcome = await this.#tapOnce(request, waitMs);
    // A sale that is half done stays so when no card comes, or the wrong one does.
    if (outcome.outcome === 'no-tap') {
      return pending === undefined ? outcome : { outcome: 'unresolved', intent: pending };
    }
    if (outcome.outcome !== 'unresolved') this.#finishedTap = this.#options.reader.tapCount;
    return outcome;
  }

  /**
   * Gives the sale back to its card, if it was the last thing that happened to that card's purse. The
   * void has an id of its own, made of the sale's: asking again gives nothing back twice.
   */
  async void(saleId: string, waitMs: Milliseconds): Promise<SaleOutcome> {
    if (this.#options.sam.kind !== 'pos-void') return noTap('sam-cannot-void', undefined);
    const { done, pending } = knownSaleOf(await this.#options.journal.intentsOfSale(saleId));
    if (done?.intent.kind !== 'debit') {
      return noTap(pending ? 'void-sale-unresolved' : 'void-sale-unknown', undefined);
    }
    const { intent } = done;
    const { amount } = intent;
    const request = { saleId: voidIdOf(saleId), kind: 'void', amount, voided: intent } as const;
    return this.tap(request, waitMs);
  }

  /** What a card holds, or `undefined` if none of ours was touched in time. Nothing is written. */
  async readPurse(waitMs: Milliseconds): Promise<PurseSnapshot | undefined> {
    const { reader, sam } = this.#options;
    if (sam.isLocked || !(await reader.waitForCard(waitMs))) return undefined;
    const selected = await selectPurse(reader, sam, this.#lastCard);
    if (selected.result !== 'selected') return undefined;
    this.#lastCard = selected.polledCard;
    return selected.card.read();
  }

  async #tapOnce(request: PurseRequest, waitMs: Milliseconds): Promise<SaleOutcome> {
    const { reader, sam } = this.#options;
    if (sam.isLocked) return noTap('sam-locked', undefined);
    let selected: SelectedPurse;
    try {
      if (!(await reader.waitForCard(waitMs))) return noTap('no-card', undefined);
      selected = await selectPurse(reader, sam, this.#lastCard);
    } catch (error) {
      if (error instanceof ReaderError) return noTap('no-card', error);
      throw error;
    }
    if (selected.result === 'not-authentic') return noTap('not-authentic', undefined);
    if (selected.result === 'no-purse') return noTap('no-purse', selected.fault);
    if (selected.result === 'lost') return noTap('card-left', selected.fault);
    this.#lastCard = selected.polledCard;
    const { terminalId, journal, limits, now, hotList, risk } = this.#options;
    return debit(request, {
      card: selected.card,
      journal,
      limits: { ...limits, keyVersion: selected.keyVersion, samRoom: sam.room },
      terminalId,
      now,
      executionTagOf: (number) => executionTag(terminalId, number),
      ...(hotList && { hotList }),
      ...(risk && { risk }),
    });
  }

  async #cardRemoved(waitMs: Milliseconds): Promise<boolean> {
    try {
      return await this.#options.reader.waitForRemoval(waitMs);
    } catch (error) {
      if (error instanceof ReaderError) return false;
      throw error;
    }
  }
}

/** The id under which the void of a sale stands in the journal. */
export function voidIdOf(saleId: string): string {
  return `void of ${saleId}`;
}

/** The low half of an execution ID: it ties the ID to one intent of one terminal. */
export function executionTag(terminalId: number, terminalTransactionNumber: number): number {
  const text = `${terminalId}:${terminalTransactionNumber}`;
  return createHash('sha256').update(text).digest().readUInt16BE(0);
}

function noTap(reason: NoTapReason, fault: ReaderError | undefined): SaleOutcome {
  return { outcome: 'no-tap', reason, fault };
}
