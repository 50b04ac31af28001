import { type IDm, idm } from '#felica/identifiers';
import { type EpochMs, epochMs } from '#units';
import type { SqlReader, Transaction } from '../database/database.ts';
import { bytesIn, numberIn } from '../database/row.ts';
import type { VerifiedBatch } from './verify-batch.ts';

/**
 * Parameter 1: the batch; 2: its SAM; 3: its hits. A hit that an earlier batch brought with the same
 * SAM number comes from a journal that was set back: it is kept, and counts once.
 */
export const INSERT_HITS_STATEMENT = `
WITH input AS (
  SELECT CAST(value ->> 0 AS INTEGER) AS sam_number, unhex(value ->> 1) AS idm,
    CAST(value ->> 2 AS INTEGER) AS sequence, CAST(value ->> 3 AS INTEGER) AS is_blocked,
    CAST(value ->> 4 AS INTEGER) AS hit_at_ms, value ->> 5 AS reason
  FROM json_each(?3))
INSERT INTO hot_list_hit
SELECT ?1, sam_number, ?2, idm, sequence, is_blocked, hit_at_ms, coalesce(reason, (
  SELECT 'RECORD_DUPLICATE' FROM hot_list_hit AS earlier
  WHERE earlier.sam_id = ?2 AND earlier.sam_number = input.sam_number
    AND earlier.idm = input.idm AND earlier.sequence = input.sequence
    AND earlier.is_blocked = input.is_blocked AND earlier.hit_at_ms = input.hit_at_ms
    AND earlier.reason IS NULL))
FROM input`;

/** Keeps the hits of verified batches, believed or not. Most batches have none. */
export async function insertHits(
  transaction: Transaction,
  batches: readonly VerifiedBatch[],
): Promise<void> {
  for (const { batch, hits } of batches) {
    if (hits.length === 0) continue;
    const rows = hits.map(({ hit, reason }) => [
      hit.samNumber,
      Buffer.from(hit.idm).toString('hex'),
      hit.listSequence,
      Number(hit.isBlockedOnCard),
      hit.time,
      reason ?? null,
    ]);
    await transaction.run(INSERT_HITS_STATEMENT, [batch.id, batch.samId, JSON.stringify(rows)]);
  }
}

/** A card of the hot list that was touched, as a terminal reported it. */
export interface ReportedHit {
  readonly idm: IDm;
  readonly terminalId: number;
  /** By the terminal's clock. */
  readonly time: EpochMs;
  readonly receivedAt: EpochMs;
  readonly sequence: number;
  readonly isBlockedOnCard: boolean;
}

export const HITS_STATEMENT = `
SELECT hot_list_hit.idm AS idm, batch.terminal_id AS terminal_id, hit_at_ms,
  batch.received_at_ms AS received_at_ms, sequence, is_blocked
FROM hot_list_hit CROSS JOIN batch ON batch.id = batch_id
WHERE reason IS NULL ORDER BY batch_id DESC, hot_list_hit.sam_number DESC LIMIT ?`;

/** Those that are believed, the newest arrival first. */
export async function readHits(
  reader: SqlReader,
  hitsMax: number,
): Promise<readonly ReportedHit[]> {
  const rows = await reader.all(HITS_STATEMENT, [hitsMax]);
  return rows.map((row) => ({
    idm: idm(bytesIn(row, 'idm')),
    terminalId: numberIn(row, 'terminal_id'),
    time: epochMs(numberIn(row, 'hit_at_ms')),
    receivedAt: epochMs(numberIn(row, 'received_at_ms')),
    sequence: numberIn(row, 'sequence'),
    isBlockedOnCard: numberIn(row, 'is_blocked') === 1,
  }));
}
