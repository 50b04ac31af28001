import { appendOnly } from './append-only.ts';

/**
 * Corrections of closed windows. An `adjustment` is a proposal; with the signatures of both parties it is
 * posted, once, in the window that was open then.
 */
export const ADJUSTMENT_SCHEMA: string = `
CREATE TABLE adjustment (
  reference TEXT PRIMARY KEY,
  window_number INTEGER NOT NULL REFERENCES window_close,
  merchant_id INTEGER NOT NULL REFERENCES merchant,
  amount_yen INTEGER NOT NULL CHECK (amount_yen <> 0),
  against TEXT NOT NULL CHECK (against IN ('fee-income', 'bank-suspense')),
  reason TEXT NOT NULL,
  sign_until TEXT NOT NULL,
  proposed_at_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE adjustment_signature (
  reference TEXT NOT NULL REFERENCES adjustment,
  party TEXT NOT NULL CHECK (party IN ('issuer', 'carrier')),
  public_key BLOB NOT NULL,
  signature BLOB NOT NULL CHECK (length(signature) = 64),
  signed_at_ms INTEGER NOT NULL,
  PRIMARY KEY (reference, party)) STRICT, WITHOUT ROWID;
CREATE TABLE posted_adjustment (
  reference TEXT PRIMARY KEY REFERENCES adjustment,
  window_number INTEGER NOT NULL REFERENCES settlement_window,
  merchant_id INTEGER NOT NULL,
  amount_yen INTEGER NOT NULL,
  posted_at_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX posted_adjustment_by_window ON posted_adjustment (window_number, merchant_id);
${['adjustment', 'adjustment_signature', 'posted_adjustment'].map(appendOnly).join('')}`;
