import { appendOnly } from './append-only.ts';

/**
 * The books of one party. A transfer has one entry for each account it touches, debit positive, and
 * its entries sum to zero. Its reference names the cause, so no cause can be posted twice.
 */
export const LEDGER_SCHEMA: string = `
CREATE TABLE transfer (
  id INTEGER PRIMARY KEY,
  reference TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  window_number INTEGER NOT NULL,
  posted_at_ms INTEGER NOT NULL) STRICT;
CREATE INDEX transfer_by_window ON transfer (window_number);
CREATE TABLE entry (
  id INTEGER PRIMARY KEY,
  transfer_id INTEGER NOT NULL REFERENCES transfer,
  account TEXT NOT NULL,
  amount_yen INTEGER NOT NULL CHECK (amount_yen <> 0),
  UNIQUE (transfer_id, account)) STRICT;
CREATE INDEX entry_by_account ON entry (account, amount_yen);
${appendOnly('transfer')}${appendOnly('entry')}`;
