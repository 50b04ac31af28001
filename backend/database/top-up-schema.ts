import { appendOnly } from './append-only.ts';
import type { Schema } from './migration.ts';

/** What was asked for, and each step of it. No top-up is in the same state twice. */
const TOP_UP = `
CREATE TABLE top_up (
  top_up_id TEXT NOT NULL PRIMARY KEY,
  idm BLOB NOT NULL,
  source TEXT NOT NULL CHECK (source IN ('phone-bill', 'bank-account', 'card')),
  account TEXT NOT NULL,
  amount_yen INTEGER NOT NULL CHECK (amount_yen > 0)) STRICT, WITHOUT ROWID;
CREATE TABLE top_up_step (
  top_up_id TEXT NOT NULL REFERENCES top_up,
  number INTEGER NOT NULL,
  state TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (top_up_id, number),
  UNIQUE (top_up_id, state)) STRICT, WITHOUT ROWID;
${['top_up', 'top_up_step'].map(appendOnly).join('')}`;

export const TOP_UP_SCHEMA: Schema = {
  applicationId: 0x4b_5a_42_54,
  migrations: [{ name: 'top-up', sql: TOP_UP }],
};
