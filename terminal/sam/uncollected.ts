/**
 * What the SAM has sealed since the last batches that the issuer acknowledged.
 *
 * The journal is the SAM's memory of this, and there is no second file: it is durable before a
 * customer hears of a sale, a counter of its own would cost one more write to the disk for each sale
 * and could disagree, and a journal that is deleted or set back repeats SAM numbers, which the issuer
 * sees.
 */
export interface Uncollected {
  readonly count: number;
  /** In yen, in whichever direction. */
  readonly amount: number;
  /** The SAM number of the last record that is counted, 0 before the first. */
  readonly lastSamNumber: number;
}
