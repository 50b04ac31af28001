import assert from 'node:assert/strict';
import { CERTIFICATE_BYTES } from '#purse/transaction-certificate';
import { KIND_CODES } from '../batch/record.ts';
import {
  encodeFixedRows,
  type FixedColumn,
  type FixedValue,
  fixedRowsInput,
} from '../database/fixed-row.ts';
import type { JudgedRecord, VerifiedBatch } from './verify-batch.ts';
import type { Verdict } from './verify-record.ts';

/** A record as a row: what is posted, and what earlier reports are looked up by. */
export const RECORD_COLUMNS: readonly FixedColumn[] = [
  { name: 'batch_id', kind: 'digits', width: 10 },
  { name: 'sam_id', kind: 'digits', width: 10 },
  { name: 'sam_number', kind: 'digits', width: 10 },
  { name: 'idm', kind: 'bytes', width: 8 },
  { name: 'card_counter', kind: 'digits', width: 5 },
  { name: 'kind', kind: 'digits', width: 1 },
  { name: 'amount_yen', kind: 'digits', width: 8 },
  { name: 'balance_before_yen', kind: 'digits', width: 8 },
  { name: 'balance_after_yen', kind: 'digits', width: 8 },
  { name: 'is_held', kind: 'digits', width: 1 },
  { name: 'has_certificate', kind: 'digits', width: 1 },
  { name: 'purse_write', kind: 'bytes', width: 8 },
  { name: 'certificate_before', kind: 'bytes', width: 8 },
];

/** No card makes it but by a chance of one in 2^64. */
const NO_CERTIFICATE = new Uint8Array(CERTIFICATE_BYTES);

/** How a record stands that is not accepted at once, in the column `is_held`. */
export const STANDING_CODE: Readonly<Partial<Record<Verdict, number>>> = {
  held: 1,
  interrupted: 2,
};

const NAMES = RECORD_COLUMNS.map(({ name }) => name).join(', ');

/** Parameter 1 is what {@link encodeRecordRows} made. */
export const INSERT_RECORDS_STATEMENT: string = `
INSERT INTO record (${NAMES}) ${fixedRowsInput(RECORD_COLUMNS)} SELECT ${NAMES} FROM input`;

/**
 * The new records, each beside the one before it of the same card. `is_broken` where it does not go on
 * from that one; of the first one of a card, its counter and balance are compared with the watermark.
 */
const FRESH = `
SELECT idm, kind, amount_yen, is_held, card_counter, has_certificate, balance_after_yen,
  counter_before IS NULL AS is_first, balance_before_yen,
  counter_before IS NOT NULL
    AND (card_counter <> counter_before + 1 OR balance_before_yen <> after_before) AS is_broken
FROM (SELECT *, lag(card_counter) OVER fresh AS counter_before,
    lag(balance_after_yen) OVER fresh AS after_before
  FROM record NOT INDEXED WHERE id > ?1
  WINDOW fresh AS (PARTITION BY idm ORDER BY card_counter))`;

const SUMS = `
SELECT idm, sum(CASE WHEN is_held = 2 THEN 0 WHEN kind = 2 THEN -amount_yen WHEN is_held = 1 THEN 0
    ELSE amount_yen END) AS balance,
  max(iif(is_held = 2, card_counter - 1, card_counter)) AS last_counter, count(*) AS record_count,
  max(is_broken) = 0 AND min(has_certificate) = 1 AS is_run, min(card_counter) AS first_counter,
  sum(iif(is_first, balance_before_yen, 0)) AS first_balance,
  sum(iif(is_first, balance_before_yen, 0)) + sum(balance_after_yen - balance_before_yen)
    AS last_balance
FROM (${FRESH}) GROUP BY idm`;

/**
 * Adds the records after row ?1 to the shadow of their cards. A held load or void is on no card yet, and
 * of what is interrupted nobody knows. The watermark is raised where certified records go on from it
 * without a hole; every other card is examined later ({@link EXAMINE_STATEMENT}). NOT
 * INDEXED keeps the planner from walking all records ever posted (storage.md 1.7).
 */
export const SHADOW_STATEMENT: string = `
INSERT INTO card_shadow
  (idm, balance_yen, last_counter, record_count, watermark, watermark_balance_yen)
SELECT sums.idm, sums.balance, sums.last_counter, sums.record_count,
  iif(goes_on, sums.last_counter, known_mark), iif(goes_on, sums.last_balance, known_balance)
FROM (SELECT sums.*, coalesce(known.watermark, 0) AS known_mark,
    coalesce(known.watermark_balance_yen, 0) AS known_balance,
    is_run AND first_counter = coalesce(known.watermark, 0) + 1
      AND first_balance = coalesce(known.watermark_balance_yen, 0) AS goes_on
  FROM (${SUMS}) AS sums LEFT JOIN card_shadow AS known ON known.idm = sums.idm) AS sums
WHERE true ORDER BY sums.idm
ON CONFLICT (idm) DO UPDATE SET balance_yen = balance_yen + excluded.balance_yen,
  last_counter = max(last_counter, excluded.last_counter),
  record_count = record_count + excluded.record_count,
  watermark = excluded.watermark, watermark_balance_yen = excluded.watermark_balance_yen`;

/** Of the cards of the records after row ?1, those with a write above their watermark or less than nothing. */
export const EXAMINE_STATEMENT = `
INSERT INTO card_to_examine
SELECT shadow.idm FROM (SELECT DISTINCT idm FROM record NOT INDEXED WHERE id > ?1) AS fresh
CROSS JOIN card_shadow AS shadow ON shadow.idm = fresh.idm
WHERE shadow.watermark < shadow.last_counter OR shadow.balance_yen < 0
ON CONFLICT DO NOTHING`;

/** The records of the batches that are kept: accepted, held, or interrupted. */
export function encodeRecordRows(batches: readonly VerifiedBatch[]): Uint8Array {
  const rows: (readonly FixedValue[])[] = [];
  for (const { batch, records } of batches) {
    for (const judged of records) {
      if (isPosted(judged)) rows.push(recordRow(batch.id, judged));
    }
  }
  return encodeFixedRows(RECORD_COLUMNS, rows);
}

function recordRow(
  batchId: number,
  { record, verdict, context }: JudgedRecord,
): readonly FixedValue[] {
  const { expectedCertificate } = context;
  assert(expectedCertificate !== undefined, 'a posted record is of a known card');
  return [
    batchId,
    record.samId,
    record.samNumber,
    record.idm,
    record.cardCounter,
    KIND_CODES[record.kind],
    record.amount,
    record.balanceBefore,
    record.balanceAfter,
    STANDING_CODE[verdict.verdict] ?? 0,
    record.certificate === undefined ? 0 : 1,
    expectedCertificate,
    record.certificateBefore ?? NO_CERTIFICATE,
  ];
}

export function isPosted({ verdict }: JudgedRecord): boolean {
  const { verdict: word } = verdict;
  return word === 'accepted' || word === 'held' || word === 'interrupted';
}
