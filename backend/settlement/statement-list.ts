import { type RecordKind, recordKindOf } from '../batch/record.ts';
import type { SqlRow } from '../database/connection.ts';
import type { SqlReader } from '../database/database.ts';
import { bytesIn, numberIn, textIn } from '../database/row.ts';

/** A statement lists at most so many batches and so many findings; it always counts all of them. */
export const LISTED_MAX = 1_000;

/** A batch as it counts in a statement. */
export interface ListedBatch {
  readonly terminalId: number;
  readonly batchNumber: number;
  readonly saleCount: number;
  readonly grossSales: number;
  readonly loadCount: number;
  readonly loads: number;
  readonly voidCount: number;
  readonly voids: number;
  readonly heldCount: number;
  readonly unpaidCount: number;
}

/** A record that is not paid, or not yet. */
export interface ListedFinding {
  readonly terminalId: number;
  readonly batchNumber: number;
  readonly samNumber: number;
  readonly verdict: string;
  readonly reason: string;
  readonly kind: RecordKind;
  readonly amount: number;
  /** The last two bytes of the IDm: enough to tell two cards apart. */
  readonly card: string;
}

export const BATCHES_STATEMENT = `
SELECT posted_batch.*, batch.terminal_id, batch.batch_number
FROM posted_batch CROSS JOIN batch ON batch.id = batch_id
WHERE window_number = ?1 AND posted_batch.merchant_id = ?2 ORDER BY batch_id LIMIT ?3`;

export async function listBatches(
  reader: SqlReader,
  windowNumber: number,
  merchantId: number,
): Promise<readonly ListedBatch[]> {
  const rows = await reader.all(BATCHES_STATEMENT, [windowNumber, merchantId, LISTED_MAX]);
  return rows.map(batchOf);
}

export const FINDINGS_STATEMENT = `
SELECT batch.terminal_id, batch.batch_number, finding.sam_number, finding.verdict,
  finding.reason, finding.kind, finding.amount_yen, finding.idm
FROM posted_batch CROSS JOIN finding ON finding.batch_id = posted_batch.batch_id
CROSS JOIN batch ON batch.id = posted_batch.batch_id
WHERE window_number = ?1 AND posted_batch.merchant_id = ?2
ORDER BY posted_batch.batch_id, finding.sam_number LIMIT ?3`;

export async function listFindings(
  reader: SqlReader,
  windowNumber: number,
  merchantId: number,
): Promise<readonly ListedFinding[]> {
  const rows = await reader.all(FINDINGS_STATEMENT, [windowNumber, merchantId, LISTED_MAX]);
  return rows.map(findingOf);
}

function batchOf(row: SqlRow): ListedBatch {
  return {
    terminalId: numberIn(row, 'terminal_id'),
    batchNumber: numberIn(row, 'batch_number'),
    saleCount: numberIn(row, 'debit_count'),
    grossSales: numberIn(row, 'debit_yen'),
    loadCount: numberIn(row, 'load_count'),
    loads: numberIn(row, 'load_yen'),
    voidCount: numberIn(row, 'void_count'),
    voids: numberIn(row, 'void_yen'),
    heldCount: numberIn(row, 'held_count'),
    unpaidCount: numberIn(row, 'unpaid_count'),
  };
}

function findingOf(row: SqlRow): ListedFinding {
  return {
    terminalId: numberIn(row, 'terminal_id'),
    batchNumber: numberIn(row, 'batch_number'),
    samNumber: numberIn(row, 'sam_number'),
    verdict: textIn(row, 'verdict'),
    reason: textIn(row, 'reason'),
    kind: recordKindOf(numberIn(row, 'kind')) ?? 'debit',
    amount: numberIn(row, 'amount_yen'),
    card: Buffer.from(bytesIn(row, 'idm').subarray(-2)).toString('hex'),
  };
}
