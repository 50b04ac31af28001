import { cmac } from '@noble/ciphers/aes.js';
import { requireLength } from '#felica/byte-field';
import { type IDm, idm } from '#felica/identifiers';
import {
  encodeHistoryEntry,
  HISTORY_AMOUNT_MAX,
  type HistoryKind,
  TERMINAL_ID_MAX,
} from '#purse/history-block';
import { LITE_EVIDENCE_BYTES } from '#purse/lite-s-evidence';
import { cardCounterOf } from '#purse/purse-block';
import {
  CERTIFICATE_BYTES,
  type CertifiedWrite,
  type PurseOperation,
} from '#purse/transaction-certificate';
import { businessDateOf, type EpochMs, epochMs, type Yen, yen } from '#units';

export const RECORD_BYTES = 92;
export const UNSEALED_RECORD_BYTES = 76;
export const SAM_MAC_BYTES = 16;
/** The 8 bytes of its time. */
export const RECORD_TIME_OFFSET = 44;
const FUNDING_OFFSET = 59;
const CERTIFICATE_OFFSET = 60;
const CERTIFICATE_BEFORE_OFFSET = 68;
export const RECORD_VERSION = 1;
/** FeliCa Standard with AES, the first card profile (card-profile.md). */
export const CARD_PROFILE_STANDARD_AES = 1;
/** FeliCa Lite-S, the second one (lite-s-profile.md). */
export const CARD_PROFILE_LITE_S = 2;

/** A `void` gives the last debit back to the card. */
export type RecordKind = 'load' | 'debit' | 'void';

/**
 * How the terminal came to know that the card was written. `interrupted`: it does not know. Such a
 * record is a claim and moves no money until the card proves it.
 */
export type RecordResolution = 'at-tap' | 'at-re-tap' | 'interrupted';

/** Of a record's kind, in its bytes and in the issuer's database. */
export const KIND_CODES: Readonly<Record<RecordKind, number>> = { load: 1, debit: 2, void: 3 };
const RESOLUTION_CODES: Readonly<Record<RecordResolution, number>> = {
  'at-tap': 0,
  'at-re-tap': 1,
  interrupted: 2,
};

/** One purse write as the terminal reports it, before its SAM sealed it. Fields: batch-format.md. */
export interface UnsealedRecord {
  readonly kind: RecordKind;
  readonly issuerId: number;
  readonly idm: IDm;
  /** Absent for a Standard card. */
  readonly cardProfile?: 'lite-s' | undefined;
  readonly keyVersion: number;
  readonly cardCounter: number;
  readonly terminalId: number;
  readonly samId: number;
  readonly samNumber: number;
  readonly terminalTransactionNumber: number;
  readonly amount: Yen;
  readonly balanceBefore: Yen;
  readonly balanceAfter: Yen;
  /** The instant of the intent: its business date stands in the card's history entry. */
  readonly time: EpochMs;
  readonly executionId: Uint8Array;
  /**
   * Absent where the card left before it could be read. Of a Lite-S it is the evidence of
   * lite-s-evidence.ts, which is twice as long.
   */
  readonly certificate: Uint8Array | undefined;
  /**
   * The card's certificate of its purse write before this one, as it lay on the card: proof of what
   * that one's own terminal may not have heard. Absent on a card's first write.
   */
  readonly certificateBefore: Uint8Array | undefined;
  readonly resolution: RecordResolution;
  /** Of a load, what paid for it. Absent: the cash that the terminal took. */
  readonly fundedBy?: 'pending-load' | undefined;
}

export interface PurseRecord extends UnsealedRecord {
  readonly samMac: Uint8Array;
}

export type DecodedRecord =
  | { readonly result: 'decoded'; readonly record: PurseRecord }
  | { readonly result: 'refused'; readonly field: string };

