import assert from 'node:assert/strict';
import { type PurseBlock, sameExecutionId } from '#purse/purse-block';
import { isValidCard } from '#purse/validity-purse';
import { businessDateOf, type EpochMs, sumYen, type Yen } from '#units';
import { type CardEvidence, evidenceOf, isSameEntry, isUntouched } from './evidence.ts';
import { blockListedCard, type HotListLookUp } from './hot-list-hit.ts';
import { givenNumbersOf, isJournalSetBack } from './journal-age.ts';
import { isOfRequest, type KnownSale, knownSaleOf, voidIdOf } from './known-sale.ts';
import type { PurseCard, PurseSnapshot } from './purse-card.ts';
import { type PurseRequest, purseIntent } from './purse-intent.ts';
import type { PurseIntent, PurseJournal } from './purse-journal.ts';
import { type PurseRefusal, refusalOf, type TerminalLimits } from './purse-limit.ts';
import {
  type RiskFacts,
  type RiskLimits,
  type RiskRefusal,
  type RiskyWrite,
  riskRefusalOf,
} from './risk-limit.ts';

/** Reasons that are not the card's: it left before the write, or another card was half done. */
export type TapRefusal =
  | PurseRefusal
  | RiskRefusal
  | 'journal-set-back'
  | 'sale-voided'
  | 'sale-refunded'
  | 'void-unresolved'
  | 'void-other-card'
  | 'void-not-last'
  | 'card-left'
  | 'other-card-expected'
  | 'card-refused';

/** The result of one tap. `unresolved` is not a failure: nobody knows yet, and the journal does. */
export type TapOutcome =
  | {
      readonly outcome: 'approved';
      readonly intent: PurseIntent;
      readonly resolution: 'at-tap' | 'at-re-tap';
    }
  | {
      readonly outcome: 'refused';
      readonly reason: TapRefusal;
      /** Known where the purse was read. */
      readonly balance: Yen | undefined;
    }
  | { readonly outcome: 'unresolved'; readonly intent: PurseIntent };

export interface DebitDependencies {
  readonly card: PurseCard;
  readonly journal: PurseJournal;
  readonly limits: TerminalLimits;
  readonly terminalId: number;
  readonly now: () => EpochMs;
  readonly executionTagOf: (terminalTransactionNumber: number) => number;
  /** Absent: no card is on any list. */
  readonly hotList?: HotListLookUp;
  /** Absent: no limits but those of {@link refusalOf}. */
  readonly risk?: { readonly limits: RiskLimits; readonly facts: RiskFacts };
}

/**
 * Writes the purse of the card in the field once for this sale or load, however often it is called.
 * Steps, states and evidence: debit-protocol.md.
 *
 * A sale that was approved before is answered from the journal. A half-done one is resolved from
 * the card first, and written again, with the same execution ID, only if the card has not done it.
 */
export async function debit(
  request: PurseRequest,
  dependencies: DebitDependencies,
): Promise<TapOutcome> {
  assert(request.amount > 0, 'a purse write has an amount');
  const { card, journal } = dependencies;
  const known = await journal.intentsOfSale(request.saleId);
  assert(
    known.every((journalled) => isOfRequest(journalled, request)),
    'a sale id names one amount',
  );
  assert((request.kind === 'void') === (request.voided !== undefined), 'a void names its sale');
  const { done, pending } = knownSaleOf(known);
  if (done !== undefined) return approvedBefore(done, journal);
  if (pending !== undefined && !sameCard(pending, card)) return refused('other-card-expected');

  const snapshot = await card.read();
  if (snapshot === undefined) return cardLeft(pending);
  // What an older journal does not know of could be written again, and a number be given twice.
  if (await knowsMoreThanJournal(snapshot, dependencies)) {
    return refused('journal-set-back', snapshot.purse.balance);
  }
  const settled = await resolveUnresolved(request.saleId, snapshot, dependencies);
  if (settled === 'card-left') return cardLeft(pending);
  const fate = settled.find(({ intent }) => intent.saleId === request.saleId)?.fate;
  if (pending === undefined || fate === 'not-done') {
    return writeNew(request, snapshot, dependencies);
  }
  if (fate === 'done') return { outcome: 'approved', intent: pending, resolution: 'at-re-tap' };
  if (fate === 'write-again') return writeJournalled(pending, dependencies);
  return { outcome: 'unresolved', intent: pending };
}

