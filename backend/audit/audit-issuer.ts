import { formatIdm } from '#felica/identifiers';
import type { SqlReader } from '../database/database.ts';
import { bytesIn, numberIn, textIn } from '../database/row.ts';
import { type AuditFinding, compare, type Report } from './audit-finding.ts';
import {
  batchSums,
  batchTransfers,
  type Legs,
  legsText,
  type Rates,
  resolutionTransfers,
  shadowChange,
} from './expected-transfer.ts';
import { batchIds, hex, type RawBatch, readRawBatch } from './raw-batch.ts';
import { type CertificateMaster, type JudgedRecord, judgeBatch } from './record-fate.ts';

/** What was read and computed anew, and what did not agree. */
export interface AuditResult {
  readonly batchCount: number;
  readonly recordCount: number;
  readonly transferCount: number;
  /** Transfers that no batch is the cause of, by kind: their legs were summed and not computed anew. */
  readonly otherTransfers: Readonly<Record<string, number>>;
  readonly certificatesChecked: boolean;
  readonly findings: readonly AuditFinding[];
  /** There were more than are kept. */
  readonly findingCount: number;
}

export interface AuditOptions {
  readonly masterOf: CertificateMaster | undefined;
  readonly onProgress?: (batchCount: number) => void;
}

/** Nobody reads more; that there are more is told. */
const FINDINGS_MAX = 1_000;
const PROGRESS_BATCHES = 1_000;

/**
 * Computes the issuer's tables and books anew from the raw batches and reports what does not agree. It
 * reads one batch at a time, and keeps one number for each card.
 * `reader` shows one moment from first to last.
 */
export async function auditIssuer(
  reader: SqlReader,
  { masterOf, onProgress }: AuditOptions,
): Promise<AuditResult> {
  const findings: AuditFinding[] = [];
  let findingCount = 0;
  const report: Report = (finding) => {
    findingCount += 1;
    if (findings.length < FINDINGS_MAX) findings.push(finding);
  };
  const shadows = new Map<string, number>();
  let batchCount = 0;
  let recordCount = 0;
  let causedCount = 0;
  for await (const batchId of batchIds(reader)) {
    batchCount += 1;
    if (batchCount % PROGRESS_BATCHES === 0) onProgress?.(batchCount);
    const raw = await readRawBatch(reader, batchId, report);
    if (raw === undefined) continue;
    recordCount += raw.batch.records.length;
    const posted = await readPosted(reader, batchId);
    if (posted === undefined) continue;
    const judged = await judgeBatch(reader, raw, { report, masterOf });
    for (const each of judged) countOnCard(each, shadows);
    causedCount += await checkBooks(reader, { raw, posted, judged }, report);
  }
  await checkTwice(reader, report);
  await takeMoved(reader, shadows);
  await checkShadows(reader, shadows, report);
  const { transferCount, otherTransfers, causedFound } = await checkTransfers(reader, report);
  const causedPlace = { code: 'AUDIT_TRANSFER_CAUSELESS', place: 'the ledger' } as const;
  compare(report, causedPlace, `${causedCount} of batches`, `${causedFound} of batches`);
  await checkWindows(reader, report);
  const certificatesChecked = masterOf !== undefined;
  const counts = { batchCount, recordCount, transferCount, otherTransfers };
  return { ...counts, certificatesChecked, findings, findingCount };
}

interface Posted {
  readonly merchantId: number;
  readonly rates: Rates;
  /** As the row of the batch says it. */
  readonly sums: string;
}

const POSTED_STATEMENT = `
SELECT posted_batch.*, merchant.fee_basis_points, merchant.commission_basis_points
FROM posted_batch JOIN merchant ON merchant.merchant_id = posted_batch.merchant_id
WHERE batch_id = ?`;