/** The 76 bytes that the SAM MAC covers. Throws `RangeError` on a field that does not fit. */
export function encodeUnsealedRecord(record: UnsealedRecord): Uint8Array {
  const bytes = new Uint8Array(UNSEALED_RECORD_BYTES);
  const view = new DataView(bytes.buffer);
  bytes[0] = RECORD_VERSION;
  bytes[1] = KIND_CODES[record.kind];
  view.setUint16(2, fitting('issuer id', record.issuerId, 0xffff));
  bytes.set(record.idm, 4);
  bytes[12] = record.cardProfile === 'lite-s' ? CARD_PROFILE_LITE_S : CARD_PROFILE_STANDARD_AES;
  bytes[13] = fitting('key version', record.keyVersion, 0xff);
  view.setUint16(14, fitting('card counter', record.cardCounter, 0xffff));
  view.setUint32(16, fitting('terminal id', record.terminalId, TERMINAL_ID_MAX));
  view.setUint32(20, fitting('SAM id', record.samId, 0xffff_ffff));
  view.setUint32(24, fitting('SAM number', record.samNumber, 0xffff_ffff));
  view.setUint32(
    28,
    fitting('terminal transaction number', record.terminalTransactionNumber, 0xffff_ffff),
  );
  view.setUint32(32, fitting('amount', record.amount, 0xffff_ffff));
  view.setUint32(36, fitting('balance before', record.balanceBefore, 0xffff_ffff));
  view.setUint32(40, fitting('balance after', record.balanceAfter, 0xffff_ffff));
  view.setBigUint64(RECORD_TIME_OFFSET, BigInt(record.time));
  bytes.set(record.executionId, 52);
  bytes[56] = record.certificate === undefined ? 0 : 1;
  bytes[57] = RESOLUTION_CODES[record.resolution];
  bytes[58] = record.certificateBefore === undefined ? 0 : 1;
  bytes[FUNDING_OFFSET] = record.fundedBy === undefined ? 0 : 1;
  if (record.certificate !== undefined) {
    requireLength('certificate', record.certificate, certificateBytesOf(bytes));
    bytes.set(record.certificate, CERTIFICATE_OFFSET);
  }
  if (record.certificateBefore !== undefined) {
    requireLength('certificate before', record.certificateBefore, CERTIFICATE_BYTES);
    if (isLiteS(bytes)) throw new RangeError('certificate before: a Lite-S makes none');
    bytes.set(record.certificateBefore, CERTIFICATE_BEFORE_OFFSET);
  }
  return bytes;
}

/** AES-CMAC under the SAM's record key (`deriveSamKey`) over the 76 bytes of the unsealed record. */
export function samRecordMac(samKey: Uint8Array, unsealedBytes: Uint8Array): Uint8Array {
  return cmac(unsealedBytes, samKey);
}

export function sealRecord(samKey: Uint8Array, unsealed: UnsealedRecord): PurseRecord {
  return { ...unsealed, samMac: samRecordMac(samKey, encodeUnsealedRecord(unsealed)) };
}

export function encodeRecord(record: PurseRecord): Uint8Array {
  const bytes = new Uint8Array(RECORD_BYTES);
  bytes.set(encodeUnsealedRecord(record), 0);
  bytes.set(record.samMac, UNSEALED_RECORD_BYTES);
  return bytes;
}

/**
 * Reads one record and names the first field that is not as batch-format.md says. Only canonical
 * bytes are accepted: encoding the result gives `bytes` again.
 */
export function decodeRecord(bytes: Uint8Array): DecodedRecord {
  if (bytes.length !== RECORD_BYTES) return { result: 'refused', field: 'length' };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const kind = recordKindOf(view.getUint8(1));
  const resolution = resolutionOf(view.getUint8(57));
  const field = faultyField(bytes, view);
  if (field !== undefined) return { result: 'refused', field };
  if (kind === undefined) return { result: 'refused', field: 'kind' };
  if (resolution === undefined) return { result: 'refused', field: 'resolution' };
  const record: PurseRecord = {
    kind,
    issuerId: view.getUint16(2),
    idm: idm(bytes.slice(4, 12)),
    ...(isLiteS(bytes) && { cardProfile: 'lite-s' as const }),
    keyVersion: view.getUint8(13),
    cardCounter: view.getUint16(14),
    terminalId: view.getUint32(16),
    samId: view.getUint32(20),
    samNumber: view.getUint32(24),
    terminalTransactionNumber: view.getUint32(28),
    amount: yen(view.getUint32(32)),
    balanceBefore: yen(view.getUint32(36)),
    balanceAfter: yen(view.getUint32(40)),
    time: timeOf(view),
    executionId: bytes.slice(52, 56),
    certificate: certificateAt(bytes, 56, [CERTIFICATE_OFFSET, certificateBytesOf(bytes)]),
    certificateBefore: certificateAt(bytes, 58, [CERTIFICATE_BEFORE_OFFSET, CERTIFICATE_BYTES]),
    resolution,
    ...(bytes[FUNDING_OFFSET] === 1 && { fundedBy: 'pending-load' as const }),
    samMac: bytes.slice(UNSEALED_RECORD_BYTES),
  };
  return { result: 'decoded', record };
}

/** The purse write that the record's certificate must speak of. */
export function certifiedWriteOf(record: UnsealedRecord): CertifiedWrite {
  return {
    idm: record.idm,
    operation: OPERATION_BY_KIND[record.kind],
    balanceBefore: record.balanceBefore,
    balanceAfter: record.balanceAfter,
    executionId: record.executionId,
    history: encodeHistoryEntry({
      kind: HISTORY_KIND[record.kind],
      cardCounter: record.cardCounter,
      terminalId: record.terminalId,
      terminalNumber: record.terminalTransactionNumber % 0x1_0000,
      amount: record.amount,
      balanceAfter: record.balanceAfter,
      date: businessDateOf(record.time),
    }),
  };
}

