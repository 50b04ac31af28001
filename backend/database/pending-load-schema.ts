import { appendOnly } from './append-only.ts';

/**
 * Value that waits at the issuer for its card. A claim waits in `open_refund_claim` for its sale to be
 * accepted; then it is a pending load, or refused. Each offer names the terminal that may load it and
 * the card's counter at that moment. A load that was reported as one waits in `open_pending_load_report`
 * until it is accepted, and pays the pending load whose offer it fits.
 */
export const PENDING_LOAD_SCHEMA: string = `
CREATE TABLE refund_claim (
  batch_id INTEGER NOT NULL REFERENCES batch,
  sam_number INTEGER NOT NULL,
  sam_id INTEGER NOT NULL,
  idm BLOB NOT NULL,
  card_counter INTEGER NOT NULL,
  amount_yen INTEGER NOT NULL,
  claimed_at_ms INTEGER NOT NULL,
  reason TEXT,
  PRIMARY KEY (batch_id, sam_number)) STRICT, WITHOUT ROWID;
CREATE INDEX refund_claim_by_number ON refund_claim (sam_id, sam_number);
CREATE INDEX refund_claim_by_sale ON refund_claim (idm, card_counter);
CREATE TABLE open_refund_claim (
  batch_id INTEGER NOT NULL,
  sam_number INTEGER NOT NULL,
  PRIMARY KEY (batch_id, sam_number)) STRICT, WITHOUT ROWID;
CREATE TABLE refund_claim_refusal (
  batch_id INTEGER NOT NULL,
  sam_number INTEGER NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (batch_id, sam_number)) STRICT, WITHOUT ROWID;
CREATE TABLE pending_load (
  number INTEGER PRIMARY KEY,
  idm BLOB NOT NULL REFERENCES card_account,
  amount_yen INTEGER NOT NULL CHECK (amount_yen > 0),
  batch_id INTEGER NOT NULL,
  sam_number INTEGER NOT NULL,
  window_number INTEGER NOT NULL REFERENCES settlement_window,
  merchant_id INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  UNIQUE (batch_id, sam_number)) STRICT;
CREATE INDEX pending_load_by_card ON pending_load (idm, number);
CREATE INDEX pending_load_by_window ON pending_load (window_number, merchant_id);
CREATE TABLE pending_load_offer (
  id INTEGER PRIMARY KEY,
  number INTEGER NOT NULL REFERENCES pending_load,
  sam_id INTEGER NOT NULL,
  card_counter INTEGER NOT NULL,
  offered_at_ms INTEGER NOT NULL) STRICT;
CREATE INDEX pending_load_offer_by_load ON pending_load_offer (number, id);
CREATE TABLE open_pending_load_report (
  sam_id INTEGER NOT NULL,
  sam_number INTEGER NOT NULL,
  PRIMARY KEY (sam_id, sam_number)) STRICT, WITHOUT ROWID;
CREATE TABLE pending_load_payment (
  number INTEGER PRIMARY KEY REFERENCES pending_load,
  record_id INTEGER NOT NULL UNIQUE REFERENCES record,
  window_number INTEGER NOT NULL REFERENCES settlement_window,
  merchant_id INTEGER NOT NULL,
  amount_yen INTEGER NOT NULL,
  paid_at_ms INTEGER NOT NULL) STRICT;
CREATE INDEX pending_load_payment_by_window ON pending_load_payment (window_number, merchant_id);
${[
  'refund_claim',
  'refund_claim_refusal',
  'pending_load',
  'pending_load_offer',
  'pending_load_payment',
]
  .map(appendOnly)
  .join('')}`;

/** Offers that hold their pending load no longer, because a person decided so: all up to `offer_id`. */
export const PENDING_LOAD_RELEASE_SCHEMA: string = `
CREATE TABLE pending_load_release (
  id INTEGER PRIMARY KEY,
  number INTEGER NOT NULL REFERENCES pending_load,
  offer_id INTEGER NOT NULL REFERENCES pending_load_offer,
  decided_by TEXT NOT NULL,
  decided_at_ms INTEGER NOT NULL,
  UNIQUE (number, offer_id)) STRICT;
${appendOnly('pending_load_release')}`;
