import { appendOnly } from './append-only.ts';

const TABLES = [
  'bank_account',
  'payment_instruction',
  'payment_order',
  'bank_file',
  'bank_statement',
  'bank_movement',
  'suspended_movement',
  'payment_rejection',
  'payment_outcome',
];

/**
 * What the bank is told and what it tells. The last `bank_account` of an owner and the last
 * `payment_outcome` of an order count. A `payment_order` that pays has the account it goes to; one that
 * collects has none. A `suspended_movement` was posted to suspense, and belongs to no order any more. A `bank_file` is raw evidence: statements and movements can be read from it again.
 */
export const PAYMENT_ORDER_SCHEMA: string = `
CREATE TABLE bank_account (
  id INTEGER PRIMARY KEY,
  owner TEXT NOT NULL,
  account TEXT NOT NULL,
  registered_at_ms INTEGER NOT NULL) STRICT;
CREATE INDEX bank_account_by_owner ON bank_account (owner);
CREATE TABLE payment_instruction (
  instruction_id TEXT PRIMARY KEY,
  window_number INTEGER NOT NULL REFERENCES window_settlement,
  attempt INTEGER NOT NULL CHECK (attempt > 0),
  pay_on TEXT NOT NULL,
  payer TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  UNIQUE (window_number, attempt)) STRICT, WITHOUT ROWID;
CREATE TABLE payment_order (
  order_id TEXT PRIMARY KEY,
  instruction_id TEXT NOT NULL REFERENCES payment_instruction,
  window_number INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  party TEXT NOT NULL,
  direction TEXT NOT NULL CHECK (direction IN ('pay', 'collect')),
  account TEXT,
  amount_yen INTEGER NOT NULL CHECK (amount_yen > 0),
  CHECK ((direction = 'pay') = (account IS NOT NULL)),
  UNIQUE (window_number, party, attempt)) STRICT, WITHOUT ROWID;
CREATE INDEX payment_order_by_instruction ON payment_order (instruction_id);
CREATE TABLE bank_file (
  id INTEGER PRIMARY KEY,
  sha256 BLOB NOT NULL UNIQUE,
  bytes BLOB NOT NULL,
  received_at_ms INTEGER NOT NULL) STRICT;
CREATE TABLE bank_statement (
  kind TEXT NOT NULL CHECK (kind IN ('statement', 'notification')),
  account_number TEXT NOT NULL,
  statement_id TEXT NOT NULL,
  file_id INTEGER NOT NULL REFERENCES bank_file,
  content_hash BLOB NOT NULL,
  PRIMARY KEY (kind, account_number, statement_id)) STRICT, WITHOUT ROWID;
CREATE TABLE bank_movement (
  id INTEGER PRIMARY KEY,
  file_id INTEGER NOT NULL REFERENCES bank_file,
  kind TEXT NOT NULL CHECK (kind IN ('statement', 'notification')),
  bank_reference TEXT,
  end_to_end_id TEXT,
  instruction_id TEXT,
  amount_yen INTEGER NOT NULL,
  direction TEXT NOT NULL CHECK (direction IN ('credit', 'debit')),
  is_return INTEGER NOT NULL,
  return_reason TEXT,
  is_booked INTEGER NOT NULL,
  booked_on TEXT) STRICT;
CREATE INDEX bank_movement_by_file ON bank_movement (file_id);
CREATE INDEX bank_movement_by_order ON bank_movement (end_to_end_id);
CREATE INDEX bank_movement_by_instruction ON bank_movement (instruction_id);
CREATE INDEX bank_movement_by_reference ON bank_movement (bank_reference);
CREATE TABLE suspended_movement (
  movement_id INTEGER PRIMARY KEY REFERENCES bank_movement) STRICT;
CREATE TABLE payment_rejection (
  id INTEGER PRIMARY KEY,
  file_id INTEGER NOT NULL REFERENCES bank_file,
  instruction_id TEXT,
  order_id TEXT,
  reason TEXT) STRICT;
CREATE INDEX payment_rejection_by_instruction ON payment_rejection (instruction_id);
CREATE INDEX payment_rejection_by_order ON payment_rejection (order_id);
CREATE TABLE payment_outcome (
  id INTEGER PRIMARY KEY,
  order_id TEXT NOT NULL REFERENCES payment_order,
  state TEXT NOT NULL,
  return_reason TEXT,
  position TEXT NOT NULL,
  judged_at_ms INTEGER NOT NULL) STRICT;
CREATE INDEX payment_outcome_by_order ON payment_outcome (order_id);
${TABLES.map(appendOnly).join('')}`;
