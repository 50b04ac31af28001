import { appendOnly } from './append-only.ts';

/**
 * What is missing. `gap`: numbers of a sequence that were never reported, while later ones were; rows
 * come and go with what arrives. `owner` is a terminal id, a SAM id or an IDm. `early_batch`: stored
 * batches that wait for the one before them.
 */
export const GAP_SCHEMA: string = `
CREATE TABLE gap (
  sequence TEXT NOT NULL CHECK (sequence IN ('batch', 'sam', 'card')),
  owner ANY NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL CHECK (last >= first),
  first_seen_ms INTEGER NOT NULL,
  PRIMARY KEY (sequence, owner, first)) STRICT, WITHOUT ROWID;
CREATE TABLE gap_decision (
  id INTEGER PRIMARY KEY,
  sequence TEXT NOT NULL CHECK (sequence IN ('batch', 'sam', 'card')),
  owner ANY NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL CHECK (last >= first),
  note TEXT NOT NULL,
  decided_at_ms INTEGER NOT NULL) STRICT;
CREATE INDEX gap_decision_by_owner ON gap_decision (sequence, owner);
CREATE TABLE early_batch (
  terminal_id INTEGER NOT NULL REFERENCES terminal,
  batch_number INTEGER NOT NULL,
  evidence_id INTEGER NOT NULL REFERENCES evidence,
  received_at_ms INTEGER NOT NULL,
  PRIMARY KEY (terminal_id, batch_number, evidence_id)) STRICT, WITHOUT ROWID;
${appendOnly('gap_decision')}`;
