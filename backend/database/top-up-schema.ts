import { appendOnly } from './append-only.ts';

/**
 * What was asked for, and each step of it; no top-up is in the same state twice. One remote load
 * terminal has to load it, and says once what came of it.
 */
export const TOP_UP_SCHEMA: string = `
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
CREATE TABLE top_up_assignment (
  top_up_id TEXT NOT NULL PRIMARY KEY REFERENCES top_up,
  terminal_id INTEGER NOT NULL,
  assigned_at_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX top_up_assignment_by_terminal ON top_up_assignment (terminal_id, top_up_id);
CREATE TABLE top_up_load_result (
  top_up_id TEXT NOT NULL PRIMARY KEY REFERENCES top_up_assignment,
  result TEXT NOT NULL CHECK (result IN ('loaded', 'not-loaded')),
  told_at_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
${['top_up', 'top_up_step', 'top_up_assignment', 'top_up_load_result'].map(appendOnly).join('')}`;

/** A queue: loads that wait for a terminal, or for the word of the terminal that has to load them. */
export const TOP_UP_QUEUE_SCHEMA: string = `
CREATE TABLE open_top_up_load (
  top_up_id TEXT NOT NULL PRIMARY KEY REFERENCES top_up,
  terminal_id INTEGER,
  since_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX open_top_up_load_by_terminal ON open_top_up_load (terminal_id, since_ms, top_up_id);
INSERT INTO open_top_up_load SELECT loading.top_up_id, terminal_id, at_ms FROM top_up_step AS loading
LEFT JOIN top_up_assignment AS assigned ON assigned.top_up_id = loading.top_up_id
WHERE state = 'loading' AND NOT EXISTS (
  SELECT 1 FROM top_up_load_result AS told WHERE told.top_up_id = loading.top_up_id);`;

/** Another queue: top-ups that are not over, so that nobody looks for them among all of them. */
export const OPEN_TOP_UP_SCHEMA: string = `
CREATE TABLE open_top_up (
  top_up_id TEXT NOT NULL PRIMARY KEY REFERENCES top_up,
  asked_at_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX open_top_up_by_time ON open_top_up (asked_at_ms, top_up_id);
CREATE INDEX top_up_asked ON top_up_step (at_ms, top_up_id) WHERE number = 1;
INSERT INTO open_top_up SELECT top_up_id, at_ms FROM top_up_step AS asked
WHERE number = 1 AND NOT EXISTS (
  SELECT 1 FROM top_up_step AS ended WHERE ended.top_up_id = asked.top_up_id
    AND state IN ('declined', 'captured', 'released'));`;
