import type { SamKind } from '#purse/sam-kind';
import { type EpochMs, epochMs, type Yen, yen } from '#units';
import type { SqlRow } from '../database/connection.ts';
import type { SqlReader } from '../database/database.ts';
import { bytesIn, numberIn } from '../database/row.ts';
import { samKindIn } from '../issuer/sam-account.ts';

/** A stored batch whose records nobody has judged yet. */
export interface UnverifiedBatch {
  readonly id: number;
  readonly terminalId: number;
  readonly batchNumber: number;
  readonly merchantId: number;
  readonly samId: number;
  readonly firstSamNumber: number;
  readonly recordCount: number;
  readonly receivedAt: EpochMs;
  readonly evidenceId: number;
  readonly terminalKind: SamKind;
  /** Absent if the issuer never gave this SAM out. */
  readonly samKind: SamKind | undefined;
  /** The most that one record may be: the lesser of the terminal's and the SAM's limit. */
  readonly amountMax: Yen;
  /** The SAM number before the first one was never received: records were lost. */
  readonly isAfterGap: boolean;
}

export const UNVERIFIED_STATEMENT = `
SELECT batch.*, terminal.kind AS terminal_kind, sam.kind AS sam_kind,
  min(terminal.amount_max_yen, coalesce(sam.amount_max_yen, terminal.amount_max_yen))
    AS amount_max_yen,
  batch.first_sam_number > 1 AND NOT EXISTS (
    SELECT 1 FROM batch AS earlier
    WHERE earlier.sam_id = batch.sam_id AND earlier.id < batch.id
      AND earlier.last_sam_number >= batch.first_sam_number - 1
      AND earlier.first_sam_number <= batch.first_sam_number - 1) AS is_after_gap
FROM unverified_batch CROSS JOIN batch ON batch.id = batch_id
CROSS JOIN terminal ON terminal.terminal_id = batch.terminal_id
LEFT JOIN sam ON sam.sam_id = batch.sam_id
WHERE batch_id > ? ORDER BY batch_id LIMIT ?`;

/** The oldest unverified batches after one, in the order in which they were stored. */
export async function readUnverifiedBatches(
  reader: SqlReader,
  afterId: number,
  batchesMax: number,
): Promise<readonly UnverifiedBatch[]> {
  const rows = await reader.all(UNVERIFIED_STATEMENT, [afterId, batchesMax]);
  return rows.map(unverifiedBatchOf);
}

export async function countUnverifiedBatches(reader: SqlReader): Promise<number> {
  const [row] = await reader.all('SELECT count(*) AS batches FROM unverified_batch');
  return numberIn(row, 'batches');
}

export async function readEvidence(reader: SqlReader, evidenceId: number): Promise<Uint8Array> {
  const [row] = await reader.all('SELECT bytes FROM evidence WHERE id = ?', [evidenceId]);
  return bytesIn(row, 'bytes');
}

function unverifiedBatchOf(row: SqlRow): UnverifiedBatch {
  const firstSamNumber = numberIn(row, 'first_sam_number');
  return {
    id: numberIn(row, 'id'),
    terminalId: numberIn(row, 'terminal_id'),
    batchNumber: numberIn(row, 'batch_number'),
    merchantId: numberIn(row, 'merchant_id'),
    samId: numberIn(row, 'sam_id'),
    firstSamNumber,
    recordCount: numberIn(row, 'last_sam_number') - firstSamNumber + 1,
    receivedAt: epochMs(numberIn(row, 'received_at_ms')),
    evidenceId: numberIn(row, 'evidence_id'),
    terminalKind: samKindIn(row, 'terminal_kind'),
    samKind: row['sam_kind'] === null ? undefined : samKindIn(row, 'sam_kind'),
    amountMax: yen(numberIn(row, 'amount_max_yen')),
    isAfterGap: numberIn(row, 'is_after_gap') === 1,
  };
}
