import { formatIdm, idm, sameBytes } from '#felica/identifiers';
import type { SqlReader } from '../database/database.ts';
import { fixedRowsInput } from '../database/fixed-row.ts';
import { bytesIn, numberIn, textIn } from '../database/row.ts';
import { encodeRecordRows, isPosted, RECORD_COLUMNS } from './record-row.ts';
import type { JudgedRecord, VerifiedBatch } from './verify-batch.ts';
import { type EarlierReport, verifyRecord } from './verify-record.ts';
import { judgeVoidedSales } from './voided-sale.ts';

/**
 * Posted records that one of the rows speaks of again: under its SAM number (`number`); with its card
 * and counter, certified by now (`write`); or as the very same claim without a
 * certificate (`claim`, or `interrupted`). CROSS
 * JOIN keeps the order: each row is four searches, whatever the size of the table.
 */
export const EARLIER_STATEMENT: string = `${fixedRowsInput(RECORD_COLUMNS)}
SELECT 'number' AS source, record.sam_id, record.sam_number, record.idm, record.card_counter,
  record.purse_write
FROM input CROSS JOIN record ON record.sam_id = input.sam_id
  AND record.sam_number = input.sam_number
UNION ALL
SELECT 'write', record.sam_id, record.sam_number, record.idm, record.card_counter,
  record.purse_write
FROM input CROSS JOIN record INDEXED BY record_certified ON record.idm = input.idm
  AND record.card_counter = input.card_counter AND record.has_certificate = 1
UNION ALL
SELECT 'write', record.sam_id, record.sam_number, record.idm, record.card_counter,
  record.purse_write
FROM input CROSS JOIN record INDEXED BY record_uncertified ON record.idm = input.idm
  AND record.card_counter = input.card_counter AND record.has_certificate = 0
CROSS JOIN resolution ON resolution.record_id = record.id AND resolution.outcome = 'released'
UNION ALL
SELECT iif(record.is_held = 2, 'interrupted', 'claim'), record.sam_id, record.sam_number, record.idm, record.card_counter,
  record.purse_write
FROM input CROSS JOIN record INDEXED BY record_uncertified ON record.idm = input.idm
  AND record.card_counter = input.card_counter AND record.has_certificate = 0
  AND record.purse_write = input.purse_write`;

/** What was reported before: the certificate that each report has, or should have. */
interface Reports {
  readonly byNumber: Map<string, Uint8Array>;
  readonly byWrite: Map<string, Uint8Array>;
  /**
   * Claims stand only in the way of the same claim: anybody with a SAM can make one up, and it must
   * not keep the true report from being accepted.
   */
  readonly claims: Set<string>;
  /** They stand in the way of the same of their kind: their terminal may come to know more. */
  readonly interrupted: Set<string>;
}

/** Batches with their final verdicts, and the rows of what is posted of them. */
export interface GroupToPost {
  readonly batches: readonly VerifiedBatch[];
  readonly rows: Uint8Array;
}

/**
 * Judges the records again, now knowing which of them were reported before, in the database or
 * earlier in the same group, and which sales their voids give back.
 */
export async function judgeEarlierReports(
  reader: SqlReader,
  group: readonly VerifiedBatch[],
): Promise<GroupToPost> {
  const rows = encodeRecordRows(group);
  const reports = await readReports(reader, rows);
  let isChanged = false;
  const batches = group.map(({ batch, records, hits, claims }) => ({
    batch,
    hits,
    claims,
    records: records.map((judged) => {
      if (!isPosted(judged)) return judged;
      const again = judgeAgain(judged, reports);
      if (again !== judged) isChanged = true;
      return again;
    }),
  }));
  const judged = await judgeVoidedSales(reader, batches);
  if (judged !== batches) isChanged = true;
  return { batches: judged, rows: isChanged ? encodeRecordRows(judged) : rows };
}

function judgeAgain(judged: JudgedRecord, reports: Reports): JudgedRecord {
  const { record, context } = judged;
  const { expectedCertificate } = context;
  if (expectedCertificate === undefined) return judged;
  const earlierReport = earlierReportOf(judged, expectedCertificate, reports);
  if (earlierReport === 'none') {
    remember(judged, expectedCertificate, reports);
    return judged;
  }
  const known = { ...context, earlierReport };
  return { ...judged, context: known, verdict: verifyRecord(record, known) };
}

function earlierReportOf(
  judged: JudgedRecord,
  expected: Uint8Array,
  { byNumber, byWrite, claims, interrupted }: Reports,
): EarlierReport {
  const earlier = [byNumber.get(numberKeyOf(judged)), byWrite.get(writeKeyOf(judged))].filter(
    (report) => report !== undefined,
  );
  if (earlier.some((report) => !sameBytes(report, expected))) return 'other';
  if (earlier.length > 0) return 'same';
  if (judged.record.certificate !== undefined) return 'none';
  const claim = claimKeyOf(writeKeyOf(judged), expected);
  const isSame = claims.has(claim) || (isInterrupted(judged) && interrupted.has(claim));
  return isSame ? 'same' : 'none';
}

function remember(
  judged: JudgedRecord,
  expected: Uint8Array,
  { byNumber, byWrite, claims, interrupted }: Reports,
): void {
  const writeKey = writeKeyOf(judged);
  byNumber.set(numberKeyOf(judged), expected);
  if (judged.record.certificate !== undefined) byWrite.set(writeKey, expected);
  else (isInterrupted(judged) ? interrupted : claims).add(claimKeyOf(writeKey, expected));
}

function isInterrupted({ record }: JudgedRecord): boolean {
  return record.resolution === 'interrupted';
}

async function readReports(reader: SqlReader, rows: Uint8Array): Promise<Reports> {
  const reports: Reports = {
    byNumber: new Map(),
    byWrite: new Map(),
    claims: new Set(),
    interrupted: new Set(),
  };
  for (const row of await reader.all(EARLIER_STATEMENT, [rows])) {
    const write = bytesIn(row, 'purse_write');
    const numberKey = `${numberIn(row, 'sam_id')}:${numberIn(row, 'sam_number')}`;
    const card = formatIdm(idm(bytesIn(row, 'idm')));
    const writeKey = `${card}:${numberIn(row, 'card_counter')}`;
    const source = textIn(row, 'source');
    if (source === 'number') reports.byNumber.set(numberKey, write);
    if (source === 'write') reports.byWrite.set(writeKey, write);
    if (source === 'interrupted') reports.interrupted.add(claimKeyOf(writeKey, write));
    if (source === 'claim') reports.claims.add(claimKeyOf(writeKey, write));
  }
  return reports;
}

function numberKeyOf({ record }: JudgedRecord): string {
  return `${record.samId}:${record.samNumber}`;
}

function writeKeyOf({ card, record }: JudgedRecord): string {
  return `${card}:${record.cardCounter}`;
}

function claimKeyOf(writeKey: string, purseWrite: Uint8Array): string {
  return `${writeKey}:${Buffer.from(purseWrite).toString('hex')}`;
}
