import { type BusinessDate, type EpochMs, signedYen } from '#units';
import type { SqlRow } from '../database/connection.ts';
import type { Database, SqlReader } from '../database/database.ts';
import { numberIn, textIn } from '../database/row.ts';
import { endOfDay } from './business-calendar.ts';
import {
  type BookedEntry,
  type BookedTransfer,
  DepositCount,
  type DepositReport,
  isBaseDate,
} from './half-deposit.ts';

/** In the order in which they are looked for. */
export type DepositRefusal =
  | 'SETTLEMENT_BASE_DATE_INVALID'
  | 'SETTLEMENT_BASE_DATE_OPEN'
  | 'SETTLEMENT_REPORT_DIFFERS';

export type DepositResult =
  /** `repeated`: the books still say what they said when it was first made. */
  | { readonly result: 'made' | 'repeated'; readonly report: DepositReport }
  | { readonly result: 'refused'; readonly reason: DepositRefusal; readonly detail: string };

const PAGE_TRANSFERS = 2_000;

const BOOKED_TRANSFERS_STATEMENT = `
SELECT transfer.id AS id, reference, kind, window_number, posted_at_ms, account, amount_yen
FROM transfer CROSS JOIN entry ON entry.transfer_id = transfer.id
WHERE transfer.id > ?1 AND transfer.id <= ?2 ORDER BY transfer.id, account`;

/**
 * The report of one base date: what was unused in the books at its end, and the deposit that is owed
 * for it. The first is kept; asked again, years later, it is computed from the books again and must be
 * the same, byte for byte.
 */
export async function reportDeposit(
  { database, now }: { readonly database: Database; readonly now: () => EpochMs },
  baseDate: BusinessDate,
): Promise<DepositResult> {
  if (!isBaseDate(baseDate)) return refused('SETTLEMENT_BASE_DATE_INVALID', baseDate);
  // Until the day is over, another transfer may still belong to it.
  if (now() < endOfDay(baseDate)) return refused('SETTLEMENT_BASE_DATE_OPEN', baseDate);
  const report = await countBooks(database, baseDate);
  const text = JSON.stringify(report);
  return database.transaction(async (transaction): Promise<DepositResult> => {
    const [row] = await transaction.all('SELECT report FROM deposit_report WHERE base_date = ?', [
      baseDate,
    ]);
    if (row === undefined) {
      await transaction.run('INSERT INTO deposit_report VALUES (?, ?, ?)', [baseDate, text, now()]);
      return { result: 'made', report };
    }
    if (textIn(row, 'report') === text) return { result: 'repeated', report };
    return refused('SETTLEMENT_REPORT_DIFFERS', `${baseDate}, books ${report.booksHash}`);
  });
}

async function countBooks(reader: SqlReader, baseDate: BusinessDate): Promise<DepositReport> {
  const end = endOfDay(baseDate);
  const [last] = await reader.all('SELECT coalesce(max(id), 0) AS id FROM transfer');
  const lastId = numberIn(last, 'id');
  const count = new DepositCount();
  for (let after = 0; after < lastId; after += PAGE_TRANSFERS) {
    const rows = await reader.all(BOOKED_TRANSFERS_STATEMENT, [after, after + PAGE_TRANSFERS]);
    for (const one of bookedTransfersOf(rows)) if (one.postedAt < end) count.add(one);
  }
  return count.report(baseDate);
}

/** The rows of a transfer come one after the other. */
function bookedTransfersOf(rows: readonly SqlRow[]): readonly BookedTransfer[] {
  const transfers: (BookedTransfer & { readonly entries: BookedEntry[] })[] = [];
  for (const row of rows) {
    const entry = {
      account: textIn(row, 'account'),
      amount: signedYen(numberIn(row, 'amount_yen')),
    };
    const last = transfers.at(-1);
    const id = numberIn(row, 'id');
    if (last?.id === id) last.entries.push(entry);
    else transfers.push({ ...headOf(row), id, entries: [entry] });
  }
  return transfers;
}

function headOf(row: SqlRow): Omit<BookedTransfer, 'id' | 'entries'> {
  return {
    reference: textIn(row, 'reference'),
    kind: textIn(row, 'kind'),
    windowNumber: numberIn(row, 'window_number'),
    postedAt: numberIn(row, 'posted_at_ms'),
  };
}

function refused(reason: DepositRefusal, detail: string): DepositResult {
  return { result: 'refused', reason, detail };
}
