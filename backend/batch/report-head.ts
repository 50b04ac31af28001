import { type IDm, idm } from '#felica/identifiers';
import { TERMINAL_ID_MAX } from '#purse/history-block';
import { type EpochMs, epochMs } from '#units';
import {
  fitting,
  RECORD_BYTES,
  RECORD_VERSION,
  SAM_MAC_BYTES,
  UNSEALED_RECORD_BYTES,
} from './record.ts';

/** What every record has that writes no purse, at the same bytes (batch-format.md). */
export interface ReportHead {
  readonly issuerId: number;
  readonly idm: IDm;
  readonly terminalId: number;
  readonly samId: number;
  readonly samNumber: number;
  /** By the terminal's clock, whatever it says. */
  readonly time: EpochMs;
}

/** The 76 bytes that the SAM MAC covers, with the head in them. Throws `RangeError` on a field that does not fit. */
export function newReport(kindCode: number, head: ReportHead): Uint8Array {
  const bytes = new Uint8Array(UNSEALED_RECORD_BYTES);
  const view = new DataView(bytes.buffer);
  bytes[0] = RECORD_VERSION;
  bytes[1] = kindCode;
  view.setUint16(2, fitting('issuer id', head.issuerId, 0xffff));
  bytes.set(head.idm, 4);
  view.setUint32(16, fitting('terminal id', head.terminalId, TERMINAL_ID_MAX));
  view.setUint32(20, fitting('SAM id', head.samId, 0xffff_ffff));
  view.setUint32(24, fitting('SAM number', head.samNumber, 0xffff_ffff));
  view.setBigUint64(44, BigInt(head.time));
  return bytes;
}

/** The 92 bytes of the batch. */
export function withSeal(unsealedBytes: Uint8Array, samMac: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(RECORD_BYTES);
  bytes.set(unsealedBytes, 0);
  bytes.set(samMac, UNSEALED_RECORD_BYTES);
  return bytes;
}

/** The head and the seal of bytes in which {@link faultyHeadField} has found nothing. */
export function readReportHead(bytes: Uint8Array): ReportHead & { readonly samMac: Uint8Array } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return {
    issuerId: view.getUint16(2),
    idm: idm(bytes.slice(4, 12)),
    terminalId: view.getUint32(16),
    samId: view.getUint32(20),
    samNumber: view.getUint32(24),
    time: epochMs(Number(view.getBigUint64(44))),
    samMac: bytes.slice(UNSEALED_RECORD_BYTES, UNSEALED_RECORD_BYTES + SAM_MAC_BYTES),
  };
}

/** The first field of the head that is not as batch-format.md says. */
export function faultyHeadField(bytes: Uint8Array, kindCode: number): string | undefined {
  if (bytes.length !== RECORD_BYTES) return 'length';
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint8(0) !== RECORD_VERSION) return 'version';
  if (view.getUint8(1) !== kindCode) return 'kind';
  if (view.getUint16(2) === 0) return 'issuer id';
  const terminalId = view.getUint32(16);
  if (terminalId === 0 || terminalId > TERMINAL_ID_MAX) return 'terminal id';
  if (view.getUint32(20) === 0) return 'SAM id';
  if (view.getUint32(24) === 0) return 'SAM number';
  if (view.getBigUint64(44) > BigInt(Number.MAX_SAFE_INTEGER)) return 'time';
  return isIdle(bytes, 52, UNSEALED_RECORD_BYTES) ? undefined : 'reserved';
}

/** Whether bytes `from` to `to` are zero, the last one left out. */
export function isIdle(bytes: Uint8Array, from: number, to: number): boolean {
  return bytes.subarray(from, to).every((byte) => byte === 0);
}
