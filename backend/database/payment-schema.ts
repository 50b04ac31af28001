import { appendOnly } from './append-only.ts';

const TABLES = ['carrier_key', 'settlement_proposal', 'proposal_signature', 'deposit_report'];

/**
 * What follows the close of a window, and the reports that the law asks for. The last `carrier_key` is
 * the one in use. `deposit_report` has what was first computed for a base date: later computations are
 * held against it.
 */
export const PAYMENT_SCHEMA: string = `
CREATE TABLE carrier_key (
  id INTEGER PRIMARY KEY,
  public_key BLOB NOT NULL,
  registered_at_ms INTEGER NOT NULL) STRICT;
CREATE TABLE settlement_proposal (
  window_number INTEGER PRIMARY KEY REFERENCES window_close,
  bytes BLOB NOT NULL,
  proposed_at_ms INTEGER NOT NULL) STRICT;
CREATE TABLE proposal_signature (
  window_number INTEGER NOT NULL REFERENCES settlement_proposal,
  party TEXT NOT NULL CHECK (party IN ('issuer', 'carrier')),
  public_key BLOB NOT NULL,
  signature BLOB NOT NULL CHECK (length(signature) = 64),
  signed_at_ms INTEGER NOT NULL,
  PRIMARY KEY (window_number, party)) STRICT, WITHOUT ROWID;
CREATE TABLE deposit_report (
  base_date TEXT PRIMARY KEY,
  report TEXT NOT NULL,
  made_at_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
${TABLES.map(appendOnly).join('')}`;
