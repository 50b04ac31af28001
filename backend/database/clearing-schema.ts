import { appendOnly } from './append-only.ts';

// A number above 2^31 was bound as a float.
const OWNER_NAME = `iif(sequence = 'card', lower(hex(owner)), replace(CAST(owner AS TEXT), '.0', ''))`;

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

/** The owner of a gap as a text: not every engine has a column of any type. */
export const GAP_OWNER_SCHEMA: string = `
CREATE TABLE gap_by_name (
  sequence TEXT NOT NULL CHECK (sequence IN ('batch', 'sam', 'card')),
  owner TEXT NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL CHECK (last >= first),
  first_seen_ms INTEGER NOT NULL,
  PRIMARY KEY (sequence, owner, first)) STRICT, WITHOUT ROWID;
INSERT INTO gap_by_name SELECT sequence, ${OWNER_NAME}, first, last, first_seen_ms FROM gap;
DROP TABLE gap;
ALTER TABLE gap_by_name RENAME TO gap;
CREATE TABLE gap_decision_by_name (
  id INTEGER PRIMARY KEY,
  sequence TEXT NOT NULL CHECK (sequence IN ('batch', 'sam', 'card')),
  owner TEXT NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL CHECK (last >= first),
  note TEXT NOT NULL,
  decided_at_ms INTEGER NOT NULL) STRICT;
INSERT INTO gap_decision_by_name
SELECT id, sequence, ${OWNER_NAME}, first, last, note, decided_at_ms FROM gap_decision;
DROP TABLE gap_decision;
ALTER TABLE gap_decision_by_name RENAME TO gap_decision;
CREATE INDEX gap_decision_by_owner ON gap_decision (sequence, owner);
${appendOnly('gap_decision')}`;

/**
 * Up to counter `watermark` the issuer knows every write of the card, and the card said then that it had
 * `watermark_balance_yen`. Cards wait in `card_to_examine` where that could not be told at once.
 */
export const CARD_CHAIN_SCHEMA = `
ALTER TABLE card_shadow ADD COLUMN watermark INTEGER NOT NULL DEFAULT 0;
ALTER TABLE card_shadow ADD COLUMN watermark_balance_yen INTEGER NOT NULL DEFAULT 0;
CREATE TABLE card_to_examine (
  idm BLOB PRIMARY KEY REFERENCES card_account) STRICT, WITHOUT ROWID;
INSERT INTO card_to_examine SELECT idm FROM card_shadow`;

/**
 * What a person must look at. One case for each anomaly: `subject` names it, the same however often it
 * is found. `evidence` is JSON of ids in this database. Sites say where terminals stand, in degrees.
 */
export const CASE_SCHEMA: string = `
CREATE TABLE fraud_case (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('counter-reused', 'negative-shadow', 'balance-jump',
    'sam-anomaly', 'impossible-travel')),
  subject TEXT NOT NULL,
  idm BLOB,
  sam_id INTEGER,
  is_proof INTEGER NOT NULL CHECK (is_proof IN (0, 1)),
  expected TEXT NOT NULL,
  found TEXT NOT NULL,
  evidence TEXT NOT NULL,
  opened_at_ms INTEGER NOT NULL,
  UNIQUE (kind, subject)) STRICT;
CREATE TABLE fraud_case_decision (
  case_id INTEGER PRIMARY KEY REFERENCES fraud_case,
  decision TEXT NOT NULL CHECK (decision IN ('confirmed', 'cleared')),
  note TEXT NOT NULL,
  decided_at_ms INTEGER NOT NULL) STRICT;
CREATE TABLE sam_ceiling (
  sam_id INTEGER NOT NULL REFERENCES sam,
  count_max INTEGER NOT NULL,
  amount_max_yen INTEGER NOT NULL,
  issued_at_ms INTEGER NOT NULL,
  PRIMARY KEY (sam_id, count_max, amount_max_yen)) STRICT, WITHOUT ROWID;
CREATE TABLE terminal_site (
  terminal_id INTEGER PRIMARY KEY REFERENCES terminal,
  latitude REAL NOT NULL CHECK (latitude BETWEEN -90 AND 90),
  longitude REAL NOT NULL CHECK (longitude BETWEEN -180 AND 180)) STRICT;
ALTER TABLE hot_listing ADD COLUMN case_id INTEGER REFERENCES fraud_case;
${['fraud_case', 'fraud_case_decision', 'sam_ceiling'].map(appendOnly).join('')}`;
