import { type BusinessDate, businessDate, businessDateOf, type EpochMs, epochMs } from '#units';
import type { SqlRow } from '../database/connection.ts';
import type { Database, SqlReader, Transaction } from '../database/database.ts';
import { numberIn, textIn } from '../database/row.ts';
import { PARTY_COUNT } from './proposal.ts';

/**
 * `open` takes postings. `closed`: its figures stand. `proposed`: what they mean for each party is
 * written down. `signed`: issuer and carrier have both signed it. `settled`: everybody is paid in the
 * books, by hand. `ordered`: the bank is told whom to pay. `reconciled`: its statement says that each
 * payment was made.
 */
export const WINDOW_STATES = [
  'open',
  'closed',
  'proposed',
  'signed',
  'settled',
  'ordered',
  'reconciled',
] as const;

export type WindowState = (typeof WINDOW_STATES)[number];

export interface SettlementWindow {
  /** From 1, without a gap. */
  readonly number: number;
  /** The day in Japan on which it was opened. A day may have several windows. */
  readonly businessDate: BusinessDate;
  readonly state: WindowState;
  readonly openedAt: EpochMs;
  readonly closedAt: EpochMs | undefined;
  readonly settledAt: EpochMs | undefined;
}

const WINDOW_COLUMNS = `number, business_date, opened_at_ms,
  (SELECT closed_at_ms FROM window_close WHERE window_number = number) AS closed_at_ms,
  (SELECT settled_at_ms FROM window_settlement WHERE window_number = number) AS settled_at_ms,
  (SELECT count(*) FROM settlement_proposal WHERE window_number = number) AS proposal_count,
  (SELECT count(*) FROM proposal_signature WHERE window_number = number) AS signature_count,
  (SELECT count(*) FROM payment_order WHERE window_number = number) AS order_count,
  (SELECT count(*) FROM payment_order AS last WHERE window_number = number
    AND NOT EXISTS (SELECT 1 FROM payment_order AS again
      WHERE again.window_number = last.window_number AND again.party = last.party
      AND again.attempt > last.attempt)
    AND coalesce((SELECT state FROM payment_outcome WHERE order_id = last.order_id
      ORDER BY id DESC LIMIT 1), 'missing') <> 'paid') AS waiting_count`;

/** The first window of a new issuer. Later ones open when the one before closes. */
export function openFirstWindow(database: Database, now: EpochMs): Promise<void> {
  return database.transaction(async (transaction) => {
    const [row] = await transaction.all('SELECT count(*) AS count FROM settlement_window');
    if (numberIn(row, 'count') === 0) await openWindow(transaction, 1, now);
  });
}

export async function openWindow(
  transaction: Transaction,
  number: number,
  openedAt: EpochMs,
): Promise<void> {
  await transaction.run('INSERT INTO settlement_window VALUES (?, ?, ?)', [
    number,
    businessDateOf(openedAt),
    openedAt,
  ]);
}

export async function readWindow(
  reader: SqlReader,
  number: number,
): Promise<SettlementWindow | undefined> {
  const [row] = await reader.all(
    `SELECT ${WINDOW_COLUMNS} FROM settlement_window WHERE number = ?`,
    [number],
  );
  return row && windowOf(row);
}

/** The newest windows first. */
export async function readWindows(
  reader: SqlReader,
  windowsMax: number,
): Promise<readonly SettlementWindow[]> {
  const rows = await reader.all(
    `SELECT ${WINDOW_COLUMNS} FROM settlement_window ORDER BY number DESC LIMIT ?`,
    [windowsMax],
  );
  return rows.map(windowOf);
}

function windowOf(row: SqlRow): SettlementWindow {
  const closedAt = instantIn(row, 'closed_at_ms');
  const settledAt = instantIn(row, 'settled_at_ms');
  return {
    number: numberIn(row, 'number'),
    businessDate: businessDate(textIn(row, 'business_date')),
    state: stateOf(row, { closedAt, settledAt }),
    openedAt: epochMs(numberIn(row, 'opened_at_ms')),
    closedAt,
    settledAt,
  };
}

function instantIn(row: SqlRow, column: string): EpochMs | undefined {
  return row[column] === null ? undefined : epochMs(numberIn(row, column));
}

function stateOf(
  row: SqlRow,
  { closedAt, settledAt }: Pick<SettlementWindow, 'closedAt' | 'settledAt'>,
): WindowState {
  if (settledAt !== undefined) {
    if (numberIn(row, 'order_count') === 0) return 'settled';
    return numberIn(row, 'waiting_count') > 0 ? 'ordered' : 'reconciled';
  }
  if (numberIn(row, 'signature_count') === PARTY_COUNT) return 'signed';
  if (numberIn(row, 'proposal_count') > 0) return 'proposed';
  return closedAt === undefined ? 'open' : 'closed';
}
