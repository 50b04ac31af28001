import type {
  HotListHit,
  JournalledIntent,
  PurseIntent,
  PurseIntentOutcome,
  PurseJournal,
  Refund,
  RefundsOfSale,
} from '../../terminal/debit/purse-journal.ts';
import type { JournalFile } from '../../terminal/journal/journal-file.ts';

/** The file of a journal, with what was appended counted. Each append is one sync. */
export class CountedFile implements JournalFile {
  appendCount = 0;
  appendedBytes = 0;
  appendMs = 0;
  readonly #file: JournalFile;

  constructor(file: JournalFile) {
    this.#file = file;
  }

  get size(): number {
    return this.#file.size;
  }

  async append(bytes: Uint8Array): Promise<void> {
    const start = performance.now();
    await this.#file.append(bytes);
    this.appendMs += performance.now() - start;
    this.appendCount += 1;
    this.appendedBytes += bytes.length;
  }

  read(offset: number, length: number): Promise<Uint8Array> {
    return this.#file.read(offset, length);
  }

  truncate(size: number): Promise<void> {
    return this.#file.truncate(size);
  }

  bytesFree(): Promise<number> {
    return this.#file.bytesFree();
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

/** A journal with a clock beside its two writes of a debit. */
export class TimedJournal implements PurseJournal {
  intentMs = 0;
  outcomeMs = 0;
  readonly #journal: PurseJournal;

  constructor(journal: PurseJournal) {
    this.#journal = journal;
  }

  nextTransactionNumber(): Promise<number> {
    return this.#journal.nextTransactionNumber();
  }

  async recordIntent(intent: PurseIntent, roomBytes?: number): Promise<void> {
    const start = performance.now();
    await this.#journal.recordIntent(intent, roomBytes);
    this.intentMs = performance.now() - start;
  }

  async recordOutcome(intent: PurseIntent, outcome: PurseIntentOutcome): Promise<void> {
    const start = performance.now();
    await this.#journal.recordOutcome(intent, outcome);
    this.outcomeMs = performance.now() - start;
  }

  intentsOfSale(saleId: string): Promise<readonly JournalledIntent[]> {
    return this.#journal.intentsOfSale(saleId);
  }

  intentOfNumber(terminalTransactionNumber: number): Promise<PurseIntent | undefined> {
    return this.#journal.intentOfNumber(terminalTransactionNumber);
  }

  unresolvedIntentsOf(idm: Uint8Array): Promise<readonly PurseIntent[]> {
    return this.#journal.unresolvedIntentsOf(idm);
  }

  recordHotListHit(hit: HotListHit): Promise<void> {
    return this.#journal.recordHotListHit(hit);
  }

  recordRefund(refund: Refund): Promise<void> {
    return this.#journal.recordRefund(refund);
  }

  recordMissedRefund(saleId: string): Promise<void> {
    return this.#journal.recordMissedRefund(saleId);
  }

  refundOfId(refundId: string): Promise<Refund | undefined> {
    return this.#journal.refundOfId(refundId);
  }

  refundsOfSale(saleId: string): Promise<RefundsOfSale> {
    return this.#journal.refundsOfSale(saleId);
  }

  refundedSalesOf(idm: Uint8Array): Promise<readonly string[]> {
    return this.#journal.refundedSalesOf(idm);
  }
}
