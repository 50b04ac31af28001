import { createHash } from 'node:crypto';
import { sameBytes } from '#felica/identifiers';
import { type EpochMs, epochMs, sumYen, type Yen, yen } from '#units';
import {
  type BatchRecord,
  type DecodedBatchRecord,
  decodeBatchRecord,
  encodeBatchRecord,
  type SortedRecords,
  sortedByKind,
} from './batch-record.ts';
import { type PurseRecord, RECORD_BYTES, type RecordKind } from './record.ts';

export const BATCH_HEADER_BYTES = 80;
export const BATCH_TRAILER_BYTES = 68;
export const BATCH_SIGNATURE_BYTES = 64;
export const HASH_BYTES = 32;
/** A terminal closes a batch before it grows past this. */
export const BATCH_RECORDS_MAX = 10_000;

const TRAILER_HASH_OFFSET: number = BATCH_TRAILER_BYTES - HASH_BYTES;
const MAGIC = Uint8Array.of(0x4b, 0x5a, 0x42, 0x31);
const FRAME_BYTES = BATCH_HEADER_BYTES + BATCH_TRAILER_BYTES + BATCH_SIGNATURE_BYTES;

/** The largest batch there is: whoever receives one need not read further. */
export const BATCH_BYTES_MAX: number = FRAME_BYTES + BATCH_RECORDS_MAX * RECORD_BYTES;

export interface BatchHeader {
  readonly terminalId: number;
  readonly merchantId: number;
  /** From 1, gapless per terminal. */
  readonly batchNumber: number;
  readonly samId: number;
  readonly firstSamNumber: number;
  readonly lastSamNumber: number;
  readonly recordCount: number;
  readonly openedAt: EpochMs;
  readonly closedAt: EpochMs;
  /** The hash of the terminal's batch before this one; zeros for batch 1. */
  readonly previousBatchHash: Uint8Array;
}

export interface BatchTrailer {
  readonly loadCount: number;
  readonly debitCount: number;
  readonly voidCount: number;
  readonly loadTotal: Yen;
  readonly debitTotal: Yen;
  readonly voidTotal: Yen;
  /** SHA-256 over header and records. */
  readonly contentHash: Uint8Array;
}

/** Records of all kinds have one row of SAM numbers, from the header's first to its last. */
export interface Batch extends SortedRecords {
  readonly header: BatchHeader;
  readonly trailer: BatchTrailer;
  /** Everything that the signature covers: header, records, trailer. */
  readonly signedBytes: Uint8Array;
  readonly signature: Uint8Array;
  /** SHA-256 over all bytes, signature included: the name of this batch, and the next one's link. */
  readonly hash: Uint8Array;
}

/** In the order in which they are looked for (batch-format.md). */
export type BatchFault =
  | 'BATCH_TRUNCATED'
  | 'BATCH_MAGIC_UNKNOWN'
  | 'BATCH_LENGTH_MISMATCH'
  | 'BATCH_HEADER_INVALID'
  | 'BATCH_HASH_MISMATCH'
  | 'RECORD_MALFORMED'
  | 'BATCH_RECORD_FOREIGN'
  | 'BATCH_NUMBERING_BROKEN'
  | 'BATCH_TOTAL_MISMATCH';

export type DecodedBatch =
  | { readonly result: 'decoded'; readonly batch: Batch }
  | { readonly result: 'refused'; readonly reason: BatchFault; readonly detail: string };

export interface BatchContent {
  readonly terminalId: number;
  readonly merchantId: number;
  readonly batchNumber: number;
  readonly samId: number;
  readonly openedAt: EpochMs;
  readonly closedAt: EpochMs;
  readonly previousBatchHash: Uint8Array;
  /** In the order of their SAM numbers, without a gap, at least one. */
  readonly records: readonly BatchRecord[];
}

/**
 * The bytes of a closed batch, and its hash. `sign` gives the 64 bytes of an Ed25519 signature.
 * Throws `RangeError` for a batch that the format cannot hold or that its receiver would refuse.
 */
export function encodeBatch(
  content: BatchContent,
  sign: (bytes: Uint8Array) => Uint8Array,
): Uint8Array {
  const bytes = new Uint8Array(FRAME_BYTES + content.records.length * RECORD_BYTES);
  writeHeader(bytes, content);
  content.records.forEach((record, index) => {
    bytes.set(encodeBatchRecord(record), BATCH_HEADER_BYTES + index * RECORD_BYTES);
  });
  writeTrailer(bytes, content.records);
  const signedBytes = bytes.subarray(0, bytes.length - BATCH_SIGNATURE_BYTES);
  bytes.set(sign(signedBytes), signedBytes.length);
  const decoded = decodeBatch(bytes);
  if (decoded.result === 'decoded') return bytes;
  throw new RangeError(`batch: ${decoded.reason}, ${decoded.detail}`);
}