/** What stands in the journal of a sale that was approved: it may have been given back since. */
export async function approvedBefore(
  done: NonNullable<KnownSale['done']>,
  journal: PurseJournal,
): Promise<TapOutcome> {
  const { saleId, amount } = done.intent;
  const ofVoid = knownSaleOf(await journal.intentsOfSale(voidIdOf(saleId)));
  // Of a sale that was given back in part the rest stands.
  if (ofVoid.done?.intent.amount === amount) {
    return refused('sale-voided', ofVoid.done.intent.balanceAfter);
  }
  if (ofVoid.pending?.amount === amount) return refused('void-unresolved');
  const { refunds } = await journal.refundsOfSale(saleId);
  const askedBack = sumYen(refunds.map((refund) => refund.amount));
  if (askedBack === amount) return refused('sale-refunded');
  return { outcome: 'approved', ...done };
}

type Fate = 'done' | 'not-done' | 'write-again' | 'unknown';

/** An intent that had no outcome, and what its card tells of it. */
export interface SettledIntent {
  readonly intent: PurseIntent;
  readonly fate: Fate;
}

/** Settles what is half done on this card, as far as the journal may be trusted. */
export async function settleFromCard(
  snapshot: PurseSnapshot,
  dependencies: DebitDependencies,
): Promise<readonly SettledIntent[] | 'card-left'> {
  if (await knowsMoreThanJournal(snapshot, dependencies)) return [];
  return resolveUnresolved(undefined, snapshot, dependencies);
}

async function knowsMoreThanJournal(
  { newestEntry }: PurseSnapshot,
  { card, journal, terminalId }: DebitDependencies,
): Promise<boolean> {
  const nextTransactionNumber = await journal.nextTransactionNumber();
  const isAhead = isJournalSetBack(newestEntry, { terminalId, nextTransactionNumber });
  if (!isAhead || newestEntry === undefined) return isAhead;
  // A card that comes back after half of all 16-bit numbers looks the same, and is known.
  for (const number of givenNumbersOf(newestEntry, nextTransactionNumber)) {
    const intent = await journal.intentOfNumber(number);
    const isKnown = intent && sameCard(intent, card) && isSameEntry(newestEntry, intent);
    if (isKnown) return false;
  }
  return true;
}

/**
 * Settles every intent of this card that has no outcome, and tells what became of each. One of the
 * sale that is asked for (it has at most one) stays open if it can be written again as it is.
 */
async function resolveUnresolved(
  saleId: string | undefined,
  snapshot: PurseSnapshot,
  { card, journal, hotList }: DebitDependencies,
): Promise<readonly SettledIntent[] | 'card-left'> {
  const unresolved = await journal.unresolvedIntentsOf(card.idm);
  if (unresolved.length === 0) return [];
  const history = await card.readHistory();
  if (history === undefined) return 'card-left';
  const settled: SettledIntent[] = [];
  for (const intent of unresolved) {
    const isOwn = intent.saleId === saleId;
    // A card that was stopped meanwhile is not written again, even for a sale that had begun.
    const isStopped = !isValidCard(snapshot.validity) || hotList?.has(card.idm) === true;
    const mayRepeat = isOwn && !isStopped;
    const fate = fateOf(intent, { purse: snapshot.purse, history }, mayRepeat);
    settled.push({ intent, fate });
    if (fate === 'done') {
      const certificate = await card.readCertificate(intent.executionId);
      await journal.recordOutcome(intent, { state: 'done', resolution: 'at-re-tap', certificate });
    }
    if (fate === 'unknown') await journal.recordOutcome(intent, { state: 'centre-match' });
    if (fate === 'not-done') {
      await journal.recordOutcome(intent, { state: 'not-done', detail: 'the card was read again' });
    }
  }
  return settled;
}

function fateOf(intent: PurseIntent, card: CardEvidence, mayRepeat: boolean): Fate {
  // Where the card stands as it stood before, the intent can be sent again as it is.
  return mayRepeat && isUntouched(intent, card.purse) ? 'write-again' : evidenceOf(intent, card);
}

