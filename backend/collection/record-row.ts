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

/** More than any balance in a row: counter and balance in one number, so that one `min` finds both. */
const COUNTER_STEP = 2 ** 27;

/** So many writes of a card are compared by their sums; two links cannot hide each other in both. */
const RUN_MAX = 3;

/**
 * The new records of each card: their first and last write, and sums that tell whether each write begins
 * with what the one before it left. A window function would tell it for any number, at half
 * the price of storing the records (measured).
 */
const SUMS = `
SELECT idm, CAST(sum(CASE WHEN is_held = 2 THEN 0 WHEN kind = 2 THEN -amount_yen WHEN is_held = 1 THEN 0
    ELSE amount_yen END) AS INTEGER) AS balance,
  max(iif(is_held = 2, card_counter - 1, card_counter)) AS last_counter, count(*) AS record_count,
  min(has_certificate) AS is_certified,
  min(card_counter * ${COUNTER_STEP} + balance_before_yen) AS head,
  max(card_counter * ${COUNTER_STEP} + balance_after_yen) AS tail,
  CAST(sum(balance_after_yen - balance_before_yen) AS INTEGER) AS change,
  CAST(sum((card_counter - 1) * balance_before_yen - card_counter * balance_after_yen) AS INTEGER)
    AS moment
FROM record NOT INDEXED WHERE id > ?1 GROUP BY idm`;

const RUNS = `
SELECT *, is_certified = 1 AND record_count <= ${RUN_MAX}
    AND last - first + 1 = record_count AND change = last_balance - first_balance
    AND moment = (first - 1) * first_balance - last * last_balance AS is_run
FROM (SELECT *, head / ${COUNTER_STEP} AS first, head % ${COUNTER_STEP} AS first_balance,
    tail / ${COUNTER_STEP} AS last, tail % ${COUNTER_STEP} AS last_balance FROM (${SUMS}) AS sums) AS runs`;

/**
 * Adds the records after row ?1 to the shadow of their cards. A held load or void is on no card yet, and
 * of what is interrupted nobody knows. The watermark is raised where a few certified records go on from it
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
    is_run AND first = coalesce(known.watermark, 0) + 1
      AND first_balance = coalesce(known.watermark_balance_yen, 0) AS goes_on
  FROM (${RUNS}) AS sums LEFT JOIN card_shadow AS known ON known.idm = sums.idm) AS sums
WHERE true ORDER BY sums.idm
ON CONFLICT (idm) DO UPDATE SET balance_yen = card_shadow.balance_yen + excluded.balance_yen,
  last_counter = max(card_shadow.last_counter, excluded.last_counter),
  record_count = card_shadow.record_count + excluded.record_count,
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
