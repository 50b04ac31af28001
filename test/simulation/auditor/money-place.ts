import { nameOfRecord } from './audit-batches.ts';
import type { MatchedWrites } from './audit-writes.ts';
import type { ReadBatch, ReadRecord } from './batch-reading.ts';
import { nameOf } from './card-reading.ts';
import type { IssuerEvidence, PostedRecord } from './evidence.ts';
import { isOpen, type ReadIntent, type ReadJournal } from './journal-reading.ts';
import type { AuditFigures } from './report.ts';

export interface MoneyToPlace {
  readonly matched: MatchedWrites;
  readonly journals: readonly ReadJournal[];
  readonly stored: readonly ReadBatch[];
  readonly issuer: IssuerEvidence;
  readonly doubtful: ReadonlySet<string>;
}

type Place =
  | 'acceptedByIssuer'
  | 'heldByIssuer'
  | 'refusedByIssuer'
  | 'onItsWay'
  | 'inJournals'
  | 'unresolved';

type PlaceFigures = Pick<AuditFigures, Place | 'loaded' | 'spent'>;

export interface PlacedMoney {
  readonly figures: PlaceFigures;
  readonly violations: readonly string[];
}

/** Says of every yen that was spent where it is now, and of every record what it stands for. */
export function placesOfMoney(money: MoneyToPlace): PlacedMoney {
  const { matched, doubtful } = money;
  const violations: string[] = [];
  const figures = {
    loaded: 0,
    spent: 0,
    acceptedByIssuer: 0,
    heldByIssuer: 0,
    refusedByIssuer: 0,
    onItsWay: 0,
    inJournals: 0,
    unresolved: 0,
  };
  const desk = new IssuerDesk(money);
  for (const { write, intent } of matched.matches) {
    const place = desk.placeOf(intent);
    if (write.kind === 'load') {
      figures.loaded += write.amount;
    } else {
      const amount = write.kind === 'void' ? -write.amount : write.amount;
      figures.spent += amount;
      figures[place] += amount;
    }
    if (place === 'refusedByIssuer' && !doubtful.has(write.card)) {
      violations.push(`${nameOf(write)}: true, and the issuer did not accept it`);
    }
  }
  return { figures, violations: [...violations, ...desk.auditRecords(money)] };
}

/** What the issuer made of each record, by SAM and SAM number. */
class IssuerDesk {
  readonly #posted = new Map<string, PostedRecord>();
  readonly #refused = new Set<string>();
  readonly #closed = new Set<string>();

  constructor({ issuer, stored, journals }: MoneyToPlace) {
    for (const record of issuer.records) {
      this.#posted.set(keyOf(record.samId, record.samNumber), record);
    }
    const samOf = new Map(stored.map(({ terminalId, samId }) => [terminalId, samId]));
    for (const { terminalId, samNumber, verdict } of issuer.findings) {
      const isKept = verdict === 'held' || verdict === 'interrupted';
      if (!isKept) this.#refused.add(keyOf(samOf.get(terminalId) ?? 0, samNumber));
    }
    for (const record of journals.flatMap(({ batches }) =>
      batches.flatMap(({ records }) => records),
    )) {
      this.#closed.add(keyOf(record.samId, record.samNumber));
    }
  }

  placeOf(intent: ReadIntent): Place {
    const { record, claim } = intent;
    const claimed = claim && this.#posted.get(keyOf(claim.samId, claim.samNumber));
    if (claimed?.resolution === 'released') return 'acceptedByIssuer';
    if (isOpen(intent) || record === undefined) {
      return claimed?.resolution === undefined ? 'unresolved' : 'refusedByIssuer';
    }
    const key = keyOf(record.samId, record.samNumber);
    const posted = this.#posted.get(key);
    if (posted !== undefined) {
      if (!posted.isHeld || posted.resolution === 'released') return 'acceptedByIssuer';
      return posted.resolution === 'superseded' ? 'refusedByIssuer' : 'heldByIssuer';
    }
    if (this.#refused.has(key)) return 'refusedByIssuer';
    return this.#closed.has(key) ? 'onItsWay' : 'inJournals';
  }

  /** Nothing was posted that no card did, and nothing that was stored is without an answer. */
  auditRecords({ matched, stored, doubtful }: MoneyToPlace): readonly string[] {
    const violations: string[] = [];
    const written = new Set(
      matched.matches.flatMap(({ intent }) => [intent.record?.bytes, intent.claim?.bytes]),
    );
    const accepted = new Set<string>();
    for (const record of stored.flatMap(({ records }) => records)) {
      const key = keyOf(record.samId, record.samNumber);
      const posted = this.#posted.get(key);
      if (posted === undefined && !this.#refused.has(key)) {
        violations.push(`SAM ${record.samId}, ${nameOfRecord(record)}: stored and never judged`);
      }
      if (posted === undefined) continue;
      violations.push(...differences(record, posted));
      const isClaim = posted.isInterrupted && posted.resolution !== 'released';
      if (!isClaim && !written.has(record.bytes) && !doubtful.has(record.card)) {
        violations.push(`SAM ${record.samId}, ${nameOfRecord(record)}: posted, and on no card`);
      }
      const isWaiting = posted.isHeld || posted.isInterrupted;
      const isAccepted = !isWaiting || posted.resolution === 'released';
      const write = `${record.card} ${record.counter}`;
      if (isAccepted && accepted.has(write)) {
        violations.push(`card ${record.card}, write ${record.counter}: accepted twice`);
      }
      if (isAccepted) accepted.add(write);
      this.#posted.delete(key);
    }
    for (const key of this.#posted.keys()) violations.push(`SAM ${key}: posted from no batch`);
    return violations;
  }
}

function differences(record: ReadRecord, posted: PostedRecord): readonly string[] {
  const isSame =
    posted.kind === record.kind &&
    posted.amountYen === record.amount &&
    posted.cardCounter === record.counter;
  return isSame ? [] : [`SAM ${record.samId}, ${nameOfRecord(record)}: posted as something else`];
}

function keyOf(samId: number, samNumber: number): string {
  return `${samId} record ${samNumber}`;
}
