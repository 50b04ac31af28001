import { appendOnly } from './append-only.ts';

/**
 * Which cards must not be used: each decision is a row, and the last of a card counts. A published
 * list is all decisions up to one, so it can be made again, byte for byte.
 */
export const HOTLIST_SCHEMA: string = `
CREATE TABLE hot_listing (
  id INTEGER PRIMARY KEY,
  idm BLOB NOT NULL REFERENCES card_account,
  is_listed INTEGER NOT NULL CHECK (is_listed IN (0, 1)),
  decided_at_ms INTEGER NOT NULL) STRICT;
CREATE INDEX hot_listing_by_card ON hot_listing (idm, id);
CREATE TABLE hot_list (
  sequence INTEGER PRIMARY KEY,
  last_listing_id INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL) STRICT;
${['hot_listing', 'hot_list'].map(appendOnly).join('')}`;

/**
 * What terminals reported of cards on their lists: it moves no money. `reason` says why one is kept and
 * not believed.
 */
export const HIT_SCHEMA: string = `
CREATE TABLE hot_list_hit (
  batch_id INTEGER NOT NULL REFERENCES batch,
  sam_number INTEGER NOT NULL,
  sam_id INTEGER NOT NULL,
  idm BLOB NOT NULL,
  sequence INTEGER NOT NULL,
  is_blocked INTEGER NOT NULL CHECK (is_blocked IN (0, 1)),
  hit_at_ms INTEGER NOT NULL,
  reason TEXT,
  PRIMARY KEY (batch_id, sam_number)) STRICT, WITHOUT ROWID;
CREATE INDEX hot_list_hit_by_number ON hot_list_hit (sam_id, sam_number);
${appendOnly('hot_list_hit')}`;
