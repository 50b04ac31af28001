import { createPublicKey } from 'node:crypto';
import { type Batch, decodeBatch, hashOf } from '../batch/batch.ts';
import { verifyBatchSignature } from '../batch/batch-signature.ts';
import type { SqlReader } from '../database/database.ts';
import { bytesIn, numberIn } from '../database/row.ts';
import { compare, type Report } from './audit-finding.ts';

/** A batch as it came, read anew from its bytes. */
export interface RawBatch {
  readonly batchId: number;
  /** `terminal 9 batch 3` */
  readonly name: string;
  readonly batch: Batch;
}

const IDS_STATEMENT = 'SELECT id FROM batch WHERE id > ? ORDER BY id LIMIT 1000';

const BATCH_STATEMENT = `
SELECT batch.id AS id, batch.terminal_id AS terminal_id, batch_number, batch.merchant_id AS merchant_id,
  batch.sam_id AS sam_id, first_sam_number, last_sam_number, hash, bytes, sha256, public_key,
  (SELECT before.hash FROM batch AS before WHERE before.terminal_id = batch.terminal_id
    AND before.batch_number = batch.batch_number - 1) AS hash_before
FROM batch JOIN evidence ON evidence.id = batch.evidence_id
JOIN terminal ON terminal.terminal_id = batch.terminal_id WHERE batch.id = ?`;

/** The ids of all batches, in the order in which they came, a few at a time. */
export async function* batchIds(reader: SqlReader): AsyncGenerator<number> {
  for (let last = 0; ; ) {
    const rows = await reader.all(IDS_STATEMENT, [last]);
    if (rows.length === 0) return;
    for (const row of rows) {
      last = numberIn(row, 'id');
      yield last;
    }
  }
}

/** `undefined` for bytes that are no batch. What its row says otherwise than its bytes is reported. */
export async function readRawBatch(
  reader: SqlReader,
  batchId: number,
  report: Report,
): Promise<RawBatch | undefined> {
  const [row] = await reader.all(BATCH_STATEMENT, [batchId]);
  const name = `terminal ${numberIn(row, 'terminal_id')} batch ${numberIn(row, 'batch_number')}`;
  const bytes = bytesIn(row, 'bytes');
  const bytesPlace = { code: 'AUDIT_BATCH_BYTES', place: name } as const;
  compare(report, bytesPlace, hex(bytesIn(row, 'sha256')), hex(hashOf(bytes)));
  const decoded = decodeBatch(bytes);
  if (decoded.result === 'refused') {
    report({ ...bytesPlace, expected: 'a batch', found: decoded.reason });
    return undefined;
  }
  const { batch } = decoded;
  const { header } = batch;
  const rowPlace = { code: 'AUDIT_BATCH_ROW', place: name } as const;
  const ofBytes = [
    header.terminalId,
    header.batchNumber,
    header.merchantId,
    header.samId,
    header.firstSamNumber,
    header.lastSamNumber,
    hex(batch.hash),
  ];
  const ofRow = [
    numberIn(row, 'terminal_id'),
    numberIn(row, 'batch_number'),
    numberIn(row, 'merchant_id'),
    numberIn(row, 'sam_id'),
    numberIn(row, 'first_sam_number'),
    numberIn(row, 'last_sam_number'),
    hex(bytesIn(row, 'hash')),
  ];
  compare(report, rowPlace, ofBytes.join(' '), ofRow.join(' '));
  if (!isSigned(batch, bytesIn(row, 'public_key'))) {
    const expected = "a signature of the terminal's key";
    report({ code: 'AUDIT_BATCH_SIGNATURE', place: name, expected, found: 'another' });
  }
  // A batch before it that is still missing is a gap, and no fault.
  if (row?.['hash_before'] !== null) {
    const place = { code: 'AUDIT_BATCH_CHAIN', place: name } as const;
    compare(report, place, hex(bytesIn(row, 'hash_before')), hex(header.previousBatchHash));
  }
  return { batchId, name, batch };
}

function isSigned(batch: Batch, publicKey: Uint8Array): boolean {
  const key = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' });
  return verifyBatchSignature(key, batch);
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
