/** What the auditor says of one episode. */
export interface AuditReport {
  /** Each a sentence that names card, terminal, sale and yen. Empty if nothing is wrong. */
  readonly violations: readonly string[];
  readonly figures: AuditFigures;
}

/** In yen, where the name does not say that it is a count. Of all cards, clones included. */
export interface AuditFigures {
  readonly onCardsAtStart: number;
  readonly loaded: number;
  readonly spent: number;
  /** What somebody made, or lost if negative, by putting an older content of a chip back. */
  readonly conjured: number;
  readonly onCardsAtEnd: number;
  /** Where the spent money is: this and the five below make `spent`. */
  readonly acceptedByIssuer: number;
  readonly heldByIssuer: number;
  /** Of cards with a clone or an older content only: there is no telling which write was right. */
  readonly refusedByIssuer: number;
  /** In a closed batch that the issuer has not judged. */
  readonly onItsWay: number;
  /** In a terminal's journal, and in no batch yet. */
  readonly inJournals: number;
  /** The card paid and its terminal does not know yet: unresolved, or left to the issuer. */
  readonly unresolved: number;
  readonly purseWriteCount: number;
  readonly recordCount: number;
}