/** `undefined` for a batch that was not verified yet. */
async function readPosted(reader: SqlReader, batchId: number): Promise<Posted | undefined> {
  const [row] = await reader.all(POSTED_STATEMENT, [batchId]);
  if (row === undefined) return undefined;
  const sums = {
    loads: numberIn(row, 'load_yen'),
    debits: numberIn(row, 'debit_yen'),
    voids: numberIn(row, 'void_yen'),
    heldLoads: numberIn(row, 'held_load_yen'),
    heldDebits: numberIn(row, 'held_debit_yen'),
    heldVoids: numberIn(row, 'held_void_yen'),
    unpaidCount: numberIn(row, 'unpaid_count'),
    fee: numberIn(row, 'fee_yen'),
    commission: numberIn(row, 'commission_yen'),
  };
  return {
    merchantId: numberIn(row, 'merchant_id'),
    rates: {
      feeBasisPoints: numberIn(row, 'fee_basis_points'),
      commissionBasisPoints: numberIn(row, 'commission_basis_points'),
    },
    sums: JSON.stringify(sums),
  };
}

function countOnCard(judged: JudgedRecord, shadows: Map<string, number>): void {
  if (judged.fate === 'unpaid') return;
  const card = formatIdm(judged.record.idm);
  shadows.set(card, (shadows.get(card) ?? 0) + shadowChange(judged));
}

const TWICE_STATEMENT = `
SELECT idm, card_counter, count(*) AS count FROM record
LEFT JOIN resolution ON resolution.record_id = record.id
WHERE is_held = 0 OR resolution.outcome = 'released'
GROUP BY idm, card_counter HAVING count(*) > 1`;

/** Two paid reports of one write of a card would pay it twice. */
async function checkTwice(reader: SqlReader, report: Report): Promise<void> {
  for (const row of await reader.all(TWICE_STATEMENT)) {
    const card = hex(bytesIn(row, 'idm'));
    const place = `card ${card} counter ${numberIn(row, 'card_counter')}`;
    const found = `${numberIn(row, 'count')} times`;
    report({ code: 'AUDIT_RECORD_TWICE', place, expected: 'paid once', found });
  }
}

/** Resolves with the number of transfers that the batch is the cause of. */
async function checkBooks(
  reader: SqlReader,
  {
    raw,
    posted,
    judged,
  }: {
    readonly raw: RawBatch;
    readonly posted: Posted;
    readonly judged: readonly JudgedRecord[];
  },
  report: Report,
): Promise<number> {
  const { merchantId, rates } = posted;
  const { terminalId, batchNumber } = raw.batch.header;
  const sums = batchSums(judged, rates);
  const rowPlace = { code: 'AUDIT_POSTED_ROW', place: raw.name } as const;
  compare(report, rowPlace, JSON.stringify(sums), posted.sums);
  const reference = `batch:${terminalId}:${batchNumber}`;
  const expected = new Map(batchTransfers(reference, merchantId, sums));
  for (const each of judged) {
    for (const [name, legs] of resolutionTransfers(each, merchantId, rates)) {
      expected.set(name, legs);
    }
  }
  for (const [name, legs] of expected) {
    const found = await readLegs(reader, name);
    compare(report, { code: 'AUDIT_TRANSFER', place: name }, legsText(legs), legsText(found));
  }
  return expected.size;
}

const LEGS_STATEMENT = `
SELECT account, amount_yen FROM transfer JOIN entry ON entry.transfer_id = transfer.id
WHERE reference = ?`;

async function readLegs(reader: SqlReader, reference: string): Promise<Legs> {
  const rows = await reader.all(LEGS_STATEMENT, [reference]);
  return new Map(rows.map((row) => [textIn(row, 'account'), numberIn(row, 'amount_yen')]));
}

const MOVED_STATEMENT = `
SELECT idm, sum(amount_yen) AS sum_yen FROM moved_value GROUP BY idm`;

