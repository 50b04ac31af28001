/** What the auditor says of one episode. */
export interface AuditReport {
  /** Each a sentence that names card, terminal, sale and yen. Empty if nothing is wrong. */
  readonly violations: readonly string[];
  readonly figures: AuditFigures;
}

/** In yen, where the name does not say that it is a count. All of the cards that are no clones. */
export interface AuditFigures {
  readonly onCardsAtStart: number;
  readonly loaded: number;
  readonly spent: number;
  readonly onCardsAtEnd: number;
  /** Where the spent money is: this and the five below make `spent`. */
  readonly acceptedByIssuer: number;
  readonly heldByIssuer: number;
  /** In a batch that the issuer has not stored yet, or not judged. */
  readonly onItsWay: number;
  /** In a terminal's journal, and in no batch yet. */
  readonly inJournals: number;
  /** The card paid and its terminal does not know yet: unresolved, or left to the issuer. */
  readonly unresolved: number;
  /** Refused by the issuer, with its reason: a clone, or a write over a restored card. */
  readonly refusedByIssuer: number;
  readonly purseWriteCount: number;
  readonly recordCount: number;
}
