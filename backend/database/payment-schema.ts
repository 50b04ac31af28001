import { appendOnly } from './append-only.ts';

const TABLES = ['deposit_report'];

/**
 * What follows the close of a window, and the reports that the law asks for. `deposit_report` has what
 * was first computed for a base date: later computations are held against it.
 */
export const PAYMENT_SCHEMA: string = `
CREATE TABLE deposit_report (
  base_date TEXT PRIMARY KEY,
  report TEXT NOT NULL,
  made_at_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
${TABLES.map(appendOnly).join('')}`;
