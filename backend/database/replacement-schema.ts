import { appendOnly } from './append-only.ts';

const TABLES = ['card_owner', 'card_end', 'moved_value', 'customer_payment'];

/**
 * Cards that are used no more. `card_owner`: who a registered card belongs to; a card without a row is
 * anonymous. `card_end`: replaced by another card, or closed. `moved_value`: what was taken from an ended
 * card, to wait for the new one, or to be paid to its owner.
 */
export const REPLACEMENT_SCHEMA: string = `
CREATE TABLE card_owner (
  idm BLOB PRIMARY KEY REFERENCES card_account,
  owner TEXT NOT NULL,
  registered_at_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE card_end (
  idm BLOB PRIMARY KEY REFERENCES card_account,
  new_idm BLOB UNIQUE REFERENCES card_account,
  refund TEXT CHECK (refund IN ('small', 'unavoidable', 'termination')),
  note TEXT NOT NULL,
  ended_at_ms INTEGER NOT NULL,
  CHECK (new_idm IS NULL OR refund IS NULL)) STRICT, WITHOUT ROWID;
CREATE TABLE moved_value (
  id INTEGER PRIMARY KEY,
  idm BLOB NOT NULL REFERENCES card_end,
  amount_yen INTEGER NOT NULL CHECK (amount_yen > 0),
  window_number INTEGER NOT NULL REFERENCES settlement_window,
  moved_at_ms INTEGER NOT NULL) STRICT;
CREATE INDEX moved_value_by_card ON moved_value (idm, id);
CREATE TABLE customer_payment (
  moved_id INTEGER PRIMARY KEY REFERENCES moved_value,
  note TEXT NOT NULL,
  paid_at_ms INTEGER NOT NULL) STRICT;
${TABLES.map(appendOnly).join('')}`;