export function hashOf(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(createHash('sha256').update(bytes).digest());
}

/**
 * Reads a batch and checks everything that its own bytes tell: structure, hash, numbering, totals.
 * The signature is checked apart ({@link verifyBatchSignature}): it takes the terminal's key.
 */
export function decodeBatch(bytes: Uint8Array): DecodedBatch {
  if (bytes.length < FRAME_BYTES) return refused('BATCH_TRUNCATED', `${bytes.length} bytes`);
  if (!sameBytes(MAGIC, bytes.subarray(0, MAGIC.length))) {
    return refused('BATCH_MAGIC_UNKNOWN', 'expected KZB1');
  }
  const recordCount = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(28);
  const lengthExpected = FRAME_BYTES + recordCount * RECORD_BYTES;
  if (bytes.length !== lengthExpected) {
    return refused(
      bytes.length < lengthExpected ? 'BATCH_TRUNCATED' : 'BATCH_LENGTH_MISMATCH',
      `expected ${lengthExpected} bytes, got ${bytes.length}`,
    );
  }
  const header = readHeader(bytes);
  if (header === undefined) return refused('BATCH_HEADER_INVALID', 'time');
  const headerFault = faultyHeaderField(header);
  if (headerFault !== undefined) return refused('BATCH_HEADER_INVALID', headerFault);
  return decodeContent(bytes, header);
}

function decodeContent(bytes: Uint8Array, header: BatchHeader): DecodedBatch {
  const signedLength = bytes.length - BATCH_SIGNATURE_BYTES;
  const content = bytes.subarray(0, signedLength - BATCH_TRAILER_BYTES);
  const contentHash = bytes.subarray(signedLength - HASH_BYTES, signedLength);
  if (!sameBytes(contentHash, hashOf(content))) {
    return refused('BATCH_HASH_MISMATCH', 'content does not have the hash of the trailer');
  }
  const records: BatchRecord[] = [];
  for (let index = 0; index < header.recordCount; index++) {
    const decoded = recordAt(content, index);
    if (decoded.result === 'refused') {
      return refused('RECORD_MALFORMED', `record ${index + 1}: ${decoded.field}`);
    }
    records.push(decoded.record);
  }
  const trailer = readTrailer(bytes.subarray(content.length, signedLength));
  if (trailer === undefined) return refused('BATCH_TOTAL_MISMATCH', 'total out of range');
  const contradiction = contradictionIn(header, records, trailer);
  if (contradiction !== undefined) return contradiction;
  const batch: Batch = {
    header,
    ...sortedByKind(records),
    trailer,
    signedBytes: bytes.slice(0, signedLength),
    signature: bytes.slice(signedLength),
    hash: hashOf(bytes),
  };
  return { result: 'decoded', batch };
}

function recordAt(content: Uint8Array, index: number): DecodedBatchRecord {
  const offset = BATCH_HEADER_BYTES + index * RECORD_BYTES;
  return decodeBatchRecord(content.subarray(offset, offset + RECORD_BYTES));
}

function contradictionIn(
  header: BatchHeader,
  records: readonly BatchRecord[],
  trailer: BatchTrailer,
): DecodedBatch | undefined {
  for (const [index, record] of records.entries()) {
    if (record.terminalId !== header.terminalId || record.samId !== header.samId) {
      return refused('BATCH_RECORD_FOREIGN', `record ${index + 1}`);
    }
    if (record.samNumber !== header.firstSamNumber + index) {
      return refused(
        'BATCH_NUMBERING_BROKEN',
        `record ${index + 1}: SAM number ${record.samNumber}`,
      );
    }
  }
  const totals = totalsOf(records);
  const isSame =
    totals.loadCount === trailer.loadCount &&
    totals.debitCount === trailer.debitCount &&
    totals.voidCount === trailer.voidCount &&
    totals.loadTotal === trailer.loadTotal &&
    totals.debitTotal === trailer.debitTotal &&
    totals.voidTotal === trailer.voidTotal;
  return isSame ? undefined : refused('BATCH_TOTAL_MISMATCH', 'trailer and records differ');
}

