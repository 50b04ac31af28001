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
 * Adds the records after row ?1 to the shadow of their cards. A held load or void is on no card yet, and
 * of what is interrupted nobody knows. NOT
 * INDEXED keeps the planner from walking all records ever posted (storage.md 1.7).
 */
export const SHADOW_STATEMENT = `
INSERT INTO card_shadow (idm, balance_yen, last_counter, record_count)
SELECT idm,
  sum(CASE WHEN is_held = 2 THEN 0 WHEN kind = 2 THEN -amount_yen WHEN is_held = 1 THEN 0
    ELSE amount_yen END),
  max(iif(is_held = 2, card_counter - 1, card_counter)), count(*)
FROM record NOT INDEXED WHERE id > ?1 GROUP BY idm ORDER BY idm
ON CONFLICT (idm) DO UPDATE SET balance_yen = balance_yen + excluded.balance_yen,
  last_counter = max(last_counter, excluded.last_counter),
  record_count = record_count + excluded.record_count`;

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
