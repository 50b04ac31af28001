import { sameBytes } from '#felica/identifiers';
import type { PurseIntent } from '../debit/purse-journal.ts';
import type { BatchEntry, InterruptedEntry, JournalEntry, OutcomeEntry } from './journal-entry.ts';
import { JournalHits } from './journal-hits.ts';
import { JournalRefund } from './journal-refund.ts';
import { JournalRisk } from './journal-risk.ts';
import type { JournalDamage, LinePlace } from './journal-scan.ts';

/** Where an intent and what became of it stand in the file. */
export interface IntentPlaces {
  readonly intent: LinePlace;
  /** The newest outcome. */
  outcome: LinePlace | undefined;
}

export interface RecordPlace {
  readonly samNumber: number;
  readonly type: 'outcome' | 'interrupted' | 'hit-report' | 'refund-claim';
  readonly place: LinePlace;
}

export type BatchHead = Pick<BatchEntry, 'number' | 'lastSamNumber' | 'hash'>;

/** A closed batch, and whether the issuer has acknowledged it. */
export interface ClosedBatch {
  readonly number: number;
  readonly firstSamNumber: number;
  readonly lastSamNumber: number;
  readonly place: LinePlace;
  isAcknowledged: boolean;
}

/** More intents than a damage of a few blocks can take. */
const NUMBERS_SKIPPED = 1_000;

/**
 * What the journal must know without reading: numbers, what is open, and where the rest stands. It
 * is made of the entries alone, in their order, so opening the file makes it again.
 */
export class JournalIndex {
  owner: { readonly terminalId: number; readonly samId: number } | undefined;
  lastTransactionNumber = 0;
  lastSamNumber = 0;
  lastBatch: BatchHead | undefined;
  /** In the order of their numbers. */
  readonly batches: ClosedBatch[] = [];
  /** Not in a batch yet. */
  openRecords: RecordPlace[] = [];
  readonly hits: JournalHits = new JournalHits();
  readonly risk: JournalRisk = new JournalRisk();
  readonly refunds: JournalRefund = new JournalRefund();
  readonly acceptedDamages: JournalDamage[] = [];
  readonly #placesOfNumber = new Map<number, IntentPlaces>();
  readonly #placesOfSale = new Map<string, IntentPlaces[]>();
  readonly #unresolved = new Map<number, PurseIntent>();
  readonly #leftToIssuer = new Map<number, PurseIntent>();
  readonly #expired = new Map<number, PurseIntent>();
  /** Numbers of intents that were reported as interrupted. */
  readonly #reported = new Set<number>();

  apply(entry: JournalEntry, place: LinePlace): void {
    switch (entry.type) {
      case 'terminal':
        this.owner = { terminalId: entry.terminalId, samId: entry.samId };
        return;
      case 'intent':
        this.#applyIntent(entry.intent, place);
        return;
      case 'outcome':
        this.#applyOutcome(entry, place);
        return;
      case 'interrupted':
        this.#applyInterrupted(entry, place);
        return;
      case 'batch':
        this.#applyBatch(entry, place);
        return;
      case 'acknowledgement':
        this.#applyAcknowledgement(entry.batchNumber);
        return;
      case 'hot-list-hit':
        this.hits.add(entry.hit);
        return;
      case 'hit-report':
        this.hits.report(entry.hit);
        this.#addRecord({ ...entry.sealed, type: entry.type, place }, undefined);
        return;
      case 'refund':
        this.refunds.add(entry.refund, entry.at);
        return;
      case 'refund-missed':
        this.refunds.miss(entry.saleId);
        return;
      case 'refund-claim':
        this.refunds.claim(entry.saleId, entry.amount);
        this.#addRecord({ ...entry.sealed, type: entry.type, place }, undefined);
        return;
      case 'damage-accepted':
        this.acceptedDamages.push(...entry.damages);
        // The damage may have taken intents, and their numbers stand on cards.
        this.lastTransactionNumber += NUMBERS_SKIPPED;
        return;
      case 'tail-cut':
    }
  }

  /** Oldest first. */
  unacknowledgedBatches(): readonly ClosedBatch[] {
    return this.batches.filter(({ isAcknowledged }) => !isAcknowledged);
  }

  closedBatch(batchNumber: number): ClosedBatch | undefined {
    return this.batches.find(({ number }) => number === batchNumber);
  }

  placesOfNumber(terminalTransactionNumber: number): IntentPlaces | undefined {
    return this.#placesOfNumber.get(terminalTransactionNumber);
  }