function faultyHeaderField(header: BatchHeader): string | undefined {
  if (header.terminalId === 0) return 'terminal id';
  if (header.merchantId === 0) return 'merchant id';
  if (header.batchNumber === 0) return 'batch number';
  if (header.samId === 0) return 'SAM id';
  if (header.recordCount === 0 || header.recordCount > BATCH_RECORDS_MAX) return 'record count';
  if (header.firstSamNumber === 0) return 'first SAM number';
  const lastExpected = header.firstSamNumber + header.recordCount - 1;
  if (header.lastSamNumber !== lastExpected) return 'last SAM number';
  if (header.closedAt < header.openedAt) return 'closed at';
  return undefined;
}

function writeHeader(bytes: Uint8Array, content: BatchContent): void {
  const view = new DataView(bytes.buffer);
  const first = content.records[0];
  const last = content.records.at(-1);
  if (first === undefined || last === undefined) throw new RangeError('batch: no records');
  bytes.set(MAGIC, 0);
  view.setUint32(4, content.terminalId);
  view.setUint32(8, content.merchantId);
  view.setUint32(12, content.batchNumber);
  view.setUint32(16, content.samId);
  view.setUint32(20, first.samNumber);
  view.setUint32(24, last.samNumber);
  view.setUint32(28, content.records.length);
  view.setBigUint64(32, BigInt(content.openedAt));
  view.setBigUint64(40, BigInt(content.closedAt));
  bytes.set(content.previousBatchHash, 48);
}

function readHeader(bytes: Uint8Array): BatchHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, BATCH_HEADER_BYTES);
  const openedAt = safeNumber(view.getBigUint64(32));
  const closedAt = safeNumber(view.getBigUint64(40));
  if (openedAt === undefined || closedAt === undefined) return undefined;
  return {
    terminalId: view.getUint32(4),
    merchantId: view.getUint32(8),
    batchNumber: view.getUint32(12),
    samId: view.getUint32(16),
    firstSamNumber: view.getUint32(20),
    lastSamNumber: view.getUint32(24),
    recordCount: view.getUint32(28),
    openedAt: epochMs(openedAt),
    closedAt: epochMs(closedAt),
    previousBatchHash: bytes.slice(48, 48 + HASH_BYTES),
  };
}

function writeTrailer(bytes: Uint8Array, records: readonly BatchRecord[]): void {
  const offset = bytes.length - BATCH_SIGNATURE_BYTES - BATCH_TRAILER_BYTES;
  const view = new DataView(bytes.buffer, offset, BATCH_TRAILER_BYTES);
  const totals = totalsOf(records);
  view.setUint32(0, totals.loadCount);
  view.setUint32(4, totals.debitCount);
  view.setUint32(8, totals.voidCount);
  view.setBigUint64(12, BigInt(totals.loadTotal));
  view.setBigUint64(20, BigInt(totals.debitTotal));
  view.setBigUint64(28, BigInt(totals.voidTotal));
  bytes.set(hashOf(bytes.subarray(0, offset)), offset + TRAILER_HASH_OFFSET);
}

function readTrailer(bytes: Uint8Array): BatchTrailer | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, BATCH_TRAILER_BYTES);
  const loadTotal = safeNumber(view.getBigUint64(12));
  const debitTotal = safeNumber(view.getBigUint64(20));
  const voidTotal = safeNumber(view.getBigUint64(28));
  const isInRange = loadTotal !== undefined && debitTotal !== undefined && voidTotal !== undefined;
  if (!isInRange) return undefined;
  return {
    loadCount: view.getUint32(0),
    debitCount: view.getUint32(4),
    voidCount: view.getUint32(8),
    loadTotal: yen(loadTotal),
    debitTotal: yen(debitTotal),
    voidTotal: yen(voidTotal),
    contentHash: bytes.slice(TRAILER_HASH_OFFSET, BATCH_TRAILER_BYTES),
  };
}

/** Without what is interrupted: nobody knows whether it was done. Hits and claims write no purse. */
function totalsOf(all: readonly BatchRecord[]): Omit<BatchTrailer, 'contentHash'> {
  const { records } = sortedByKind(all);
  const ofKind = (kind: RecordKind): readonly PurseRecord[] =>
    records.filter((record) => record.kind === kind && record.resolution !== 'interrupted');
  const [loads, debits, voids] = [ofKind('load'), ofKind('debit'), ofKind('void')];
  return {
    loadCount: loads.length,
    debitCount: debits.length,
    voidCount: voids.length,
    loadTotal: sumYen(loads.map((record) => record.amount)),
    debitTotal: sumYen(debits.map((record) => record.amount)),
    voidTotal: sumYen(voids.map((record) => record.amount)),
  };
}

function safeNumber(value: bigint): number | undefined {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : undefined;
}

function refused(reason: BatchFault, detail: string): DecodedBatch {
  return { result: 'refused', reason, detail };
}
