import { addYen, type EpochMs, subtractYen, sumYen, type Yen, yen } from '#units';
import { type DebitDependencies, debit, type TapRefusal } from './debit.ts';
import { knownSaleOf, voidIdOf } from './known-sale.ts';
import type { PurseRequest } from './purse-intent.ts';
import type { PurseIntent, PurseJournal, Refund } from './purse-journal.ts';

/** A sale that was paid here, and what of it was asked back and given back. */
export interface RefundedSale {
  readonly sale: PurseIntent;
  /** Oldest first. Together never more than the sale. */
  readonly refunds: readonly Refund[];
  /** When the first of them was asked for. */
  readonly askedAt?: EpochMs | undefined;
  /** What the card was given back by its one cashback, with or without a refund. */
  readonly given: { readonly intent: PurseIntent; readonly resolution: Resolution } | undefined;
  /** A cashback of which nobody knows yet whether the card did it. */
  readonly halfDone: PurseIntent | undefined;
  /** The card was used since: no cashback can give back this sale any more. */
  readonly isMissed: boolean;
  /** How much of it the issuer was asked to give: it waits there for a load. */
  readonly claimed: Yen;
}

type Resolution = 'at-tap' | 'at-re-tap';

/** What a touch of a card meant for a refund that waited for it. */
export type RefundNotice =
  | {
      readonly result: 'given';
      readonly saleId: string;
      readonly amount: Yen;
      readonly intent: PurseIntent;
      readonly resolution: Resolution;
    }
  | { readonly result: 'unresolved'; readonly saleId: string; readonly amount: Yen }
  | {
      readonly result: 'waiting';
      readonly saleId: string;
      readonly amount: Yen;
      readonly reason: TapRefusal | 'sam-cannot-void';
    };

export interface GivenRefunds {
  readonly notices: readonly RefundNotice[];
  /** The card left: nothing more can be written to it in this touch. */
  readonly isCardLost: boolean;
}

export type RefundRegistration =
  | { readonly result: 'registered'; readonly refund: Refund }
  | {
      readonly result: 'refused';
      readonly reason:
        | 'refund-sale-unknown'
        | 'refund-sale-unresolved'
        | 'refund-id-reused'
        | 'refund-over-sale';
    };

export interface RefundRequest {
  /** The same id again is the same refund. */
  readonly refundId: string;
  readonly saleId: string;
  /** Absent: all that was not asked back yet. */
  readonly amount?: Yen | undefined;
}

/** Resolves once it is on disk that this is to be given back, and never promises more than was paid. */
export async function registerRefund(
  { refundId, saleId, amount }: RefundRequest,
  journal: PurseJournal,
): Promise<RefundRegistration> {
  const refunded = await refundedSaleOf(saleId, journal);
  if (refunded === undefined) {
    const { pending } = knownSaleOf(await journal.intentsOfSale(saleId));
    return refused(pending === undefined ? 'refund-sale-unknown' : 'refund-sale-unresolved');
  }
  const known = await journal.refundOfId(refundId);
  if (known !== undefined) {
    const isSame = known.saleId === saleId && (amount ?? known.amount) === known.amount;
    return isSame ? { result: 'registered', refund: known } : refused('refund-id-reused');
  }
  const left = refundableOf(refunded);
  const refund: Refund = { refundId, saleId, amount: amount ?? left, idm: refunded.sale.idm };
  if (refund.amount === 0 || refund.amount > left) return refused('refund-over-sale');
  await journal.recordRefund(refund);
  return { result: 'registered', refund };
}

/** `undefined` unless the sale was paid here. */
export async function refundedSaleOf(
  saleId: string,
  journal: PurseJournal,
): Promise<RefundedSale | undefined> {
  const { done } = knownSaleOf(await journal.intentsOfSale(saleId));
  if (done?.intent.kind !== 'debit') return undefined;
  const ofVoid = knownSaleOf(await journal.intentsOfSale(voidIdOf(saleId)));
  const ofSale = await journal.refundsOfSale(saleId);
  return { sale: done.intent, ...ofSale, given: ofVoid.done, halfDone: ofVoid.pending };
}

/** What may still be asked back: the sale less what was asked or given, whichever is more. */
export function refundableOf({ sale, refunds, given, halfDone }: RefundedSale): Yen {
  const written = given?.intent.amount ?? halfDone?.amount ?? yen(0);
  return subtractYen(sale.amount, yen(Math.max(written, askedBack(refunds))));
}

/** What was asked back, was not given yet, and is not the issuer's to give. */
export function outstandingOf({ refunds, given, claimed }: RefundedSale): Yen {
  return yen(Math.max(0, askedBack(refunds) - (given?.intent.amount ?? 0) - claimed));
}

