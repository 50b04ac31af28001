import { appendOnly } from './append-only.ts';

/**
 * On which day a key generation ends: each decision is a row, and the last of a generation counts. Under
 * which later generations a SAM was issued again: its own row says the first.
 */
export const KEY_SCHEMA: string = `
CREATE TABLE key_retirement (
  id INTEGER PRIMARY KEY,
  key_version INTEGER NOT NULL,
  last_day TEXT NOT NULL,
  decided_at_ms INTEGER NOT NULL) STRICT;
CREATE TABLE sam_renewal (
  sam_id INTEGER NOT NULL REFERENCES sam,
  key_version INTEGER NOT NULL,
  issued_at_ms INTEGER NOT NULL,
  PRIMARY KEY (sam_id, key_version)) STRICT, WITHOUT ROWID;
${['key_retirement', 'sam_renewal'].map(appendOnly).join('')}`;