/** What a decision took from an ended card is in no record of it. */
async function takeMoved(reader: SqlReader, shadows: Map<string, number>): Promise<void> {
  for (const row of await reader.all(MOVED_STATEMENT)) {
    const card = hex(bytesIn(row, 'idm'));
    shadows.set(card, (shadows.get(card) ?? 0) - numberIn(row, 'sum_yen'));
  }
}

const SHADOWS_STATEMENT =
  'SELECT idm, balance_yen FROM card_shadow WHERE idm > ? ORDER BY idm LIMIT 1000';

async function checkShadows(
  reader: SqlReader,
  expected: Map<string, number>,
  report: Report,
): Promise<void> {
  for (let last: Uint8Array = new Uint8Array(0); ; ) {
    const rows = await reader.all(SHADOWS_STATEMENT, [last]);
    if (rows.length === 0) break;
    for (const row of rows) {
      last = bytesIn(row, 'idm');
      const card = hex(last);
      const found = numberIn(row, 'balance_yen');
      const place = { code: 'AUDIT_CARD_SHADOW', place: `card ${card}` } as const;
      compare(report, place, `${expected.get(card) ?? 0} yen`, `${found} yen`);
      expected.delete(card);
    }
  }
  for (const [card, balance] of expected) {
    const place = { code: 'AUDIT_CARD_SHADOW', place: `card ${card}` } as const;
    compare(report, place, `${balance} yen`, 'no shadow');
  }
}

const KINDS_STATEMENT = `
SELECT kind, count(*) AS count,
  reference LIKE 'batch:%' OR reference LIKE 'resolution:%' AS has_batch
FROM transfer GROUP BY kind, has_batch ORDER BY kind`;

const UNBALANCED_STATEMENT = `
SELECT reference, sum(amount_yen) AS sum_yen FROM transfer
LEFT JOIN entry ON entry.transfer_id = transfer.id
GROUP BY transfer.id HAVING sum(amount_yen) <> 0 OR count(amount_yen) < 2 ORDER BY transfer.id`;

async function checkTransfers(
  reader: SqlReader,
  report: Report,
): Promise<{
  readonly transferCount: number;
  readonly otherTransfers: Readonly<Record<string, number>>;
  readonly causedFound: number;
}> {
  const otherTransfers: Record<string, number> = {};
  let transferCount = 0;
  let causedFound = 0;
  for (const row of await reader.all(KINDS_STATEMENT)) {
    const count = numberIn(row, 'count');
    transferCount += count;
    if (numberIn(row, 'has_batch') === 1) causedFound += count;
    else otherTransfers[textIn(row, 'kind')] = count;
  }
  for (const row of await reader.all(UNBALANCED_STATEMENT)) {
    const place = textIn(row, 'reference');
    const found = `${row['sum_yen'] ?? 0} yen`;
    report({ code: 'AUDIT_BOOKS_UNBALANCED', place, expected: '0 yen', found });
  }
  return { transferCount, otherTransfers, causedFound };
}

const UNCLEARED_STATEMENT = `
SELECT transfer.window_number AS window_number, account, sum(amount_yen) AS sum_yen
FROM window_settlement AS settled
JOIN transfer ON transfer.window_number = settled.window_number
JOIN entry ON entry.transfer_id = transfer.id
WHERE account LIKE 'merchant-payable:%' OR account LIKE 'load-receivable:%'
  OR account LIKE 'void-receivable:%' OR account = 'commission-payable'
GROUP BY transfer.window_number, account HAVING sum(amount_yen) <> 0`;

/** What a settled window owed is paid: its accounts stand at zero. */
async function checkWindows(reader: SqlReader, report: Report): Promise<void> {
  for (const row of await reader.all(UNCLEARED_STATEMENT)) {
    const place = `window ${numberIn(row, 'window_number')} ${textIn(row, 'account')}`;
    const found = `${numberIn(row, 'sum_yen')} yen`;
    report({ code: 'AUDIT_WINDOW_UNCLEARED', place, expected: '0 yen', found });
  }
}
