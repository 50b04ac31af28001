import type { CardKeyLabel } from './card-key.ts';

export const SAM_KINDS = ['pos', 'pos-void', 'load'] as const;

/**
 * `pos` takes value from cards, `pos-void` also gives the last debit of a card back, `load` puts value
 * on cards; no SAM does both.
 */
export type SamKind = (typeof SAM_KINDS)[number];

/** Beside reading, each SAM may block a card; none may make a blocked card valid again (`VALW`). */
const COMMON_LABELS: readonly CardKeyLabel[] = ['INDV', 'HIST', 'DATR', 'CERR', 'BLOK'];

/**
 * Exactly the masters that each kind of SAM holds: one more would be one right too many. A stolen POS
 * SAM can take value from cards and never make any, one that may void gives back at most what was taken
 * last, and no SAM can make a transaction certificate.
 */
export const LABELS_BY_KIND: Readonly<Record<SamKind, readonly CardKeyLabel[]>> = {
  pos: ['DEBI', ...COMMON_LABELS],
  // A cashback service can decrement, too.
  'pos-void': ['VOID', ...COMMON_LABELS],
  load: ['LOAD', ...COMMON_LABELS],
};
