import { createHash } from 'node:crypto';
import { hex, type WriteKind } from './card-reading.ts';
import { type ReadRefundClaim, readRefundClaim } from './claim-reading.ts';
import { type ReadHit, readHit } from './hit-reading.ts';

/*
 * Reads batches and records, from backend/batch/batch-format.md alone.
 */

/** One record, as far as an auditor compares it. */
export interface ReadRecord {
  readonly kind: WriteKind;
  readonly card: string;
  readonly counter: number;
  readonly terminalId: number;
  readonly samId: number;
  readonly samNumber: number;
  readonly transactionNumber: number;
  readonly amount: number;
  readonly balanceBefore: number;
  readonly balanceAfter: number;
  readonly executionId: string;
  /** Its terminal does not know whether the card was written. */
  readonly isInterrupted: boolean;
  /** All bytes, in hexadecimal. */
  readonly bytes: string;
}

export interface ReadBatch {
  readonly terminalId: number;
  readonly number: number;
  readonly samId: number;
  readonly previousHash: string;
  readonly hash: string;
  readonly records: readonly ReadRecord[];
  readonly hits: readonly ReadHit[];
  readonly refundClaims: readonly ReadRefundClaim[];
  readonly violations: readonly string[];
}

export const RECORD_BYTES = 92;
const HEADER_BYTES = 80;
const TRAILER_BYTES = 68;
const SIGNATURE_BYTES = 64;
/** As the trailer counts them. */
const KIND_ORDER: readonly WriteKind[] = ['load', 'debit', 'void'];
const KINDS: Readonly<Record<number, WriteKind>> = { 1: 'load', 2: 'debit', 3: 'void' };

/** `undefined` for a kind of record that stands in no page. */
export function readRecord(bytes: Uint8Array): ReadRecord | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const kind = KINDS[view.getUint8(1)];
  if (kind === undefined || bytes.length !== RECORD_BYTES) return undefined;
  return {
    kind,
    card: hex(bytes.subarray(4, 12)),
    counter: view.getUint16(14),
    terminalId: view.getUint32(16),
    samId: view.getUint32(20),
    samNumber: view.getUint32(24),
    transactionNumber: view.getUint32(28),
    amount: view.getUint32(32),
    balanceBefore: view.getUint32(36),
    balanceAfter: view.getUint32(40),
    executionId: hex(bytes.subarray(52, 56)),
    isInterrupted: view.getUint8(57) === 2,
    bytes: hex(bytes),
  };
}

export function readBatch(bytes: Uint8Array): ReadBatch {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const [terminalId, number] = [view.getUint32(4), view.getUint32(12)];
  const name = `terminal ${terminalId}, batch ${number}`;
  const violations: string[] = [];
  const recordCount = view.getUint32(28);
  const trailerAt = HEADER_BYTES + recordCount * RECORD_BYTES;
  if (bytes.length !== trailerAt + TRAILER_BYTES + SIGNATURE_BYTES) {
    violations.push(`${name}: ${bytes.length} bytes for ${recordCount} records`);
  }
  const records: ReadRecord[] = [];
  const hits: ReadHit[] = [];
  const refundClaims: ReadRefundClaim[] = [];
  for (let index = 0; index < recordCount; index += 1) {
    const offset = HEADER_BYTES + index * RECORD_BYTES;
    const encoded = bytes.subarray(offset, offset + RECORD_BYTES);
    const [record, hit] = [readRecord(encoded), readHit(encoded)];
    const claim = readRefundClaim(encoded);
    if (record !== undefined) records.push(record);
    if (hit !== undefined) hits.push(hit);
    if (claim !== undefined) refundClaims.push(claim);
    const samNumber = (record ?? hit ?? claim)?.samNumber;
    const place = `${name}: record ${index + 1}`;
    if (samNumber === undefined) violations.push(`${place} is of no known kind`);
    const isInOrder = samNumber === view.getUint32(20) + index;
    if (samNumber !== undefined && !isInOrder) violations.push(`${place} is number ${samNumber}`);
  }
  const sums = KIND_ORDER.map((kind) => totalsOf(records, kind));
  const written = KIND_ORDER.map((_, index) => ({
    count: view.getUint32(trailerAt + 4 * index),
    total: Number(view.getBigUint64(trailerAt + 12 + 8 * index)),
  }));
  if (JSON.stringify(sums) !== JSON.stringify(written)) {
    violations.push(`${name}: its totals are not those of its records`);
  }
  const content = hex(bytes.subarray(trailerAt + 36, trailerAt + TRAILER_BYTES));
  if (sha256(bytes.subarray(0, trailerAt)) !== content) {
    violations.push(`${name}: its content has another hash`);
  }
  return {
    terminalId,
    number,
    samId: view.getUint32(16),
    previousHash: hex(bytes.subarray(48, 80)),
    hash: sha256(bytes),
    records,
    hits,
    refundClaims,
    violations,
  };
}

function totalsOf(
  records: readonly ReadRecord[],
  kind: WriteKind,
): { readonly count: number; readonly total: number } {
  const own = records.filter((record) => record.kind === kind && !record.isInterrupted);
  return { count: own.length, total: own.reduce((sum, { amount }) => sum + amount, 0) };
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
