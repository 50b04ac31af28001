import { type IDm, idm } from '#felica/identifiers';
import { TERMINAL_ID_MAX } from '#purse/history-block';
import { type EpochMs, epochMs } from '#units';
import {
  fitting,
  RECORD_BYTES,
  RECORD_VERSION,
  SAM_MAC_BYTES,
  samRecordMac,
  UNSEALED_RECORD_BYTES,
} from './record.ts';

/** Where a record of a purse write has its kind, a hit has this. */
export const HIT_KIND_CODE = 4;

/** A card of the hot list was touched. It moves no money. Fields: batch-format.md. */
export interface UnsealedHit {
  readonly kind: 'hit';
  readonly issuerId: number;
  readonly idm: IDm;
  readonly terminalId: number;
  readonly samId: number;
  readonly samNumber: number;
  /** Of the list that named the card. */
  readonly listSequence: number;
  /** Whether the terminal knows that the card is blocked. */
  readonly isBlockedOnCard: boolean;
  /** By the terminal's clock, whatever it says: a hit is worth knowing of in any case. */
  readonly time: EpochMs;
}

export interface HitRecord extends UnsealedHit {
  readonly samMac: Uint8Array;
}

export type DecodedHit =
  | { readonly result: 'decoded'; readonly record: HitRecord }
  | { readonly result: 'refused'; readonly field: string };

/** The 76 bytes that the SAM MAC covers. Throws `RangeError` on a field that does not fit. */
export function encodeUnsealedHit(hit: UnsealedHit): Uint8Array {
  const bytes = new Uint8Array(UNSEALED_RECORD_BYTES);
  const view = new DataView(bytes.buffer);
  bytes[0] = RECORD_VERSION;
  bytes[1] = HIT_KIND_CODE;
  view.setUint16(2, fitting('issuer id', hit.issuerId, 0xffff));
  bytes.set(hit.idm, 4);
  view.setUint32(16, fitting('terminal id', hit.terminalId, TERMINAL_ID_MAX));
  view.setUint32(20, fitting('SAM id', hit.samId, 0xffff_ffff));
  view.setUint32(24, fitting('SAM number', hit.samNumber, 0xffff_ffff));
  view.setUint32(28, fitting('list sequence', hit.listSequence, 0xffff_ffff));
  bytes[32] = hit.isBlockedOnCard ? 1 : 0;
  view.setBigUint64(44, BigInt(hit.time));
  return bytes;
}

export function sealHit(samKey: Uint8Array, unsealed: UnsealedHit): HitRecord {
  return { ...unsealed, samMac: samRecordMac(samKey, encodeUnsealedHit(unsealed)) };
}

export function encodeHit(hit: HitRecord): Uint8Array {
  const bytes = new Uint8Array(RECORD_BYTES);
  bytes.set(encodeUnsealedHit(hit), 0);
  bytes.set(hit.samMac, UNSEALED_RECORD_BYTES);
  return bytes;
}

/**
 * Reads one hit and names the first field that is not as batch-format.md says. Only canonical bytes
 * are accepted: encoding the result gives `bytes` again.
 */
export function decodeHit(bytes: Uint8Array): DecodedHit {
  if (bytes.length !== RECORD_BYTES) return { result: 'refused', field: 'length' };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const field = faultyField(bytes, view);
  if (field !== undefined) return { result: 'refused', field };
  const record: HitRecord = {
    kind: 'hit',
    issuerId: view.getUint16(2),
    idm: idm(bytes.slice(4, 12)),
    terminalId: view.getUint32(16),
    samId: view.getUint32(20),
    samNumber: view.getUint32(24),
    listSequence: view.getUint32(28),
    isBlockedOnCard: view.getUint8(32) === 1,
    time: epochMs(Number(view.getBigUint64(44))),
    samMac: bytes.slice(UNSEALED_RECORD_BYTES, UNSEALED_RECORD_BYTES + SAM_MAC_BYTES),
  };
  return { result: 'decoded', record };
}

function faultyField(bytes: Uint8Array, view: DataView): string | undefined {
  if (view.getUint8(0) !== RECORD_VERSION) return 'version';
  if (view.getUint8(1) !== HIT_KIND_CODE) return 'kind';
  if (view.getUint16(2) === 0) return 'issuer id';
  const terminalId = view.getUint32(16);
  if (terminalId === 0 || terminalId > TERMINAL_ID_MAX) return 'terminal id';
  if (view.getUint32(20) === 0) return 'SAM id';
  if (view.getUint32(24) === 0) return 'SAM number';
  if (view.getUint32(28) === 0) return 'list sequence';
  if (view.getUint8(32) > 1) return 'blocked';
  if (view.getBigUint64(44) > BigInt(Number.MAX_SAFE_INTEGER)) return 'time';
  const isIdle = (from: number, to: number): boolean =>
    bytes.subarray(from, to).every((byte) => byte === 0);
  const isReservedZero = isIdle(12, 16) && isIdle(33, 44) && isIdle(52, UNSEALED_RECORD_BYTES);
  return isReservedZero ? undefined : 'reserved';
}
