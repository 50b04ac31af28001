import { appendOnly } from './append-only.ts';
import { LEDGER_SCHEMA } from './ledger-schema.ts';
import type { Schema } from './migration.ts';

/** What the issuer advised, once for each settlement window and kind, and the carrier's own books. */
const CARRIER = `
CREATE TABLE advice (
  window_number INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('earned', 'paid')),
  amount_yen INTEGER NOT NULL,
  received_at_ms INTEGER NOT NULL,
  PRIMARY KEY (window_number, kind)) STRICT, WITHOUT ROWID;
${appendOnly('advice')}`;

export const CARRIER_SCHEMA: Schema = {
  applicationId: 0x4b_5a_42_43,
  migrations: [{ name: 'carrier', sql: CARRIER + LEDGER_SCHEMA }],
};
