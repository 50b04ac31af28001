import { ADJUSTMENT_SCHEMA } from './adjustment-schema.ts';
import { appendOnly } from './append-only.ts';
import { CARD_CHAIN_SCHEMA, CASE_SCHEMA, GAP_OWNER_SCHEMA, GAP_SCHEMA } from './clearing-schema.ts';
import { HIT_SCHEMA, HOTLIST_SCHEMA } from './hotlist-schema.ts';
import { KEY_SCHEMA } from './key-schema.ts';
import { LEDGER_SCHEMA } from './ledger-schema.ts';
import type { Schema } from './migration.ts';
import { PAYMENT_ORDER_SCHEMA } from './payment-order-schema.ts';
import { PAYMENT_SCHEMA } from './payment-schema.ts';
import { PENDING_LOAD_RELEASE_SCHEMA, PENDING_LOAD_SCHEMA } from './pending-load-schema.ts';
import { REPLACEMENT_SCHEMA } from './replacement-schema.ts';
import { OPEN_TOP_UP_SCHEMA, TOP_UP_QUEUE_SCHEMA, TOP_UP_SCHEMA } from './top-up-schema.ts';

/** Who takes part: merchants, SAMs, terminals, cards. */
const PARTIES = `
CREATE TABLE merchant (
  merchant_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  fee_basis_points INTEGER NOT NULL,
  commission_basis_points INTEGER NOT NULL,
  registered_at_ms INTEGER NOT NULL,
  CHECK (0 <= commission_basis_points AND commission_basis_points <= fee_basis_points
    AND fee_basis_points <= 10000)) STRICT;
CREATE TABLE sam (
  sam_id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('pos', 'pos-void', 'load')),
  key_version INTEGER NOT NULL,
  amount_max_yen INTEGER NOT NULL,
  issued_at_ms INTEGER NOT NULL) STRICT;
CREATE TABLE terminal (
  terminal_id INTEGER PRIMARY KEY,
  merchant_id INTEGER NOT NULL REFERENCES merchant,
  sam_id INTEGER NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('pos', 'pos-void', 'load')),
  amount_max_yen INTEGER NOT NULL,
  public_key BLOB NOT NULL,
  enrolled_at_ms INTEGER NOT NULL) STRICT;
CREATE TABLE card_account (
  idm BLOB PRIMARY KEY CHECK (length(idm) = 8),
  key_version INTEGER NOT NULL,
  issued_at_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
${['merchant', 'sam', 'terminal', 'card_account'].map(appendOnly).join('')}`;

/**
 * What arrived, and what was made of it. `is_held`: 0 accepted, 1 held, 2 interrupted. Evidence is the raw source; every table below it can be
 * built again from it. Rows change in these tables only: the queue of unverified batches, the card
 * shadow, and what is missing or waits to be examined (clearing-schema.ts).
 *
 * A purse write is reported once: no two certified records have the same card and card counter. A
 * record without a certificate takes no such place, for anybody who holds a SAM could make one up, until
 * the next record of the card brings the certificate that was missing.
 */
