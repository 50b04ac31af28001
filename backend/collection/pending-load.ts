import { type Yen, yen } from '#units';
import type { SqlRow } from '../database/connection.ts';
import type { Transaction } from '../database/database.ts';
import { bytesIn, numberIn } from '../database/row.ts';
import { pendingLoadTransfer, refundTransfer } from '../ledger/issuer-transfer.ts';
import { type PostingTime, postTransfers } from '../ledger/posting.ts';

/** Why a refund that was claimed is not given (api.md). */
export type RefundClaimReason = 'REFUND_SALE_OTHER' | 'REFUND_OVER_SALE';

/** Every record has one of these standings; of one that was not posted there is no row. */
const STANDING = `
  CASE
    WHEN resolution.outcome = 'released' THEN 'accepted'
    WHEN resolution.outcome IS NOT NULL THEN 'not-done'
    WHEN record.is_held = 0 THEN 'accepted'
    ELSE 'open'
  END`;

const acceptedWrite = (index: string, hasCertificate: 0 | 1): string => `EXISTS (
    SELECT 1 FROM record INDEXED BY ${index}
    LEFT JOIN resolution ON resolution.record_id = record.id
    WHERE record.idm = claim.idm AND record.card_counter = claim.card_counter
      AND record.has_certificate = ${hasCertificate} AND record.sam_id = claim.sam_id
      AND ${STANDING} = 'accepted')`;

/** Claims that can be decided: what they name was accepted. All others cost one row of this each. */
export const DECIDABLE_CLAIMS_STATEMENT: string = `
SELECT claim.batch_id AS batch_id, claim.sam_number AS sam_number, claim.sam_id AS sam_id,
  claim.idm AS idm, claim.card_counter AS card_counter, claim.amount_yen AS amount_yen,
  batch.merchant_id AS merchant_id
FROM open_refund_claim AS open
CROSS JOIN refund_claim AS claim
  ON claim.batch_id = open.batch_id AND claim.sam_number = open.sam_number
CROSS JOIN batch ON batch.id = claim.batch_id
WHERE ${acceptedWrite('record_certified', 1)} OR ${acceptedWrite('record_uncertified', 0)}
ORDER BY claim.batch_id, claim.sam_number`;

const writesOf = (columns: string, counter: string): string =>
  [
    ['record_certified', 1],
    ['record_uncertified', 0],
  ]
    .map(
      ([index, hasCertificate]) => `
  SELECT ${columns} FROM record INDEXED BY ${index}
  LEFT JOIN resolution ON resolution.record_id = record.id
  WHERE record.idm = ?1 AND record.card_counter = ${counter}
    AND record.has_certificate = ${hasCertificate}`,
    )
    .join(' UNION ALL');

/** Reports of the card's write ?2 by the SAM ?3. */
export const CLAIMED_SALE_STATEMENT: string = `
SELECT * FROM (${writesOf(`record.kind AS kind, record.amount_yen AS sale_yen, sam_id, ${STANDING} AS standing`, '?2')}) AS report
WHERE sam_id = ?3 AND standing = 'accepted'`;

/**
 * What of the card's write ?2, a sale of the SAM ?3, was given back by a cashback; what a cashback whose
 * fate is open may have given; and what waits for the card already. Another SAM gives nothing back of the
 * sale, so its word counts for nothing before the card's: it would keep the refund from its card.
 */
export const GIVEN_BACK_STATEMENT: string = `
SELECT coalesce(max(iif(standing = 'accepted', amount_yen, 0)), 0) AS void_yen,
  coalesce(max(amount_yen), 0) AS possible_void_yen,
  (SELECT coalesce(sum(pending_load.amount_yen), 0) FROM refund_claim
    CROSS JOIN pending_load ON pending_load.batch_id = refund_claim.batch_id
      AND pending_load.sam_number = refund_claim.sam_number
    WHERE refund_claim.idm = ?1 AND refund_claim.card_counter = ?2) AS waiting_yen
FROM (${writesOf(
  `record.kind AS kind, record.amount_yen AS amount_yen, sam_id, has_certificate,
    ${STANDING} AS standing`,
  '?2 + 1',
)}) AS report WHERE kind = 3 AND standing <> 'not-done'
  AND (has_certificate = 1 OR standing = 'accepted' OR sam_id = ?3)`;

interface OpenClaim {
  readonly batchId: number;
  readonly samNumber: number;
  readonly idm: Uint8Array;
  readonly cardCounter: number;
  readonly samId: number;
  readonly amount: Yen;
  readonly merchantId: number;
}

/**
 * Makes a pending load of each claim whose sale is accepted: from then on the merchant owes it, and it
 * waits for its card. A claim whose sale is not decided yet waits on.
 */
export async function createPendingLoads(
  transaction: Transaction,
  time: PostingTime,
): Promise<void> {
  for (const row of await transaction.all(DECIDABLE_CLAIMS_STATEMENT)) {
    const claim = claimOf(row);
    const asked = [claim.idm, claim.cardCounter, numberIn(row, 'sam_id')];
    const [sale] = await transaction.all(CLAIMED_SALE_STATEMENT, asked);
    if (sale !== undefined) await decide(transaction, claim, { sale, time });
  }
}