/** For so long a card is waited for where it paid. Then it may have its money anywhere. */
export const REFUND_WAIT_MS: number = 3 * 24 * 60 * 60 * 1000;

/**
 * What the issuer is to give: no cashback of this terminal can, or its card did not come back. Nothing
 * while a cashback is half done, for its card may have it already.
 */
export function claimableOf(
  refunded: RefundedSale,
  { mayVoid, now }: { readonly mayVoid: boolean; readonly now: EpochMs },
): Yen {
  const { halfDone, askedAt = now } = refunded;
  if (halfDone !== undefined) return yen(0);
  const isLongWaited = now - askedAt >= REFUND_WAIT_MS;
  return isTooLate(refunded) || !mayVoid || isLongWaited ? outstandingOf(refunded) : yen(0);
}

/** A cashback of this terminal cannot give what is asked back of the sale from now on. */
export function isTooLate({ given, isMissed, claimed }: RefundedSale): boolean {
  return given !== undefined || isMissed || claimed > 0;
}

/** What a cashback gave counts for the oldest refunds of the sale first. */
export function isGiven(refund: Refund, { refunds, given }: RefundedSale): boolean {
  let sum = yen(0);
  for (const { refundId, amount } of refunds) {
    sum = addYen(sum, amount);
    if (refundId === refund.refundId) break;
  }
  return sum <= (given?.intent.amount ?? 0);
}

/**
 * Gives the card in the field what is to be given back to it, where its last write is the sale. One
 * cashback gives all that was asked back of a sale until then; it has the id of the sale's void, so a
 * sale is given back by one write at most.
 */
export async function giveRefunds(
  dependencies: DebitDependencies,
  mayVoid: boolean,
): Promise<GivenRefunds> {
  const { card, journal } = dependencies;
  const notices: RefundNotice[] = [];
  for (const saleId of await journal.refundedSalesOf(card.idm)) {
    const refunded = await refundedSaleOf(saleId, journal);
    if (refunded === undefined || !isWaitingForCard(refunded)) continue;
    const notice = mayVoid
      ? await giveRefund(refunded, dependencies)
      : waiting(refunded, 'sam-cannot-void');
    notices.push(notice);
    if (notice.result === 'unresolved') return { notices, isCardLost: true };
    const isCardLeft = notice.result === 'waiting' && notice.reason === 'card-left';
    if (isCardLeft) return { notices, isCardLost: true };
  }
  return { notices, isCardLost: false };
}

function isWaitingForCard(refunded: RefundedSale): boolean {
  return !isTooLate(refunded) && outstandingOf(refunded) > 0;
}

async function giveRefund(
  refunded: RefundedSale,
  dependencies: DebitDependencies,
): Promise<RefundNotice> {
  const { journal } = dependencies;
  const { sale, halfDone } = refunded;
  if (halfDone !== undefined && !(await canTell(halfDone, journal))) {
    return waiting(refunded, 'void-unresolved');
  }
  const request: PurseRequest = {
    saleId: voidIdOf(sale.saleId),
    kind: 'void',
    // What was begun is finished as it was begun.
    amount: halfDone?.amount ?? outstandingOf(refunded),
    voided: sale,
  };
  const { saleId } = sale;
  const outcome = await debit(request, dependencies);
  if (outcome.outcome === 'approved') {
    const { intent, resolution } = outcome;
    return { result: 'given', saleId, amount: intent.amount, intent, resolution };
  }
  if (outcome.outcome === 'refused') {
    if (outcome.reason === 'void-not-last') await journal.recordMissedRefund(saleId);
    return waiting(refunded, outcome.reason);
  }
  // Either the card left, or it was read and does not know any more.
  return (await canTell(outcome.intent, journal))
    ? { result: 'unresolved', saleId, amount: outcome.intent.amount }
    : waiting(refunded, 'void-unresolved');
}

/** Whether the card may still tell what became of it: otherwise only the issuer can. */
async function canTell(intent: PurseIntent, journal: PurseJournal): Promise<boolean> {
  const open = await journal.unresolvedIntentsOf(intent.idm);
  const { terminalTransactionNumber: number } = intent;
  return open.some((known) => known.terminalTransactionNumber === number);
}

function waiting(
  refunded: RefundedSale,
  reason: Extract<RefundNotice, { readonly result: 'waiting' }>['reason'],
): RefundNotice {
  const { saleId } = refunded.sale;
  return { result: 'waiting', saleId, amount: outstandingOf(refunded), reason };
}

function askedBack(refunds: readonly Refund[]): Yen {
  return sumYen(refunds.map(({ amount }) => amount));
}

function refused(
  reason: Extract<RefundRegistration, { readonly result: 'refused' }>['reason'],
): RefundRegistration {
  return { result: 'refused', reason };
}
