import assert from 'node:assert/strict';
import { encodeHit } from '#batch/hit-record';
import { encodeRecord, type UnsealedRecord } from '#batch/record';
import { encodeRefundClaim } from '#batch/refund-claim';
import { idm as idmOf } from '#felica/identifiers';
import type { BusinessDate, EpochMs } from '#units';
import type {
  HotListHit,
  JournalledIntent,
  PurseIntent,
  PurseIntentOutcome,
  PurseJournal,
  Refund,
  RefundsOfSale,
} from '../debit/purse-journal.ts';
import { claimableOf, refundedSaleOf } from '../debit/refund.ts';
import type { JournalledRisk, RiskFacts } from '../debit/risk-limit.ts';
import type { Sam } from '../sam/sam.ts';
import type { Uncollected } from '../sam/uncollected.ts';
import { unsealedHitOf } from './hit-report.ts';
import type { BatchEntry, OutcomeEntry, SealedRecord } from './journal-entry.ts';
import { JournalError } from './journal-error.ts';
import type { JournalFile } from './journal-file.ts';
import type { BatchHead, IntentPlaces } from './journal-index.ts';
import type { JournalDamage } from './journal-scan.ts';
import { JournalStore } from './journal-store.ts';
import { unsealedClaimOf } from './refund-claim-report.ts';

export interface JournalOptions {
  readonly file: JournalFile;
  readonly terminalId: number;
  readonly sam: Sam;
  readonly now: () => EpochMs;
}

/** A batch as it was closed. Its bytes never change. */
export type JournalledBatch = Pick<BatchEntry, 'number' | 'lastSamNumber' | 'hash' | 'bytes'>;

/**
 * No intent is taken when the disk has less room than this: what was begun must always find room for
 * its outcome, and what was sold for its batch.
 */
export const RESERVE_BYTES: number = 4 * 1024 * 1024;

/** How a record's terminal knows of the write. */
type RecordEvidence = Pick<UnsealedRecord, 'certificate' | 'resolution'>;

const INTERRUPTED: RecordEvidence = { certificate: undefined, resolution: 'interrupted' };

/** The terminal's journal on disk. One process opens it; one call at a time writes. */
export class Journal implements PurseJournal, RiskFacts {
  readonly #store: JournalStore;
  readonly #options: JournalOptions;

  private constructor(store: JournalStore, options: JournalOptions) {
    this.#store = store;
    this.#options = options;
  }

