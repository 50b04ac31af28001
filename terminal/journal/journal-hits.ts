import { formatIdm, idm as idmOf } from '#felica/identifiers';
import type { HotListHit } from '../debit/purse-journal.ts';

/** The hits that the journal knows of, each once, and which of them the issuer is told of already. */
export class JournalHits {
  readonly #hits = new Map<string, HotListHit>();
  readonly #unreported = new Map<string, HotListHit>();
  readonly #reported = new Set<string>();

  add(hit: HotListHit): void {
    const name = nameOf(hit);
    this.#hits.set(name, hit);
    if (!this.#reported.has(name)) this.#unreported.set(name, hit);
  }

  report(hit: HotListHit): void {
    const name = nameOf(hit);
    this.#reported.add(name);
    this.#unreported.delete(name);
  }

  /** The same card, by the same list, and as blocked as before. */
  has(hit: HotListHit): boolean {
    return this.#hits.has(nameOf(hit));
  }

  /** Oldest first. */
  all(): readonly HotListHit[] {
    return [...this.#hits.values()];
  }

  /** Oldest first. */
  unreported(): readonly HotListHit[] {
    return [...this.#unreported.values()];
  }
}

function nameOf({ idm, sequence, isBlockedOnCard }: HotListHit): string {
  return `${formatIdm(idmOf(idm))} ${sequence} ${isBlockedOnCard}`;
}
