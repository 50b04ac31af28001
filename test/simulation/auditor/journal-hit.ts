import { hex } from './card-reading.ts';
import { type ReadHit, readHit } from './hit-reading.ts';
import { bytesIn, type Entry, objectIn } from './journal-field.ts';

/** A hit of the hot list in a journal, and the record by which it was reported. */
export interface JournalledHit {
  readonly card: string;
  readonly sequence: number;
  readonly isBlocked: boolean;
  readonly time: number;
  report: ReadHit | undefined;
}

/** The hits of one journal, in the order of its entries. */
export class JournalledHits {
  readonly all: JournalledHit[] = [];
  readonly #complain: (text: string) => unknown;

  constructor(complain: (text: string) => unknown) {
    this.#complain = complain;
  }

  note(entry: Entry): void {
    const hit = hitOf(entry);
    if (this.#find(hit) !== undefined) this.#complain(`${nameOfHit(hit)} stands in it twice`);
    this.all.push(hit);
  }

  /** The SAM number that the report took, or `undefined` if it is none. */
  noteReport(entry: Entry): number | undefined {
    const told = hitOf(entry);
    const hit = this.#find(told);
    const report = readHit(bytesIn(objectIn(entry, 'sealed'), 'record'));
    if (hit === undefined) {
      this.#complain(`${nameOfHit(told)} is reported and never was`);
      return report?.samNumber;
    }
    if (hit.report !== undefined) this.#complain(`${nameOfHit(hit)} is reported twice`);
    if (report === undefined || !isReportOf(report, hit)) {
      this.#complain(`the report of ${nameOfHit(hit)} says something else`);
    }
    hit.report = report;
    return report?.samNumber;
  }

  #find(hit: JournalledHit): JournalledHit | undefined {
    return this.all.find((known) => nameOfHit(known) === nameOfHit(hit));
  }
}

export function nameOfHit({ card, sequence, isBlocked }: JournalledHit): string {
  return `the hit of card ${card} by list ${sequence} (${isBlocked ? 'blocked' : 'not blocked'})`;
}

function hitOf(entry: Entry): JournalledHit {
  const fields = objectIn(entry, 'hit');
  return {
    card: hex(bytesIn(fields, 'idm')),
    sequence: Number(fields['sequence']),
    isBlocked: fields['isBlockedOnCard'] === true,
    time: Number(fields['time']),
    report: undefined,
  };
}

function isReportOf(report: ReadHit, hit: JournalledHit): boolean {
  return (
    report.card === hit.card &&
    report.listSequence === hit.sequence &&
    report.isBlocked === hit.isBlocked &&
    report.time === hit.time
  );
}