const COLLECTION = `
CREATE TABLE evidence (
  id INTEGER PRIMARY KEY,
  sha256 BLOB NOT NULL UNIQUE,
  received_at_ms INTEGER NOT NULL,
  bytes BLOB NOT NULL) STRICT;
CREATE TABLE refusal (
  evidence_id INTEGER NOT NULL REFERENCES evidence,
  terminal_id INTEGER NOT NULL,
  reason TEXT NOT NULL,
  detail TEXT NOT NULL,
  refused_at_ms INTEGER NOT NULL,
  PRIMARY KEY (evidence_id, terminal_id, reason)) STRICT, WITHOUT ROWID;
CREATE TABLE batch (
  id INTEGER PRIMARY KEY,
  terminal_id INTEGER NOT NULL REFERENCES terminal,
  batch_number INTEGER NOT NULL,
  merchant_id INTEGER NOT NULL REFERENCES merchant,
  sam_id INTEGER NOT NULL,
  first_sam_number INTEGER NOT NULL,
  last_sam_number INTEGER NOT NULL,
  hash BLOB NOT NULL UNIQUE,
  evidence_id INTEGER NOT NULL REFERENCES evidence,
  received_at_ms INTEGER NOT NULL,
  UNIQUE (terminal_id, batch_number)) STRICT;
CREATE INDEX batch_by_sam ON batch (sam_id, last_sam_number, first_sam_number);
CREATE TABLE unverified_batch (
  batch_id INTEGER PRIMARY KEY REFERENCES batch) STRICT;
CREATE TABLE record (
  id INTEGER PRIMARY KEY,
  batch_id INTEGER NOT NULL REFERENCES batch,
  sam_id INTEGER NOT NULL,
  sam_number INTEGER NOT NULL,
  idm BLOB NOT NULL,
  card_counter INTEGER NOT NULL,
  kind INTEGER NOT NULL CHECK (kind IN (1, 2, 3)),
  amount_yen INTEGER NOT NULL,
  balance_before_yen INTEGER NOT NULL,
  balance_after_yen INTEGER NOT NULL,
  is_held INTEGER NOT NULL CHECK (is_held IN (0, 1, 2)),
  has_certificate INTEGER NOT NULL CHECK (has_certificate IN (0, 1)),
  purse_write BLOB NOT NULL,
  certificate_before BLOB NOT NULL,
  UNIQUE (sam_id, sam_number)) STRICT;
CREATE UNIQUE INDEX record_certified ON record (idm, card_counter) WHERE has_certificate = 1;
CREATE INDEX record_uncertified ON record (idm, card_counter, purse_write) WHERE has_certificate = 0;
CREATE INDEX record_held ON record (is_held) WHERE is_held = 1;
CREATE INDEX record_interrupted ON record (is_held) WHERE is_held = 2;
CREATE TABLE finding (
  batch_id INTEGER NOT NULL REFERENCES batch,
  sam_number INTEGER NOT NULL,
  verdict TEXT NOT NULL CHECK (verdict IN ('held', 'interrupted', 'refused', 'ignored', 'fraud')),
  reason TEXT NOT NULL,
  idm BLOB NOT NULL,
  card_counter INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  amount_yen INTEGER NOT NULL,
  PRIMARY KEY (batch_id, sam_number)) STRICT, WITHOUT ROWID;
CREATE INDEX finding_by_card ON finding (idm, card_counter);
CREATE TABLE card_shadow (
  idm BLOB PRIMARY KEY REFERENCES card_account,
  balance_yen INTEGER NOT NULL,
  last_counter INTEGER NOT NULL,
  record_count INTEGER NOT NULL) STRICT, WITHOUT ROWID;
${['evidence', 'refusal', 'batch', 'record', 'finding'].map(appendOnly).join('')}`;