async function writeNew(
  request: PurseRequest,
  snapshot: PurseSnapshot,
  dependencies: DebitDependencies,
): Promise<TapOutcome> {
  const { card, journal, limits, now, hotList } = dependencies;
  const time = now();
  const isHotListed = hotList?.has(card.idm) ?? false;
  const amount = amountToWrite(request, snapshot.purse);
  const write = { ...request, amount, time, today: businessDateOf(time), isHotListed };
  const cardRefusal =
    refusalOf(write, snapshot, limits) ?? voidRefusalOf(request, card, snapshot.purse);
  const risk = cardRefusal === undefined ? await judgeRisk(write, dependencies) : undefined;
  const refusal = cardRefusal ?? risk?.refusal;
  if (refusal === 'card-hot-listed' && hotList !== undefined) {
    await blockListedCard(snapshot, { ...dependencies, hotList }, time);
  }
  if (refusal !== undefined) return refused(refusal, snapshot.purse.balance);
  const terminalTransactionNumber = await journal.nextTransactionNumber();
  const isShort = amount < request.amount;
  const written = { ...request, amount, ...(isShort && { asked: request.amount }) };
  const intent = purseIntent(written, snapshot, {
    idm: card.idm,
    cardProfile: card.profile,
    terminalId: dependencies.terminalId,
    terminalTransactionNumber,
    keyVersion: limits.keyVersion,
    time,
    executionTag: dependencies.executionTagOf(terminalTransactionNumber),
  });
  await journal.recordIntent(intent, risk?.roomBytes);
  return writeJournalled(intent, dependencies);
}

/** What the journal's facts say against the write, and the room that it found on its disk. */
async function judgeRisk(
  write: Omit<RiskyWrite, 'hotListCreatedAt'>,
  { card, hotList, risk }: DebitDependencies,
): Promise<{ readonly refusal?: RiskRefusal | undefined; readonly roomBytes?: number }> {
  if (risk === undefined) return {};
  const facts = await risk.facts.factsOf(card.idm, write.today);
  const judged = { ...write, hotListCreatedAt: hotList?.createdAt };
  const { roomBytes } = facts;
  return { refusal: riskRefusalOf(judged, facts, risk.limits), roomBytes };
}

/** The one place from which a write leaves for a card: its intent is on disk already. */
async function writeJournalled(
  intent: PurseIntent,
  { card, journal }: DebitDependencies,
): Promise<TapOutcome> {
  const written = await card.write(intent);
  if (written.result === 'lost') return { outcome: 'unresolved', intent };
  if (written.result === 'refused') {
    await journal.recordOutcome(intent, { state: 'not-done', detail: written.detail });
    return refused('card-refused', intent.balanceBefore);
  }
  const certificate = await card.readCertificate(intent.executionId);
  await journal.recordOutcome(intent, { state: 'done', resolution: 'at-tap', certificate });
  return { outcome: 'approved', intent, resolution: 'at-tap' };
}

/** Only the last debit of a card can be given back, and the card gives back no more than it was. */
function voidRefusalOf(
  { voided, amount }: PurseRequest,
  card: PurseCard,
  purse: PurseBlock,
): TapRefusal | undefined {
  if (voided === undefined) return undefined;
  if (!sameCard(voided, card)) return 'void-other-card';
  const isLast = sameExecutionId(purse.executionId, voided.executionId);
  return isLast && purse.cashback >= amount ? undefined : 'void-not-last';
}

/** An empty purse is asked for everything, and refuses. */
function amountToWrite(request: PurseRequest, { balance }: PurseBlock): Yen {
  const isShort = request.kind === 'debit' && balance > 0 && balance < request.amount;
  return isShort && request.payWhatIsLeft === true ? balance : request.amount;
}

function sameCard({ idm }: Pick<PurseIntent, 'idm'>, card: PurseCard): boolean {
  return idm.every((byte, index) => byte === card.idm[index]);
}

/** Nothing was written at this touch; an earlier one may have. */
function cardLeft(pending: PurseIntent | undefined): TapOutcome {
  return pending === undefined ? refused('card-left') : { outcome: 'unresolved', intent: pending };
}

function refused(reason: TapRefusal, balance?: Yen): TapOutcome {
  return { outcome: 'refused', reason, balance };
}