const OPERATION_BY_KIND: Readonly<Record<RecordKind, PurseOperation>> = {
  load: 'direct',
  debit: 'decrement',
  void: 'cashback',
};

/** The card's log calls a void by what the purse does. */
const HISTORY_KIND: Readonly<Record<RecordKind, HistoryKind>> = {
  load: 'load',
  debit: 'debit',
  void: 'cashback',
};

/** A history entry holds days since 2020-01-01 in 16 bits: up to the end of 2199-06-06 in Japan. */
const TIME_MIN = 1_577_804_400_000n;
const TIME_MAX = 7_240_114_799_999n;

function faultyField(bytes: Uint8Array, view: DataView): string | undefined {
  if (view.getUint8(0) !== RECORD_VERSION) return 'version';
  if (view.getUint16(2) === 0) return 'issuer id';
  if (view.getUint8(12) !== CARD_PROFILE_STANDARD_AES && !isLiteS(bytes)) return 'card profile';
  const terminalId = view.getUint32(16);
  if (terminalId === 0 || terminalId > TERMINAL_ID_MAX) return 'terminal id';
  if (view.getUint32(20) === 0) return 'SAM id';
  if (view.getUint32(24) === 0) return 'SAM number';
  if (view.getUint32(28) === 0) return 'terminal transaction number';
  // What no history entry can hold, no card of ours has written.
  if (view.getUint32(32) > HISTORY_AMOUNT_MAX) return 'amount';
  if (view.getUint32(36) > HISTORY_AMOUNT_MAX) return 'balance before';
  if (view.getUint32(40) > HISTORY_AMOUNT_MAX) return 'balance after';
  const time = view.getBigUint64(RECORD_TIME_OFFSET);
  if (time < TIME_MIN || time > TIME_MAX) return 'time';
  if (cardCounterOf(bytes.subarray(52, 56)) !== view.getUint16(14)) return 'execution ID';
  return faultyCertificateField(bytes, view);
}

function faultyCertificateField(bytes: Uint8Array, view: DataView): string | undefined {
  // Who has the card's certificate knows that it was written.
  const isInterrupted = view.getUint8(57) === RESOLUTION_CODES.interrupted;
  if (view.getUint8(56) > (isInterrupted ? 0 : 1)) return 'certificate state';
  if (view.getUint8(58) > (isLiteS(bytes) ? 0 : 1)) return 'state of the certificate before';
  const isLoad = view.getUint8(1) === KIND_CODES.load;
  if (view.getUint8(FUNDING_OFFSET) > (isLoad ? 1 : 0)) return 'funding';
  const isIdle = (stateOffset: number, offset: number, byteCount = CERTIFICATE_BYTES): boolean =>
    view.getUint8(stateOffset) === 0 && !isZero(bytes.subarray(offset, offset + byteCount));
  if (isIdle(56, CERTIFICATE_OFFSET, certificateBytesOf(bytes))) return 'certificate';
  if (isLiteS(bytes)) return undefined;
  return isIdle(58, CERTIFICATE_BEFORE_OFFSET) ? 'certificate before' : undefined;
}

function certificateAt(
  bytes: Uint8Array,
  stateOffset: number,
  [offset, byteCount]: readonly [number, number],
): Uint8Array | undefined {
  return bytes[stateOffset] === 1 ? bytes.slice(offset, offset + byteCount) : undefined;
}

function isLiteS(bytes: Uint8Array): boolean {
  return bytes[12] === CARD_PROFILE_LITE_S;
}

/** The evidence of a Lite-S takes the place of both certificates. */
function certificateBytesOf(bytes: Uint8Array): number {
  return isLiteS(bytes) ? LITE_EVIDENCE_BYTES : CERTIFICATE_BYTES;
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

function timeOf(view: DataView): EpochMs {
  return epochMs(Number(view.getBigUint64(RECORD_TIME_OFFSET)));
}

/** By its code in the format. */
export function recordKindOf(code: number): RecordKind | undefined {
  if (code === KIND_CODES.load) return 'load';
  if (code === KIND_CODES.debit) return 'debit';
  if (code === KIND_CODES.void) return 'void';
  return undefined;
}

function resolutionOf(code: number): RecordResolution | undefined {
  if (code === RESOLUTION_CODES['at-tap']) return 'at-tap';
  if (code === RESOLUTION_CODES['at-re-tap']) return 'at-re-tap';
  if (code === RESOLUTION_CODES.interrupted) return 'interrupted';
  return undefined;
}

/** Throws `RangeError` unless it is a whole number from 0 to `max`. */
export function fitting(name: string, value: number, max: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= max) return value;
  throw new RangeError(`${name}: expected 0 to ${max}, got ${value}`);
}
