import { formatIdm, idm as idmOf } from '#felica/identifiers';
import { addYen, type EpochMs, type Yen, yen } from '#units';
import { voidIdOf } from '../debit/known-sale.ts';
import type { PurseIntent, Refund, RefundsOfSale } from '../debit/purse-journal.ts';

/** What the journal's entries say of refunds. */
export class JournalRefund {
  readonly #byId = new Map<string, Refund>();
  readonly #bySale = new Map<string, Refund[]>();
  /** By card: the sales of which something is to be given back, oldest first. */
  readonly #salesOfCard = new Map<string, Set<string>>();
  readonly #missed = new Set<string>();
  readonly #askedAt = new Map<string, EpochMs>();
  readonly #claimed = new Map<string, Yen>();
  readonly #voidIds = new Set<string>();
  /** Numbers of cashbacks that give back what was asked back. */
  readonly #cashbacks = new Set<number>();

  add(refund: Refund, at: EpochMs): void {
    if (!this.#askedAt.has(refund.saleId)) this.#askedAt.set(refund.saleId, at);
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

  claim(saleId: string, amount: Yen): void {
    this.#claimed.set(saleId, addYen(this.#claimed.get(saleId) ?? yen(0), amount));
  }

  ofId(refundId: string): Refund | undefined {
    return this.#byId.get(refundId);
  }

  ofSale(saleId: string): RefundsOfSale {
    return {
      refunds: this.#bySale.get(saleId) ?? [],
      askedAt: this.#askedAt.get(saleId),
      isMissed: this.#missed.has(saleId),
      claimed: this.#claimed.get(saleId) ?? yen(0),
    };
  }

  salesOf(idm: Uint8Array): readonly string[] {
    return [...(this.#salesOfCard.get(formatIdm(idmOf(idm))) ?? [])];
  }

  /** Every sale of which something is or was to be given back, oldest first. */
  sales(): readonly string[] {
    return [...this.#bySale.keys()];
  }
}
