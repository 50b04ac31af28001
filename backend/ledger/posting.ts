import type { EpochMs } from '#units';
import type { Transaction } from '../database/database.ts';
import { numberIn } from '../database/row.ts';
import type { Transfer } from './transfer.ts';

/** When the transfers happen in the calendar of money and on the clock. */
export interface PostingTime {
  readonly windowNumber: number;
  readonly postedAt: EpochMs;
}

const INSERT_TRANSFERS_STATEMENT = `
INSERT INTO transfer (id, reference, kind, window_number, posted_at_ms)
SELECT ?1 + key, value ->> 'reference', value ->> 'kind', ?2, ?3 FROM json_each(?4)`;

const INSERT_ENTRIES_STATEMENT = `
INSERT INTO entry (transfer_id, account, amount_yen)
SELECT ?1 + transfer.key, leg.value ->> 'account', CAST(leg.value ->> 'amount' AS INTEGER)
FROM json_each(?2) AS transfer, json_each(transfer.value ->> 'legs') AS leg`;

/**
 * Appends transfers to the books. A reference that stands in the books already rejects with
 * `DATABASE_CONFLICT`: the same cause would be posted twice.
 */
export async function postTransfers(
  transaction: Transaction,
  transfers: readonly (Transfer | undefined)[],
  { windowNumber, postedAt }: PostingTime,
): Promise<void> {
  const moving = transfers.filter((transfer) => transfer !== undefined);
  if (moving.length === 0) return;
  const [row] = await transaction.all('SELECT coalesce(max(id), 0) + 1 AS next FROM transfer');
  const next = numberIn(row, 'next');
  const text = JSON.stringify(moving);
  await transaction.run(INSERT_TRANSFERS_STATEMENT, [next, windowNumber, postedAt, text]);
  await transaction.run(INSERT_ENTRIES_STATEMENT, [next, text]);
}
