import { formatIdm, idm } from '#felica/identifiers';
import { type RecordKind, recordKindOf } from '../batch/record.ts';
import type { SqlRow } from '../database/connection.ts';
import type { SqlReader } from '../database/database.ts';
import { bytesIn, numberIn } from '../database/row.ts';
import { isPosted } from './record-row.ts';
import type { JudgedRecord, VerifiedBatch } from './verify-batch.ts';
import { type VoidedSale, verifyRecord } from './verify-record.ts';

const COLUMNS = `
SELECT record.idm, record.card_counter, record.kind, record.amount_yen, record.balance_after_yen,
  record.has_certificate, batch.merchant_id
FROM json_each(?1) AS asked CROSS JOIN record`;

const OF_CARD_BEFORE = `
ON record.idm = unhex(asked.value ->> 0) AND record.card_counter = CAST(asked.value ->> 1 AS INTEGER)`;

/** What was reported of the writes that voids gave back. Each void is two searches. */
export const VOIDED_SALE_STATEMENT: string = `
${COLUMNS} INDEXED BY record_certified ${OF_CARD_BEFORE} AND record.has_certificate = 1
CROSS JOIN batch ON batch.id = record.batch_id
UNION ALL
${COLUMNS} INDEXED BY record_uncertified ${OF_CARD_BEFORE} AND record.has_certificate = 0
CROSS JOIN batch ON batch.id = record.batch_id`;

/** A report of the purse write before a void. */
interface WriteBefore {
  readonly kind: RecordKind | undefined;
  readonly amount: number;
  readonly balanceAfter: number;
  readonly isCertified: boolean;
  readonly merchantId: number;
}

/**
 * Judges voids again, now knowing the sales that they give back: posted before, or in the same group. A
 * card gives back its last debit only, so the sale of a void is the card's write with the counter before
 * it, and no other void can be of the same sale. Returns `batches` itself where nothing changes.
 */
export async function judgeVoidedSales(
  reader: SqlReader,
  batches: readonly VerifiedBatch[],
): Promise<readonly VerifiedBatch[]> {
  const voids = batches.flatMap(({ records }) => records.filter(isVoid));
  if (voids.length === 0) return batches;
  const writes = await readWritesBefore(reader, voids);
  for (const { batch, records } of batches) {
    for (const judged of records.filter(isPosted)) {
      const { record } = judged;
      note(writes, keyOf(judged.card, record.cardCounter), {
        kind: record.kind,
        amount: record.amount,
        balanceAfter: record.balanceAfter,
        isCertified: record.certificate !== undefined,
        merchantId: batch.merchantId,
      });
    }
  }
  return batches.map(({ batch, records, hits, claims }) => ({
    batch,
    hits,
    claims,
    records: records.map((judged) => {
      if (!isVoid(judged)) return judged;
      const before = writes.get(keyOf(judged.card, judged.record.cardCounter - 1)) ?? [];
      const voidedSale = voidedSaleOf(judged, batch.merchantId, before);
      const context = { ...judged.context, voidedSale };
      return { ...judged, context, verdict: verifyRecord(judged.record, context) };
    }),
  }));
}

/** Where the card certified one of the reports, the others do not count. */
function voidedSaleOf(
  { record }: JudgedRecord,
  merchantId: number,
  reports: readonly WriteBefore[],
): VoidedSale {
  if (reports.length === 0) return 'unknown';
  const certified = reports.filter(({ isCertified }) => isCertified);
  const counting = certified.length > 0 ? certified : reports;
  const isKnown = counting.some(
    (sale) =>
      sale.kind === 'debit' &&
      sale.merchantId === merchantId &&
      sale.amount >= record.amount &&
      sale.balanceAfter === record.balanceBefore,
  );
  return isKnown ? 'known' : 'other';
}

async function readWritesBefore(
  reader: SqlReader,
  voids: readonly JudgedRecord[],
): Promise<Map<string, WriteBefore[]>> {
  const asked = voids.map(({ card, record }) => [card, record.cardCounter - 1]);
  const writes = new Map<string, WriteBefore[]>();
  for (const row of await reader.all(VOIDED_SALE_STATEMENT, [JSON.stringify(asked)])) {
    const card = formatIdm(idm(bytesIn(row, 'idm')));
    note(writes, keyOf(card, numberIn(row, 'card_counter')), writeBeforeOf(row));
  }
  return writes;
}

function writeBeforeOf(row: SqlRow): WriteBefore {
  return {
    kind: recordKindOf(numberIn(row, 'kind')),
    amount: numberIn(row, 'amount_yen'),
    balanceAfter: numberIn(row, 'balance_after_yen'),
    isCertified: numberIn(row, 'has_certificate') === 1,
    merchantId: numberIn(row, 'merchant_id'),
  };
}

function note(writes: Map<string, WriteBefore[]>, key: string, write: WriteBefore): void {
  const known = writes.get(key);
  if (known === undefined) writes.set(key, [write]);
  else known.push(write);
}

function isVoid(judged: JudgedRecord): boolean {
  return judged.record.kind === 'void' && isPosted(judged);
}

function keyOf(card: string, cardCounter: number): string {
  return `${card}:${cardCounter}`;
}
