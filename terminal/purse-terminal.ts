import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { EpochMs, Milliseconds } from '#units';
import { type PolledCard, type SelectedPurse, selectPurse } from './card/select-purse.ts';
import { type CardReading, readAndSettle } from './debit/card-reading.ts';
import {
  approvedBefore,
  type DebitDependencies,
  debit,
  type TapOutcome,
  type TapRefusal,
} from './debit/debit.ts';
import type { HotListLookUp } from './debit/hot-list-hit.ts';
import { IncrementalDebit } from './debit/incremental-debit.ts';
import { isOfRequest, isReservedId, knownSaleOf, voidIdOf } from './debit/known-sale.ts';
import {
  type GivenPendingLoads,
  givePendingLoads,
  type PendingLoadSource,
} from './debit/pending-load.ts';
import type { PurseCard, PurseSnapshot } from './debit/purse-card.ts';
import type { PurseRequest } from './debit/purse-intent.ts';
import type { PurseIntent, PurseJournal, Refund } from './debit/purse-journal.ts';
import type { TerminalLimits } from './debit/purse-limit.ts';
import {
  type GivenRefunds,
  giveRefunds,
  isGiven,
  isTooLate,
  type RefundNotice,
  type RefundRegistration,
  type RefundRequest,
  refundedSaleOf,
  registerRefund,
} from './debit/refund.ts';
import type { RiskFacts, RiskLimits } from './debit/risk-limit.ts';
import { type Reader, ReaderError } from './reader/reader.ts';
import type { Sam } from './sam/sam.ts';

export type NoTapReason =
  | 'no-card'
  | 'no-purse'
  | 'two-cards'
  | 'not-authentic'
  | 'card-left'
  | 'card-not-removed'
  | 'sale-id-reused'
  | 'session-over'
  | 'sam-locked'
  | 'sam-cannot-void'
  | 'void-sale-unknown'
  | 'void-sale-unresolved'
  | 'void-sale-refunded';

/** What came of one request at the counter, told in words by debit-protocol.md. */
export type SaleOutcome = (
  | TapOutcome
  /** Nothing was written: there was no card, none of ours, or the one of the sale before. */
  | {
      readonly outcome: 'no-tap';
      readonly reason: NoTapReason;
      readonly fault: ReaderError | undefined;
    }
) &
  WithRefunds;

/** What the touch meant for refunds that waited for this card, besides what it was for. */
interface WithRefunds {
  readonly refunds?: readonly RefundNotice[];
}

/** What came of asking a sale back, told in words by debit-protocol.md. */
export type RefundOutcome = (
  | {
      readonly outcome: 'given';
      readonly refund: Refund;
      /** The cashback, which may also have given other parts of the sale. */
      readonly intent: PurseIntent;
    }
  /** On disk, and given at the next touch of its card, if that can be at all. */
  | {
      readonly outcome: 'pending';
      readonly refund: Refund;
      readonly reason: TapRefusal | NoTapReason;
    }
  | { readonly outcome: 'unresolved'; readonly refund: Refund }
  | {
      readonly outcome: 'not-registered';
      readonly reason: Extract<RefundRegistration, { readonly result: 'refused' }>['reason'];
    }
) &
  WithRefunds;

/** What came of opening a session for several debits. */
export type SessionStart =
  | ({
      readonly outcome: 'open';
      readonly session: IncrementalDebit;
      readonly snapshot: PurseSnapshot;
    } & WithRefunds)
  | NoTap;

/** What came of asking what waits at the issuer for a card. */
export type PendingLoadOutcome = ({ readonly outcome: 'read' } & GivenPendingLoads) | NoTap;

/** What came of reading a card. */
export type CardReadOutcome = { readonly outcome: 'read'; readonly reading: CardReading } | NoTap;

type SelectedCard = Extract<SelectedPurse, { readonly result: 'selected' }>;

