import type { Transaction } from '../database/database.ts';
import type { VerifiedBatch } from './verify-batch.ts';

/**
 * Parameter 1: the batch; 2: its SAM; 3: its claims. A claim that an earlier batch brought with the same
 * SAM number comes from a journal that was set back: it is kept, and counts once.
 */
export const INSERT_CLAIMS_STATEMENT = `
WITH input AS (
  SELECT CAST(value ->> 0 AS INTEGER) AS sam_number, unhex(value ->> 1) AS idm,
    CAST(value ->> 2 AS INTEGER) AS card_counter, CAST(value ->> 3 AS INTEGER) AS amount_yen,
    CAST(value ->> 4 AS INTEGER) AS claimed_at_ms, value ->> 5 AS reason
  FROM json_each(?3))
INSERT INTO refund_claim
SELECT ?1, sam_number, ?2, idm, card_counter, amount_yen, claimed_at_ms, coalesce(reason, (
  SELECT 'RECORD_DUPLICATE' FROM refund_claim AS earlier
  WHERE earlier.sam_id = ?2 AND earlier.sam_number = input.sam_number AND earlier.reason IS NULL))
FROM input`;

const OPEN_CLAIMS_STATEMENT = `
INSERT INTO open_refund_claim
SELECT batch_id, sam_number FROM refund_claim WHERE batch_id = ? AND reason IS NULL`;

const OPEN_REPORTS_STATEMENT = `
INSERT INTO open_pending_load_report
SELECT ?1, CAST(atom AS INTEGER) FROM json_each(?2) WHERE true ON CONFLICT DO NOTHING`;

/**
 * Keeps the refund claims of verified batches, believed or not, and notes which of their loads were
 * reported to be pending loads. Most batches have neither.
 */
export async function insertClaims(
  transaction: Transaction,
  batches: readonly VerifiedBatch[],
): Promise<void> {
  for (const { batch, records, claims } of batches) {
    if (claims.length > 0) {
      const rows = claims.map(({ claim, reason }) => [
        claim.samNumber,
        Buffer.from(claim.idm).toString('hex'),
        claim.cardCounter,
        claim.amount,
        claim.time,
        reason ?? null,
      ]);
      const text = JSON.stringify(rows);
      await transaction.run(INSERT_CLAIMS_STATEMENT, [batch.id, batch.samId, text]);
      await transaction.run(OPEN_CLAIMS_STATEMENT, [batch.id]);
    }
    const reports = records.filter(({ record }) => record.fundedBy === 'pending-load');
    if (reports.length === 0) continue;
    const numbers = JSON.stringify(reports.map(({ record }) => record.samNumber));
    await transaction.run(OPEN_REPORTS_STATEMENT, [batch.samId, numbers]);
  }
}