  placesOfSale(saleId: string): readonly IntentPlaces[] {
    return this.#placesOfSale.get(saleId) ?? [];
  }

  /** Without any outcome or expired, oldest first. */
  unresolvedOf(idm: Uint8Array): readonly PurseIntent[] {
    const open = [...this.#expired.values(), ...this.#unresolved.values()];
    return inOrder(open.filter((intent) => sameBytes(intent.idm, idm)));
  }

  /** Without any outcome, oldest first. */
  awaitingCard(): readonly PurseIntent[] {
    return inOrder([...this.#unresolved.values()]);
  }

  /** Without an outcome, or left to the issuer; oldest first. */
  unresolved(): readonly PurseIntent[] {
    return inOrder([...this.#unresolved.values(), ...this.#leftToIssuer.values()]);
  }

  /** Without an outcome, or left to the issuer, and not reported yet; oldest first. */
  unreported(): readonly PurseIntent[] {
    return this.unresolved().filter(
      ({ terminalTransactionNumber: number }) => !this.#reported.has(number),
    );
  }

  #applyIntent(intent: PurseIntent, place: LinePlace): void {
    const number = intent.terminalTransactionNumber;
    const places: IntentPlaces = { intent: place, outcome: undefined };
    this.lastTransactionNumber = Math.max(this.lastTransactionNumber, number);
    this.#placesOfNumber.set(number, places);
    const ofSale = this.#placesOfSale.get(intent.saleId);
    if (ofSale === undefined) this.#placesOfSale.set(intent.saleId, [places]);
    else ofSale.push(places);
    this.#unresolved.set(number, intent);
    this.risk.addIntent(intent);
    this.refunds.addIntent(intent);
  }

  #applyOutcome(
    { terminalTransactionNumber: number, outcome, sealed }: OutcomeEntry,
    place: LinePlace,
  ): void {
    // Absent only where damage took the intent.
    const places = this.#placesOfNumber.get(number);
    if (places !== undefined) places.outcome = place;
    const intent =
      this.#unresolved.get(number) ?? this.#leftToIssuer.get(number) ?? this.#expired.get(number);
    if (outcome.state === 'not-done' && intent) this.risk.takeBack(intent);
    this.#unresolved.delete(number);
    this.#leftToIssuer.delete(number);
    this.#expired.delete(number);
    if (outcome.state === 'centre-match' && intent) this.#leftToIssuer.set(number, intent);
    if (outcome.state === 'expired' && intent) this.#expired.set(number, intent);
    if (sealed !== undefined) this.#addRecord({ ...sealed, type: 'outcome', place }, intent);
  }

  #applyInterrupted(
    { terminalTransactionNumber: number, sealed }: InterruptedEntry,
    place: LinePlace,
  ): void {
    this.#reported.add(number);
    const intent = this.#unresolved.get(number) ?? this.#leftToIssuer.get(number);
    this.#addRecord({ ...sealed, type: 'interrupted', place }, intent);
  }

  #addRecord({ samNumber, type, place }: RecordPlace, intent: PurseIntent | undefined): void {
    this.lastSamNumber = Math.max(this.lastSamNumber, samNumber);
    this.openRecords.push({ samNumber, type, place });
    if (intent !== undefined) this.risk.addRecord(samNumber, intent);
  }

  #applyBatch({ number, lastSamNumber, hash }: BatchEntry, place: LinePlace): void {
    const firstSamNumber = (this.lastBatch?.lastSamNumber ?? 0) + 1;
    this.lastBatch = { number, lastSamNumber, hash };
    // Damage may have taken the outcome; the batch carries its number to the issuer all the same.
    this.lastSamNumber = Math.max(this.lastSamNumber, lastSamNumber);
    this.batches.push({ number, firstSamNumber, lastSamNumber, place, isAcknowledged: false });
    this.openRecords = this.openRecords.filter(({ samNumber }) => samNumber > lastSamNumber);
  }

  #applyAcknowledgement(batchNumber: number): void {
    const batch = this.closedBatch(batchNumber);
    if (batch === undefined) return;
    batch.isAcknowledged = true;
    this.risk.acknowledge(batch.firstSamNumber, batch.lastSamNumber);
  }
}

function inOrder(intents: readonly PurseIntent[]): readonly PurseIntent[] {
  return [...intents].sort(
    (first, second) => first.terminalTransactionNumber - second.terminalTransactionNumber,
  );
}