export interface PurseTerminalOptions {
  readonly terminalId: number;
  readonly reader: Reader;
  readonly sam: Sam;
  readonly journal: PurseJournal;
  /** The rest of the limits is of the SAM and the card. */
  readonly limits: Omit<TerminalLimits, 'keyVersion' | 'samRoom'>;
  readonly now: () => EpochMs;
  /** A list, or who is asked for the newest before each touch. */
  readonly hotList?: HotListLookUp | (() => Promise<HotListLookUp | undefined>);
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
  #session: IncrementalDebit | undefined;
  /** Another one only between touches. */
  #hotList: HotListLookUp | undefined;

  constructor(options: PurseTerminalOptions) {
    this.#options = options;
  }

  /**
   * Waits up to `waitMs` for a card and writes its purse. Rejects with `JournalError` if an entry
   * could not be made durable, and with `SamError` if the token of the SAM fails; what the card did is
   * then found out at its next touch.
   */
  async tap(request: PurseRequest, waitMs: Milliseconds): Promise<SaleOutcome> {
    if (isReservedId(request)) return noTap('sale-id-reused', undefined);
    const known = await this.#options.journal.intentsOfSale(request.saleId);
    if (!known.every((journalled) => isOfRequest(journalled, request))) {
      return noTap('sale-id-reused', undefined);
    }
    const { done, pending } = knownSaleOf(known);
    if (done !== undefined) return approvedBefore(done, this.#options.journal);
    if (!(await this.#cardBeforeLeft(waitMs))) return noTap('card-not-removed', undefined);
    const outcome = await this.#tapOnce(request, waitMs);
    // A sale that is half done stays so when no card comes, or the wrong one does.
    if (outcome.outcome === 'no-tap' && outcome.refunds === undefined) {
      return pending === undefined ? outcome : { outcome: 'unresolved', intent: pending };
    }
    if (outcome.outcome === 'no-tap') return this.#afterLostRefund(request, outcome);
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
    const ofVoid = knownSaleOf(await this.#options.journal.intentsOfSale(voidIdOf(saleId)));
    const givenBack = ofVoid.done?.intent ?? ofVoid.pending;
    const { claimed } = await this.#options.journal.refundsOfSale(saleId);
    const isOtherAmount = (givenBack?.amount ?? amount) !== amount;
    if (isOtherAmount || claimed > 0) return noTap('void-sale-refunded', undefined);
    const request = { saleId: voidIdOf(saleId), kind: 'void', amount, voided: intent } as const;
    return this.tap(request, waitMs);
  }

  /**
   * Notes durably that a sale that was paid here, or a part of it, is to be given back to its card, and
   * gives it back at once if that card is there within `waitMs` and the sale is its last write. Otherwise
   * it is given at the card's next touch here. Rejects as {@link tap} does.
   */
  async refund(request: RefundRequest, waitMs: Milliseconds): Promise<RefundOutcome> {
    const { journal, sam } = this.#options;
    const registration = await registerRefund(request, journal);
    if (registration.result === 'refused') {
      return { outcome: 'not-registered', reason: registration.reason };
    }
    const { refund } = registration;
    const before = await this.#refundGiven(refund);
    if (before.given !== undefined) return before.given;
    if (sam.kind !== 'pos-void') return { outcome: 'pending', refund, reason: 'sam-cannot-void' };
    if (before.isTooLate) return { outcome: 'pending', refund, reason: 'void-not-last' };
    const selected = await this.#select(waitMs);
    if (selected.result === 'no-tap') {
      return { outcome: 'pending', refund, reason: selected.outcome.reason };
    }
    const { notices } = await this.#giveRefunds(selected);
    const refunds = { ...(notices.length > 0 && { refunds: notices }) };
    const after = await this.#refundGiven(refund);
    // The card that was given something back does not pay for the next customer.
    const isGivenAny = notices.some(({ result }) => result === 'given');
    if (isGivenAny) this.#finishedTap = this.#options.reader.tapCount;
    if (after.given !== undefined) return { ...after.given, ...refunds };
    const notice = notices.find(({ saleId }) => saleId === refund.saleId);
    if (notice?.result === 'unresolved') return { outcome: 'unresolved', refund, ...refunds };
    const reason = notice?.result === 'waiting' ? notice.reason : 'void-other-card';
    return { outcome: 'pending', refund, reason, ...refunds };
  }

  /**
   * Loads what waits at the issuer for the card that is there within `waitMs`. Rejects as {@link tap}
   * does, and with `UplinkError` where the issuer cannot be asked: nothing is written then.
   */
  async loadPending(source: PendingLoadSource, waitMs: Milliseconds): Promise<PendingLoadOutcome> {
    if (!(await this.#cardBeforeLeft(waitMs))) return noTap('card-not-removed', undefined);
    const selected = await this.#select(waitMs);
    if (selected.result === 'no-tap') return selected.outcome;
    const { card, keyVersion } = selected;
    const loads = await givePendingLoads(source, () => this.#debitDependencies(card, keyVersion));
    if (loads.given.length > 0) this.#finishedTap = this.#options.reader.tapCount;
    return { outcome: 'read', ...loads };
  }

  /**
   * What a card holds, and its log if that is asked for. Nothing is written to it; what was half done
   * on it is settled. Rejects as {@link tap} does.
   */
  async readCard(
    waitMs: Milliseconds,
    { withHistory = false }: { readonly withHistory?: boolean } = {},
  ): Promise<CardReadOutcome> {
    const selected = await this.#select(waitMs);
    if (selected.result === 'no-tap') return selected.outcome;
    const dependencies = this.#debitDependencies(selected.card, selected.keyVersion);
    const reading = await readAndSettle(withHistory, dependencies);
    return reading === undefined ? noTap('card-left', undefined) : { outcome: 'read', reading };
  }

  /**
   * Waits for a card and opens a session in which it pays several amounts, one sale each. Nothing is
   * written yet, and the next tap or session here ends this one.
   */
  async openSession(waitMs: Milliseconds): Promise<SessionStart> {
    if (!(await this.#cardBeforeLeft(waitMs))) return noTap('card-not-removed', undefined);
    const selected = await this.#select(waitMs);
    if (selected.result === 'no-tap') return selected.outcome;
    const { card, keyVersion } = selected;
    const { notices, isCardLost } = await this.#giveRefunds(selected);
    const refunds = { ...(notices.length > 0 && { refunds: notices }) };
    const snapshot = isCardLost ? undefined : await card.read();
    if (snapshot === undefined) return { ...noTap('card-left', undefined), ...refunds };
    const { reader, journal } = this.#options;
    const session = new IncrementalDebit({
      card,
      snapshot,
      journal,
      debitDependencies: (sessionCard) => this.#debitDependencies(sessionCard, keyVersion),
      onOutcome: ({ outcome }) => {
        if (outcome !== 'unresolved') this.#finishedTap = reader.tapCount;
      },
    });
    this.#session = session;
    return { outcome: 'open', session, snapshot, ...refunds };
  }

  async #tapOnce(request: PurseRequest, waitMs: Milliseconds): Promise<SaleOutcome> {
    const selected = await this.#select(waitMs);
    if (selected.result === 'no-tap') return selected.outcome;
    const dependencies = this.#debitDependencies(selected.card, selected.keyVersion);
    // Whoever voids a sale gives back that one, and nothing else with it.
    if (request.kind === 'void') return debit(request, dependencies);
    const { notices, isCardLost } = await this.#giveRefunds(selected);
    if (notices.length === 0) return debit(request, dependencies);
    const outcome = isCardLost
      ? noTap('card-left', undefined)
      : await debit(request, this.#debitDependencies(selected.card, selected.keyVersion));
    return { ...outcome, refunds: notices };
  }

  /** What is to be given back to the card in the field is given before anything else is done to it. */
  #giveRefunds({ card, keyVersion }: SelectedCard): Promise<GivenRefunds> {
    const mayVoid = this.#options.sam.kind === 'pos-void';
    return giveRefunds(this.#debitDependencies(card, keyVersion), mayVoid);
  }

  /** The card left while it was given something back; what was known of the sale may be known better. */
  async #afterLostRefund(request: PurseRequest, outcome: SaleOutcome): Promise<SaleOutcome> {
    const { journal } = this.#options;
    const { refunds = [] } = outcome;
    const known = knownSaleOf(await journal.intentsOfSale(request.saleId));
    if (known.done !== undefined) {
      return { ...(await approvedBefore(known.done, journal)), refunds };
    }
    const { pending } = known;
    return pending === undefined ? outcome : { outcome: 'unresolved', intent: pending, refunds };
  }

  async #refundGiven(refund: Refund): Promise<{
    readonly given: Extract<RefundOutcome, { readonly outcome: 'given' }> | undefined;
    readonly isTooLate: boolean;
  }> {
    const refunded = await refundedSaleOf(refund.saleId, this.#options.journal);
    assert(refunded !== undefined, 'only a sale that was paid here is asked back');
    const { given } = refunded;
    const isGivenNow = given !== undefined && isGiven(refund, refunded);
    return {
      given: isGivenNow ? { outcome: 'given', refund, intent: given.intent } : undefined,
      isTooLate: isTooLate(refunded),
    };
  }

  /** A new authentication, which ends the session that was open. */
  async #select(waitMs: Milliseconds): Promise<SelectedCard | NoPurse> {
    this.#session?.end();
    this.#session = undefined;
    const { reader, sam, hotList } = this.#options;
    if (sam.isLocked) return noPurse('sam-locked');
    this.#hotList = typeof hotList === 'function' ? await hotList() : hotList;
    let selected: SelectedPurse;
    try {
      if (!(await reader.waitForCard(waitMs))) return noPurse('no-card');
      selected = await selectPurse(reader, sam, this.#lastCard);
    } catch (error) {
      if (error instanceof ReaderError) return noPurse('no-card', error);
      throw error;
    }
    if (selected.result === 'not-authentic' || selected.result === 'two-cards') {
      return noPurse(selected.result);
    }
    if (selected.result === 'no-purse') return noPurse('no-purse', selected.fault);
    if (selected.result === 'lost') return noPurse('card-left', selected.fault);
    this.#lastCard = selected.polledCard;
    return selected;
  }

  #debitDependencies(card: PurseCard, keyVersion: number): DebitDependencies {
    const { sam, terminalId, journal, limits, now, risk } = this.#options;
    const hotList = this.#hotList;
    return {
      card,
      journal,
      limits: { ...limits, keyVersion, samRoom: sam.room },
      terminalId,
      now,
      executionTagOf: (number) => executionTag(terminalId, number),
      ...(hotList && { hotList }),
      ...(risk && { risk }),
    };
  }

  /** One tap pays one sale: a card left lying on the reader does not pay the next customer's. */
  async #cardBeforeLeft(waitMs: Milliseconds): Promise<boolean> {
    const isSameTap = this.#options.reader.tapCount === this.#finishedTap;
    if (isSameTap && !(await this.#cardRemoved(waitMs))) return false;
    this.#finishedTap = undefined;
    return true;
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

/** The low half of an execution ID: it ties the ID to one intent of one terminal. */
export function executionTag(terminalId: number, terminalTransactionNumber: number): number {
  const text = `${terminalId}:${terminalTransactionNumber}`;
  return createHash('sha256').update(text).digest().readUInt16BE(0);
}

type NoTap = Extract<SaleOutcome, { readonly outcome: 'no-tap' }>;

interface NoPurse {
  readonly result: 'no-tap';
  readonly outcome: NoTap;
}

function noPurse(reason: NoTapReason, fault?: ReaderError): NoPurse {
  return { result: 'no-tap', outcome: noTap(reason, fault) };
}

function noTap(reason: NoTapReason, fault: ReaderError | undefined): NoTap {
  return { outcome: 'no-tap', reason, fault };
}
