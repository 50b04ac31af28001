import { formatIdm, idm as idmOf } from '#felica/identifiers';
import { voidIdOf } from '../debit/known-sale.ts';
import type { PurseIntent, Refund, RefundsOfSale } from '../debit/purse-journal.ts';

/** What the journal's entries say of refunds. */
export class JournalRefund {
  readonly #byId = new Map<string, Refund>();
  readonly #bySale = new Map<string, Refund[]>();
  /** By card: the sales of which something is to be given back, oldest first. */
  readonly #salesOfCard = new Map<string, Set<string>>();
  readonly #missed = new Set<string>();
  readonly #voidIds = new Set<string>();
  /** Numbers of cashbacks that give back what was asked back. */
  readonly #cashbacks = new Set<number>();

  add(refund: Refund): void {
    this.#byId.set(refund.refundId, refund);
    this.#voidIds.add(voidIdOf(refund.saleId));
    this.#bySale.set(refund.saleId, [...(this.#bySale.get(refund.saleId) ?? []), refund]);
    const card = formatIdm(idmOf(refund.idm));
    const sales = this.#salesOfCard.get(card) ?? new Set();
    this.#salesOfCard.set(card, sales.add(refund.saleId));
  }

  addIntent({ kind, saleId, terminalTransactionNumber }: PurseIntent): void {
    const isCashback = kind === 'void' && this.#voidIds.has(saleId);
    if (isCashback) this.#cashbacks.add(terminalTransactionNumber);
  }

  /** Whether this void was written for a refund. */
  isCashback(terminalTransactionNumber: number): boolean {
    return this.#cashbacks.has(terminalTransactionNumber);
  }

  miss(saleId: string): void {
    this.#missed.add(saleId);
  }

  ofId(refundId: string): Refund | undefined {
    return this.#byId.get(refundId);
  }

  ofSale(saleId: string): RefundsOfSale {
    return { refunds: this.#bySale.get(saleId) ?? [], isMissed: this.#missed.has(saleId) };
  }

  salesOf(idm: Uint8Array): readonly string[] {
    return [...(this.#salesOfCard.get(formatIdm(idmOf(idm))) ?? [])];
  }

  /** Every sale of which something is or was to be given back, oldest first. */
  sales(): readonly string[] {
    return [...this.#bySale.keys()];
  }
}
