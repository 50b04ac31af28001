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

/**
 * Who has a phone, and what goes on its bill. A payment without an end is a reservation; one that
 * succeeded and was cancelled after it has two ends.
 */
const PHONE_BILL = `
CREATE TABLE subscriber (
  subscriber_id INTEGER PRIMARY KEY,
  phone_number TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  monthly_cap_yen INTEGER NOT NULL CHECK (monthly_cap_yen >= 0),
  registered_at_ms INTEGER NOT NULL) STRICT;
CREATE TABLE payment (
  payment_id INTEGER PRIMARY KEY,
  correlator TEXT NOT NULL UNIQUE,
  subscriber_id INTEGER NOT NULL REFERENCES subscriber,
  amount_yen INTEGER NOT NULL CHECK (amount_yen > 0),
  description TEXT NOT NULL,
  bill_month TEXT NOT NULL,
  prepared_at_ms INTEGER NOT NULL) STRICT;
CREATE INDEX payment_by_bill ON payment (subscriber_id, bill_month);
CREATE TABLE payment_end (
  payment_id INTEGER NOT NULL REFERENCES payment,
  result TEXT NOT NULL CHECK (result IN ('succeeded', 'cancelled', 'denied')),
  reason TEXT CHECK ((result = 'denied') = (reason IS NOT NULL)),
  bill_month TEXT NOT NULL,
  ended_at_ms INTEGER NOT NULL,
  PRIMARY KEY (payment_id, result)) STRICT, WITHOUT ROWID;
${['subscriber', 'payment', 'payment_end'].map(appendOnly).join('')}`;

/** Orders to the phone. An order may lapse and yet turn out to have been done: two ends. */
const REMOTE_LOCK = `
CREATE TABLE lock_order (
  order_id INTEGER PRIMARY KEY,
  subscriber_id INTEGER NOT NULL REFERENCES subscriber,
  action TEXT NOT NULL CHECK (action IN ('lock', 'unlock')),
  ordered_by TEXT NOT NULL,
  ordered_at_ms INTEGER NOT NULL) STRICT;
CREATE INDEX lock_order_by_subscriber ON lock_order (subscriber_id, order_id);
CREATE TABLE lock_order_end (
  order_id INTEGER NOT NULL REFERENCES lock_order,
  result TEXT NOT NULL CHECK (result IN ('done', 'lapsed', 'replaced')),
  ended_at_ms INTEGER NOT NULL,
  PRIMARY KEY (order_id, result)) STRICT, WITHOUT ROWID;
${['lock_order', 'lock_order_end'].map(appendOnly).join('')}`;

/** Phones that may reach the channel. Of what a phone shows only the hash is here. */
const HANDSET = `
CREATE TABLE handset (
  id INTEGER PRIMARY KEY,
  subscriber_id INTEGER NOT NULL REFERENCES subscriber,
  idm BLOB NOT NULL,
  token_hash BLOB NOT NULL UNIQUE,
  enrolled_at_ms INTEGER NOT NULL) STRICT;
CREATE INDEX handset_by_subscriber ON handset (subscriber_id, id);
CREATE INDEX handset_by_card ON handset (idm, id);
CREATE TABLE handset_end (
  handset_id INTEGER PRIMARY KEY REFERENCES handset,
  ended_at_ms INTEGER NOT NULL) STRICT;
${['handset', 'handset_end'].map(appendOnly).join('')}`;

export const CARRIER_SCHEMA: Schema = {
  applicationId: 0x4b_5a_42_43,
  migrations: [
    { name: 'carrier', sql: CARRIER + LEDGER_SCHEMA },
    { name: 'phone bill', sql: PHONE_BILL },
    { name: 'remote lock', sql: REMOTE_LOCK },
    { name: 'handsets', sql: HANDSET },
  ],
};