/** The calendar of money, and in which window each batch and each resolution counts. */
const SETTLEMENT = `
CREATE TABLE settlement_window (
  number INTEGER PRIMARY KEY,
  business_date TEXT NOT NULL,
  opened_at_ms INTEGER NOT NULL) STRICT;
CREATE TABLE window_close (
  window_number INTEGER PRIMARY KEY REFERENCES settlement_window,
  closed_at_ms INTEGER NOT NULL,
  figures TEXT NOT NULL) STRICT;
CREATE TABLE window_settlement (
  window_number INTEGER PRIMARY KEY REFERENCES window_close,
  settled_at_ms INTEGER NOT NULL) STRICT;
CREATE TABLE posted_batch (
  batch_id INTEGER PRIMARY KEY REFERENCES batch,
  window_number INTEGER NOT NULL REFERENCES settlement_window,
  merchant_id INTEGER NOT NULL,
  load_count INTEGER NOT NULL,
  load_yen INTEGER NOT NULL,
  debit_count INTEGER NOT NULL,
  debit_yen INTEGER NOT NULL,
  void_count INTEGER NOT NULL,
  void_yen INTEGER NOT NULL,
  held_count INTEGER NOT NULL,
  held_load_yen INTEGER NOT NULL,
  held_debit_yen INTEGER NOT NULL,
  held_void_yen INTEGER NOT NULL,
  unpaid_count INTEGER NOT NULL,
  fee_yen INTEGER NOT NULL,
  commission_yen INTEGER NOT NULL,
  posted_at_ms INTEGER NOT NULL) STRICT;
CREATE INDEX posted_batch_by_window ON posted_batch (window_number, merchant_id);
CREATE TABLE resolution (
  record_id INTEGER PRIMARY KEY REFERENCES record,
  outcome TEXT NOT NULL CHECK (outcome IN ('released', 'superseded', 'contradicted')),
  was_interrupted INTEGER NOT NULL CHECK (was_interrupted IN (0, 1)),
  window_number INTEGER NOT NULL REFERENCES settlement_window,
  merchant_id INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  amount_yen INTEGER NOT NULL,
  fee_yen INTEGER NOT NULL,
  commission_yen INTEGER NOT NULL,
  resolved_at_ms INTEGER NOT NULL) STRICT;
CREATE INDEX resolution_by_window ON resolution (window_number, merchant_id);
CREATE TABLE commission_advice (
  window_number INTEGER NOT NULL REFERENCES settlement_window,
  kind TEXT NOT NULL CHECK (kind IN ('earned', 'paid')),
  amount_yen INTEGER NOT NULL,
  PRIMARY KEY (window_number, kind)) STRICT, WITHOUT ROWID;
CREATE TABLE commission_advice_delivery (
  window_number INTEGER NOT NULL,
  kind TEXT NOT NULL,
  delivered_at_ms INTEGER NOT NULL,
  PRIMARY KEY (window_number, kind)) STRICT, WITHOUT ROWID;
${[
  'settlement_window',
  'window_close',
  'window_settlement',
  'posted_batch',
  'resolution',
  'commission_advice',
  'commission_advice_delivery',
]
  .map(appendOnly)
  .join('')}`;

/** As in a record: 1 Standard, 2 Lite-S. A record of the other profile is of no card of ours. */
const CARD_PROFILE =
  'ALTER TABLE card_account ADD COLUMN profile INTEGER NOT NULL DEFAULT 1 CHECK (profile IN (1, 2))';

export const ISSUER_SCHEMA: Schema = {
  applicationId: 0x4b_5a_42_49,
  migrations: [
    { name: 'issuer', sql: PARTIES + COLLECTION + LEDGER_SCHEMA + SETTLEMENT },
    { name: 'hot list', sql: HOTLIST_SCHEMA },
    { name: 'key generations', sql: KEY_SCHEMA },
    { name: 'hits of the hot list', sql: HIT_SCHEMA },
    { name: 'card profile', sql: CARD_PROFILE },
    { name: 'pending loads', sql: PENDING_LOAD_SCHEMA },
    { name: 'payments', sql: PAYMENT_SCHEMA },
    { name: 'released pending loads', sql: PENDING_LOAD_RELEASE_SCHEMA },
    { name: 'payment orders', sql: PAYMENT_ORDER_SCHEMA },
    { name: 'gaps', sql: GAP_SCHEMA },
    { name: 'card chain', sql: CARD_CHAIN_SCHEMA },
    { name: 'adjustments', sql: ADJUSTMENT_SCHEMA },
    { name: 'fraud cases', sql: CASE_SCHEMA },
    { name: 'top-ups', sql: TOP_UP_SCHEMA },
    { name: 'queue of loads', sql: TOP_UP_QUEUE_SCHEMA },
    { name: 'owners of gaps', sql: GAP_OWNER_SCHEMA },
    { name: 'ended cards', sql: REPLACEMENT_SCHEMA },
    { name: 'open top-ups', sql: OPEN_TOP_UP_SCHEMA },
  ],
};
