import { encodeRecord } from '#batch/record';
import { formatIdm, idm } from '#felica/identifiers';
import { yen } from '#units';
import type {
  JournalledIntent,
  PurseIntent,
  PurseIntentOutcome,
  PurseJournal,
  RefundsOfSale,
} from '../../terminal/debit/purse-journal.ts';
import type { Sam } from '../../terminal/sam/sam.ts';

/**
 * A journal that forgets everything with the process. It seals each record as the true one does, so
 * what is faster with it is the disk and the database alone.
 */
export class MemoryJournal implements PurseJournal {
  readonly #sam: Sam;
  readonly #terminalId: number;
  readonly #unresolved: Map<string, PurseIntent[]> = new Map();
  readonly #bySale: Map<string, JournalledIntent[]> = new Map();
  #lastTransactionNumber = 0;
  #lastSamNumber = 0;

  constructor(sam: Sam, terminalId: number) {
    this.#sam = sam;
    this.#terminalId = terminalId;
  }

  async nextTransactionNumber(): Promise<number> {
    return this.#lastTransactionNumber + 1;
  }

  async recordIntent(intent: PurseIntent): Promise<void> {
    this.#lastTransactionNumber = intent.terminalTransactionNumber;
    const known = this.#bySale.get(intent.saleId) ?? [];
    this.#bySale.set(intent.saleId, [...known, { intent, outcome: undefined }]);
    const card = formatIdm(idm(intent.idm));
    this.#unresolved.set(card, [...(this.#unresolved.get(card) ?? []), intent]);
  }

  async recordOutcome(intent: PurseIntent, outcome: PurseIntentOutcome): Promise<void> {
    if (outcome.state === 'done') {
      this.#lastSamNumber += 1;
      const record = await this.#sam.seal({
        ...intent,
        idm: idm(intent.idm),
        issuerId: this.#sam.issuerId,
        terminalId: this.#terminalId,
        samId: this.#sam.samId,
        samNumber: this.#lastSamNumber,
        certificate: outcome.certificate,
        certificateBefore: intent.certificateBefore,
        resolution: outcome.resolution,
      });
      encodeRecord(record);
    }
    this.#bySale.set(intent.saleId, [{ intent, outcome }]);
    this.#unresolved.delete(formatIdm(idm(intent.idm)));
  }

  recordRefund(): Promise<void> {
    return Promise.resolve();
  }

  recordMissedRefund(): Promise<void> {
    return Promise.resolve();
  }

  refundOfId(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  refundsOfSale(): Promise<RefundsOfSale> {
    return Promise.resolve({ refunds: [], isMissed: false, claimed: yen(0) });
  }

  refundedSalesOf(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  intentOfNumber(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async intentsOfSale(saleId: string): Promise<readonly JournalledIntent[]> {
    return this.#bySale.get(saleId) ?? [];
  }

  async recordHotListHit(): Promise<void> {
    throw new Error('no card of the bench is on a list');
  }

  async unresolvedIntentsOf(cardIdm: Uint8Array): Promise<readonly PurseIntent[]> {
    return this.#unresolved.get(formatIdm(idm(cardIdm))) ?? [];
  }
}