async function decide(
  transaction: Transaction,
  claim: OpenClaim,
  { sale, time }: { readonly sale: SqlRow; readonly time: PostingTime },
): Promise<void> {
  const { batchId, samNumber } = claim;
  const reason = await reasonAgainst(transaction, claim, sale);
  if (reason === 'open') return;
  if (reason === undefined) await createPendingLoad(transaction, claim, time);
  else {
    const values = [batchId, samNumber, reason];
    await transaction.run('INSERT INTO refund_claim_refusal VALUES (?, ?, ?)', values);
  }
  const place = [batchId, samNumber];
  await transaction.run(
    'DELETE FROM open_refund_claim WHERE batch_id = ? AND sam_number = ?',
    place,
  );
}

/** `open`: that depends on a void of which nobody knows yet. */
async function reasonAgainst(
  transaction: Transaction,
  { idm, cardCounter, samId, amount }: OpenClaim,
  sale: SqlRow,
): Promise<RefundClaimReason | 'open' | undefined> {
  if (numberIn(sale, 'kind') !== 2) return 'REFUND_SALE_OTHER';
  const [row] = await transaction.all(GIVEN_BACK_STATEMENT, [idm, cardCounter, samId]);
  const left = numberIn(sale, 'sale_yen') - numberIn(row, 'waiting_yen') - amount;
  if (numberIn(row, 'void_yen') > left) return 'REFUND_OVER_SALE';
  // What the void had not given would be refused for ever.
  return numberIn(row, 'possible_void_yen') > left ? 'open' : undefined;
}

async function createPendingLoad(
  transaction: Transaction,
  { batchId, samNumber, idm, amount, merchantId }: OpenClaim,
  time: PostingTime,
): Promise<void> {
  const [last] = await transaction.all(
    'SELECT coalesce(max(number), 0) + 1 AS next FROM pending_load',
  );
  const number = numberIn(last, 'next');
  await transaction.run('INSERT INTO pending_load VALUES (?, ?, ?, ?, ?, ?, ?, ?)', [
    number,
    idm,
    amount,
    batchId,
    samNumber,
    time.windowNumber,
    merchantId,
    time.postedAt,
  ]);
  const cause = { reference: `pending-load:${number}:refund`, merchantId };
  await postTransfers(transaction, [refundTransfer(cause, amount)], time);
}

/** Loads that were reported to be pending loads, and what became of their records. */
export const OPEN_REPORTS_STATEMENT: string = `
SELECT open.sam_id AS sam_id, open.sam_number AS sam_number, record.id AS record_id,
  record.idm AS idm, record.card_counter AS card_counter, record.amount_yen AS amount_yen,
  batch.merchant_id AS merchant_id, ${STANDING} AS standing
FROM open_pending_load_report AS open
LEFT JOIN record ON record.sam_id = open.sam_id AND record.sam_number = open.sam_number
LEFT JOIN batch ON batch.id = record.batch_id
LEFT JOIN resolution ON resolution.record_id = record.id
ORDER BY open.sam_id, open.sam_number`;

/** The pending load that this SAM was offered for the card as it stood before this write. */
export const OFFERED_STATEMENT = `
SELECT pending_load.number AS number FROM pending_load
WHERE pending_load.idm = ?1 AND pending_load.amount_yen = ?2
  AND NOT EXISTS (
    SELECT 1 FROM pending_load_payment AS paid WHERE paid.number = pending_load.number)
  AND EXISTS (
    SELECT 1 FROM pending_load_offer AS offer WHERE offer.number = pending_load.number
      AND offer.sam_id = ?3 AND offer.card_counter = ?4 - 1)
ORDER BY pending_load.number LIMIT 1`;

/**
 * Pays each pending load that its card holds now: its load was owed by the merchant of the load
 * terminal, who took no cash for it. A load that fits no offer stays one for which cash was taken.
 */
export async function payPendingLoads(transaction: Transaction, time: PostingTime): Promise<void> {
  for (const row of await transaction.all(OPEN_REPORTS_STATEMENT)) {
    const isPosted = row['record_id'] !== null;
    if (isPosted && row['standing'] === 'open') continue;
    if (isPosted && row['standing'] === 'accepted') await payPendingLoad(transaction, row, time);
    await transaction.run(
      'DELETE FROM open_pending_load_report WHERE sam_id = ? AND sam_number = ?',
      [numberIn(row, 'sam_id'), numberIn(row, 'sam_number')],
    );
  }
}

async function payPendingLoad(
  transaction: Transaction,
  row: SqlRow,
  time: PostingTime,
): Promise<void> {
  const amount = yen(numberIn(row, 'amount_yen'));
  const merchantId = numberIn(row, 'merchant_id');
  const cardCounter = numberIn(row, 'card_counter');
  const asked = [bytesIn(row, 'idm'), amount, numberIn(row, 'sam_id'), cardCounter];
  const [offered] = await transaction.all(OFFERED_STATEMENT, asked);
  if (offered === undefined) return;
  const number = numberIn(offered, 'number');
  await transaction.run('INSERT INTO pending_load_payment VALUES (?, ?, ?, ?, ?, ?)', [
    number,
    numberIn(row, 'record_id'),
    time.windowNumber,
    merchantId,
    amount,
    time.postedAt,
  ]);
  const cause = { reference: `pending-load:${number}:paid`, merchantId };
  await postTransfers(transaction, [pendingLoadTransfer(cause, amount)], time);
}

function claimOf(row: SqlRow): OpenClaim {
  return {
    batchId: numberIn(row, 'batch_id'),
    samNumber: numberIn(row, 'sam_number'),
    idm: bytesIn(row, 'idm'),
    cardCounter: numberIn(row, 'card_counter'),
    samId: numberIn(row, 'sam_id'),
    amount: yen(numberIn(row, 'amount_yen')),
    merchantId: numberIn(row, 'merchant_id'),
  };
}
