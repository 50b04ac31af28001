import { formatIdm, idm as idmOf } from '#felica/identifiers';
import {
  addYen,
  type BusinessDate,
  businessDateOf,
  type EpochMs,
  subtractYen,
  sumYen,
  type Yen,
  yen,
} from '#units';
import type { PurseIntent } from '../debit/purse-journal.ts';
import type { JournalledRisk } from '../debit/risk-limit.ts';

/** A clock that moved back asks for the day before; nobody asks for an older one. */
const DAYS_KEPT = 2;

/** What the journal's entries say of the risk, in bounded memory: what is over is forgotten. */
export class JournalRisk {
  #newestTime: EpochMs | undefined;
  /** By SAM number: what the issuer has not acknowledged. */
  readonly #offline = new Map<number, Yen>();
  #offlineTotal: Yen = yen(0);
  /** By transaction number, then by SAM number: loads of which the issuer does not know. */
  readonly #halfDoneLoads = new Map<number, Yen>();
  readonly #offlineLoads = new Map<number, Yen>();
  readonly #paidByDay = new Map<BusinessDate, Map<string, Yen>>();

  addIntent(intent: PurseIntent): void {
    this.#newestTime = intent.time;
    if (intent.kind === 'load') {
      this.#halfDoneLoads.set(intent.terminalTransactionNumber, intent.amount);
    }
    if (intent.kind !== 'debit') return;
    const { paid, card } = this.#placeOf(intent);
    paid.set(card, addYen(paid.get(card) ?? yen(0), intent.amount));
  }

  /** The card did not do it after all. */
  takeBack(intent: PurseIntent): void {
    this.#halfDoneLoads.delete(intent.terminalTransactionNumber);
    if (intent.kind !== 'debit') return;
    const { paid, card } = this.#placeOf(intent);
    const total = paid.get(card);
    // A day that was forgotten and came back with the clock knows less than was paid on it.
    if (total !== undefined) paid.set(card, yen(Math.max(0, total - intent.amount)));
  }

  /** The record takes the place of its intent, also where it only says that nobody knows. */
  addRecord(samNumber: number, { kind, amount, terminalTransactionNumber }: PurseIntent): void {
    this.#halfDoneLoads.delete(terminalTransactionNumber);
    if (kind === 'load') this.#offlineLoads.set(samNumber, amount);
    this.#offline.set(samNumber, amount);
    this.#offlineTotal = addYen(this.#offlineTotal, amount);
  }

  /** The issuer has the records with these numbers, the first and the last included. */
  acknowledge(firstSamNumber: number, lastSamNumber: number): void {
    for (const [samNumber, amount] of this.#offline) {
      if (samNumber > lastSamNumber) return;
      if (samNumber < firstSamNumber) continue;
      this.#offline.delete(samNumber);
      this.#offlineLoads.delete(samNumber);
      this.#offlineTotal = subtractYen(this.#offlineTotal, amount);
    }
  }

  offline(): { readonly count: number; readonly amount: Yen } {
    return { count: this.#offline.size, amount: this.#offlineTotal };
  }

  factsOf(idm: Uint8Array, day: BusinessDate, roomBytes: number): JournalledRisk {
    return {
      newestTime: this.#newestTime,
      roomBytes,
      offlineCount: this.#offline.size,
      offlineTotal: this.#offlineTotal,
      cardDayTotal: this.#paidByDay.get(day)?.get(formatIdm(idmOf(idm))) ?? yen(0),
      loadedTotal: sumYen([...this.#halfDoneLoads.values(), ...this.#offlineLoads.values()]),
    };
  }

  #placeOf({ idm, time }: PurseIntent): { readonly paid: Map<string, Yen>; readonly card: string } {
    const day = businessDateOf(time);
    const paid = this.#paidByDay.get(day) ?? new Map<string, Yen>();
    this.#paidByDay.set(day, paid);
    const [oldest] = [...this.#paidByDay.keys()].sort();
    if (this.#paidByDay.size > DAYS_KEPT && oldest !== undefined) this.#paidByDay.delete(oldest);
    return { paid, card: formatIdm(idmOf(idm)) };
  }
}
