import { createHash, type Hash } from 'node:crypto';
import {
  type BusinessDate,
  businessDate,
  negateYen,
  type SignedYen,
  signedYen,
  sumSignedYen,
  type Yen,
  yen,
} from '#units';
import { CARD_LIABILITY, PENDING_LOAD_PAYABLE, SUSPENSE } from '../ledger/chart-of-accounts.ts';
import { bankBusinessDayUntil } from './business-calendar.ts';

/** Above it a deposit is owed (Payment Services Act art. 14; Enforcement Order art. 6). */
const BASE_AMOUNT = 10_000_000;
const HEADING = 'Kazasu books for a base date, version 1';

export interface BookedEntry {
  readonly account: string;
  readonly amount: SignedYen;
}

/** One transfer of the books, with its entries in the order of their accounts. */
export interface BookedTransfer {
  readonly id: number;
  readonly reference: string;
  readonly kind: string;
  readonly windowNumber: number;
  readonly postedAt: number;
  readonly entries: readonly BookedEntry[];
}

/** What an issuer of prepaid value reports of one base date. */
export interface DepositReport {
  readonly baseDate: BusinessDate;
  /** What the books owe to cards. */
  readonly cardLiability: SignedYen;
  /** Held records: they may still be on cards, so they count as unused. */
  readonly suspense: SignedYen;
  /** What waits at the issuer for cards. */
  readonly pendingLoads: SignedYen;
  /** All three together, never below zero. */
  readonly unused: Yen;
  /** Half of it, rounded up, or zero where it is not above 10,000,000 yen. */
  readonly deposit: Yen;
  /** The last day for the deposit, and the last before it on which banks work. */
  readonly dueOn: BusinessDate;
  readonly payableUntil: BusinessDate;
  /** What each kind of transfer added to the unused balance since the first. */
  readonly changes: Readonly<Record<string, SignedYen>>;
  readonly transferCount: number;
  /** SHA-256, in hex, of every transfer that was counted: the same books give the same. */
  readonly booksHash: string;
}

/** 31 March and 30 September (Payment Services Act art. 3 (2)). */
export function isBaseDate(date: BusinessDate): boolean {
  return /-(?:03-31|09-30)$/.test(date);
}

/** Two months after the base date: 31 May, or 30 November. */
export function depositDueOn(baseDate: BusinessDate): BusinessDate {
  return businessDate(baseDate.replace('-03-31', '-05-31').replace('-09-30', '-11-30'));
}

/** At least one half, so half a yen counts as one. */
export function depositFor(unused: Yen): Yen {
  return yen(unused > BASE_AMOUNT ? unused - Math.floor(unused / 2) : 0);
}

/**
 * Counts the books as they stood at the end of a base date, transfer by transfer in the order of their
 * ids, and makes a hash over all that it counts.
 */
export class DepositCount {
  readonly #hash: Hash = createHash('sha256').update(`${HEADING}\n`);
  readonly #changes = new Map<string, SignedYen>();
  #cardLiability = signedYen(0);
  #suspense = signedYen(0);
  #pendingLoads = signedYen(0);
  #transferCount = 0;

  add(transfer: BookedTransfer): void {
    const { id, reference, kind, windowNumber, postedAt, entries } = transfer;
    const legs = entries.map(({ account, amount }) => [account, amount]);
    const line = JSON.stringify([id, reference, kind, windowNumber, postedAt, legs]);
    this.#hash.update(`${line}\n`);
    this.#transferCount += 1;
    // The accounts stand on the credit side: what is owed is negative in the books.
    const liability = owed(transfer, CARD_LIABILITY);
    const held = owed(transfer, SUSPENSE);
    const pending = owed(transfer, PENDING_LOAD_PAYABLE);
    this.#cardLiability = sumSignedYen([this.#cardLiability, liability]);
    this.#pendingLoads = sumSignedYen([this.#pendingLoads, pending]);
    this.#suspense = sumSignedYen([this.#suspense, held]);
    const before = this.#changes.get(kind) ?? signedYen(0);
    this.#changes.set(kind, sumSignedYen([before, liability, held, pending]));
  }

  /** The count so far; nothing can be added after it. */
  report(baseDate: BusinessDate): DepositReport {
    const owedNow = sumSignedYen([this.#cardLiability, this.#suspense, this.#pendingLoads]);
    const unused = yen(Math.max(0, owedNow));
    const dueOn = depositDueOn(baseDate);
    const changes = [...this.#changes]
      .filter(([, amount]) => amount !== 0)
      .sort(([first], [second]) => (first < second ? -1 : 1));
    return {
      baseDate,
      cardLiability: this.#cardLiability,
      suspense: this.#suspense,
      pendingLoads: this.#pendingLoads,
      unused,
      deposit: depositFor(unused),
      dueOn,
      payableUntil: bankBusinessDayUntil(dueOn),
      changes: Object.fromEntries(changes),
      transferCount: this.#transferCount,
      booksHash: this.#hash.digest('hex'),
    };
  }
}

function owed({ entries }: BookedTransfer, account: string): SignedYen {
  const found = entries.filter((entry) => entry.account === account);
  return negateYen(sumSignedYen(found.map(({ amount }) => amount)));
}