  /**
   * Reads the file and mends its end. Rejects with {@link JournalError}: `JOURNAL_FOREIGN` for
   * another's file, `JOURNAL_DAMAGED` if entries that were durable once cannot be read. The file is
   * closed then.
   */
  static async open(options: JournalOptions): Promise<Journal> {
    const { file } = options;
    try {
      const store = await JournalStore.open(file, options.now);
      store.requireUndamaged();
      const journal = new Journal(store, options);
      await journal.#claim();
      return journal;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /**
   * Notes that a person has looked at every damage there is: from then on the journal opens without
   * the entries that it took. Resolves with what was accepted; the file stays open.
   */
  static async acceptDamage(
    file: JournalFile,
    now: () => EpochMs,
  ): Promise<readonly JournalDamage[]> {
    const store = await JournalStore.open(file, now);
    if (!store.isJournal) {
      throw new JournalError('JOURNAL_FOREIGN', 'journal: a file of another kind');
    }
    const { damages } = store;
    if (damages.length > 0) await store.append({ type: 'damage-accepted', at: now(), damages });
    return damages;
  }

  close(): Promise<void> {
    return this.#options.file.close();
  }

  nextTransactionNumber(): Promise<number> {
    return Promise.resolve(this.#store.index.lastTransactionNumber + 1);
  }

  async recordIntent(intent: PurseIntent, roomBytes?: number): Promise<void> {
    const number = intent.terminalTransactionNumber;
    assert(number > this.#store.index.lastTransactionNumber, 'an intent takes the next number');
    const bytesFree = roomBytes ?? (await this.#options.file.bytesFree());
    if (bytesFree < RESERVE_BYTES) {
      throw new JournalError(
        'JOURNAL_FULL',
        `journal: ${bytesFree} bytes are free on its disk, and ${RESERVE_BYTES} are kept back for ` +
          'what has been sold already; make room',
      );
    }
    await this.#store.append({ type: 'intent', at: this.#options.now(), intent });
  }

  async recordOutcome(intent: PurseIntent, outcome: PurseIntentOutcome): Promise<void> {
    const { terminalTransactionNumber } = intent;
    const entry: OutcomeEntry = {
      type: 'outcome',
      at: this.#options.now(),
      terminalTransactionNumber,
      outcome,
    };
    if (outcome.state !== 'done') {
      await this.#store.append(entry);
      return;
    }
    await this.#store.append({ ...entry, sealed: await this.#seal(intent, outcome) });
  }

  /**
   * Seals a record of every intent of which nobody knows what became of it, for the next batch: the
   * card proves at the issuer what it did not tell here. Each is reported once. The intents stay
   * unresolved, so a card that comes back still tells.
   */
  async reportInterrupted(): Promise<void> {
    for (const intent of this.#store.index.unreported()) {
      const { terminalTransactionNumber } = intent;
      const sealed = await this.#seal(intent, INTERRUPTED);
      const at = this.#options.now();
      await this.#store.append({ type: 'interrupted', at, terminalTransactionNumber, sealed });
    }
  }

  /** Seals a record of every hit that was not reported yet, for the next batch. Each is reported once. */
  async reportHits(): Promise<void> {
    const { terminalId, sam, now } = this.#options;
    const { index } = this.#store;
    for (const hit of index.hits.unreported()) {
      const place = { terminalId, sam, samNumber: index.lastSamNumber + 1 };
      const record = encodeHit(await sam.sealHit(unsealedHitOf(hit, place)));
      const sealed = { samNumber: place.samNumber, record };
      await this.#store.append({ type: 'hit-report', at: now(), hit, sealed });
    }
  }

  /** Seals a claim of every refund that the issuer is to give, for the next batch. Each is claimed once. */
  async reportRefunds(): Promise<void> {
    const { terminalId, sam, now } = this.#options;
    const { index } = this.#store;
    for (const saleId of index.refunds.sales()) {
      const refunded = await refundedSaleOf(saleId, this);
      if (refunded === undefined) continue;
      const amount = claimableOf(refunded, { mayVoid: sam.kind === 'pos-void', now: now() });
      if (amount === 0) continue;
      const place = { terminalId, sam, samNumber: index.lastSamNumber + 1, time: now() };
      const claim = await sam.sealRefundClaim(unsealedClaimOf(refunded.sale, amount, place));
      const sealed = { samNumber: place.samNumber, record: encodeRefundClaim(claim) };
      await this.#store.append({ type: 'refund-claim', at: now(), saleId, amount, sealed });
    }
  }

  intentsOfSale(saleId: string): Promise<readonly JournalledIntent[]> {
    const places = this.#store.index.placesOfSale(saleId);
    return Promise.all(places.map((place) => this.#journalled(place)));
  }

  async intentOfNumber(terminalTransactionNumber: number): Promise<PurseIntent | undefined> {
    const places = this.#store.index.placesOfNumber(terminalTransactionNumber);
    return places && (await this.#store.read('intent', places.intent)).intent;
  }

  unresolvedIntentsOf(idm: Uint8Array): Promise<readonly PurseIntent[]> {
    return Promise.resolve(this.#store.index.unresolvedOf(idm));
  }

  async recordHotListHit(hit: HotListHit): Promise<void> {
    if (this.#store.index.hits.has(hit)) return;
    await this.#store.append({ type: 'hot-list-hit', at: this.#options.now(), hit });
  }

  async recordRefund(refund: Refund): Promise<void> {
    await this.#store.append({ type: 'refund', at: this.#options.now(), refund });
  }

  async recordMissedRefund(saleId: string): Promise<void> {
    if (this.#store.index.refunds.ofSale(saleId).isMissed) return;
    await this.#store.append({ type: 'refund-missed', at: this.#options.now(), saleId });
  }

  refundOfId(refundId: string): Promise<Refund | undefined> {
    return Promise.resolve(this.#store.index.refunds.ofId(refundId));
  }

  refundsOfSale(saleId: string): Promise<RefundsOfSale> {
    return Promise.resolve(this.#store.index.refunds.ofSale(saleId));
  }

  refundedSalesOf(idm: Uint8Array): Promise<readonly string[]> {
    return Promise.resolve(this.#store.index.refunds.salesOf(idm));
  }

  /** Whether the void of this number was written for a refund. */
  isRefund(terminalTransactionNumber: number): boolean {
    return this.#store.index.refunds.isCashback(terminalTransactionNumber);
  }

  /** Every sale of which something is or was to be given back, oldest first. */
  refundedSales(): readonly string[] {
    return this.#store.index.refunds.sales();
  }

  /** Every hit, oldest first. */
  hotListHits(): Promise<readonly HotListHit[]> {
    return Promise.resolve(this.#store.index.hits.all());
  }

  /** What the issuer has not acknowledged, in a batch or not. */
  uncollected(): Uncollected {
    const { risk, lastSamNumber } = this.#store.index;
    return { ...risk.offline(), lastSamNumber };
  }

  async factsOf(idm: Uint8Array, day: BusinessDate): Promise<JournalledRisk> {
    return this.#store.index.risk.factsOf(idm, day, await this.#options.file.bytesFree());
  }

  /**
   * Every intent of which nobody knows what became of it, oldest first: those that the card can still
   * tell, and those that only the issuer can.
   */
  unresolvedIntents(): Promise<readonly PurseIntent[]> {
    return Promise.resolve(this.#store.index.unresolved());
  }

  /** Every intent of which only its card can tell what became of it, oldest first. */
  intentsAwaitingCard(): readonly PurseIntent[] {
    return this.#store.index.awaitingCard();
  }

  /** Encoded records that are in no batch yet, in the order of their SAM numbers. */
  openRecords(recordsMax: number): Promise<readonly Uint8Array[]> {
    const places = this.#store.index.openRecords.slice(0, recordsMax);
    return Promise.all(
      places.map(async ({ type, place }) => {
        const { sealed } = await this.#store.read(type, place);
        assert(sealed !== undefined, 'only sealed outcomes are in the list');
        return sealed.record;
      }),
    );
  }

  async recordBatch(batch: JournalledBatch): Promise<void> {
    await this.#store.append({ type: 'batch', at: this.#options.now(), ...batch });
  }

  lastBatch(): Promise<BatchHead | undefined> {
    return Promise.resolve(this.#store.index.lastBatch);
  }

  /** The oldest batch that the issuer has not acknowledged. */
  nextBatchToUpload(): Promise<JournalledBatch | undefined> {
    const [open] = this.#store.index.unacknowledgedBatches();
    return open === undefined ? Promise.resolve(open) : this.#store.read('batch', open.place);
  }

  /** Every batch that the issuer has not acknowledged, oldest first, one in memory at a time. */
  async *batchesToUpload(): AsyncGenerator<JournalledBatch> {
    for (const { place } of this.#store.index.unacknowledgedBatches()) {
      yield await this.#store.read('batch', place);
    }
  }

  /** Every closed batch up to `numberMax`, oldest first, one in memory at a time. */
  async *batches(numberMax: number): AsyncGenerator<JournalledBatch> {
    for (const { number, place } of this.#store.index.batches) {
      if (number <= numberMax) yield await this.#store.read('batch', place);
    }
  }

  /** A closed batch and whether the issuer has acknowledged it; `undefined` for no number of one. */
  async closedBatch(
    number: number,
  ): Promise<{ readonly batch: JournalledBatch; readonly isAcknowledged: boolean } | undefined> {
    const closed = this.#store.index.closedBatch(number);
    if (closed === undefined) return undefined;
    const batch = await this.#store.read('batch', closed.place);
    return { batch, isAcknowledged: closed.isAcknowledged };
  }

  async recordAcknowledgement(batchNumber: number, bytes: Uint8Array): Promise<void> {
    const at = this.#options.now();
    await this.#store.append({ type: 'acknowledgement', at, batchNumber, bytes });
  }

  async #claim(): Promise<void> {
    const { terminalId, sam, now } = this.#options;
    const { owner } = this.#store.index;
    if (owner?.terminalId === terminalId && owner.samId === sam.samId) return;
    // Without an owner and ours, it is new, or a damage that was accepted took its first entry.
    if (owner !== undefined || !this.#store.isJournal) {
      const found = owner
        ? `terminal ${owner.terminalId} with SAM ${owner.samId}`
        : 'a file that is no journal; move it away if this terminal has sold nothing yet';
      throw new JournalError(
        'JOURNAL_FOREIGN',
        `journal: expected terminal ${terminalId} with SAM ${sam.samId}, got ${found}`,
      );
    }
    await this.#store.append({
      type: 'terminal',
      at: now(),
      format: 'kazasu-journal',
      version: 1,
      terminalId,
      samId: sam.samId,
    });
  }

  async #journalled(places: IntentPlaces): Promise<JournalledIntent> {
    const { intent } = await this.#store.read('intent', places.intent);
    if (places.outcome === undefined) return { intent, outcome: undefined };
    const { outcome } = await this.#store.read('outcome', places.outcome);
    return { intent, outcome };
  }

  async #seal(intent: PurseIntent, evidence: RecordEvidence): Promise<SealedRecord> {
    const samNumber = this.#store.index.lastSamNumber + 1;
    const sealed = await this.#options.sam.seal(this.#recordOf(intent, evidence, samNumber));
    return { samNumber, record: encodeRecord(sealed) };
  }

  #recordOf(
    intent: PurseIntent,
    { certificate, resolution }: RecordEvidence,
    samNumber: number,
  ): UnsealedRecord {
    const { terminalId, sam } = this.#options;
    return {
      kind: intent.kind,
      issuerId: sam.issuerId,
      idm: idmOf(intent.idm),
      ...(intent.cardProfile && { cardProfile: intent.cardProfile }),
      keyVersion: intent.keyVersion,
      cardCounter: intent.cardCounter,
      terminalId,
      samId: sam.samId,
      samNumber,
      terminalTransactionNumber: intent.terminalTransactionNumber,
      amount: intent.amount,
      balanceBefore: intent.balanceBefore,
      balanceAfter: intent.balanceAfter,
      time: intent.time,
      executionId: intent.executionId,
      certificate,
      certificateBefore: intent.certificateBefore,
      resolution,
      ...(intent.fundedBy && { fundedBy: intent.fundedBy }),
    };
  }
}
