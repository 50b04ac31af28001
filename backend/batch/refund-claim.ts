import { type IDm, idm } from '#felica/identifiers';
import { HISTORY_AMOUNT_MAX, TERMINAL_ID_MAX } from '#purse/history-block';
import { type EpochMs, epochMs, type Yen, yen } from '#units';
import {
  fitting,
  RECORD_BYTES,
  RECORD_VERSION,
  SAM_MAC_BYTES,
  samRecordMac,
  UNSEALED_RECORD_BYTES,
} from './record.ts';

/** Where a record of a purse write has its kind, a refund claim has this. */
export const REFUND_CLAIM_KIND_CODE = 5;

/**
 * A merchant gives a sale, or a part of it, back to its card, and its terminal cannot do so: the card
 * was used since, or the SAM may not. The value waits at the issuer. Fields: batch-format.md.
 */
export interface UnsealedRefundClaim {
  readonly kind: 'refund-claim';
  readonly issuerId: number;
  readonly idm: IDm;
  /** Of the card's debit that is given back. */
  readonly cardCounter: number;
  readonly terminalId: number;
  readonly samId: number;
  readonly samNumber: number;
  /** Of the same debit. */
  readonly terminalTransactionNumber: number;
  /** Besides what was claimed of this debit before. */
  readonly amount: Yen;
  /** When it was claimed, by the terminal's clock. */
  readonly time: EpochMs;
}

export interface RefundClaim extends UnsealedRefundClaim {
  readonly samMac: Uint8Array;
}

export type DecodedRefundClaim =
  | { readonly result: 'decoded'; readonly record: RefundClaim }
  | { readonly result: 'refused'; readonly field: string };

/** The 76 bytes that the SAM MAC covers. Throws `RangeError` on a field that does not fit. */
export function encodeUnsealedRefundClaim(claim: UnsealedRefundClaim): Uint8Array {
  const bytes = new Uint8Array(UNSEALED_RECORD_BYTES);
  const view = new DataView(bytes.buffer);
  bytes[0] = RECORD_VERSION;
  bytes[1] = REFUND_CLAIM_KIND_CODE;
  view.setUint16(2, fitting('issuer id', claim.issuerId, 0xffff));
  bytes.set(claim.idm, 4);
  view.setUint16(14, fitting('card counter', claim.cardCounter, 0xffff));
  view.setUint32(16, fitting('terminal id', claim.terminalId, TERMINAL_ID_MAX));
  view.setUint32(20, fitting('SAM id', claim.samId, 0xffff_ffff));
  view.setUint32(24, fitting('SAM number', claim.samNumber, 0xffff_ffff));
  const number = claim.terminalTransactionNumber;
  view.setUint32(28, fitting('terminal transaction number', number, 0xffff_ffff));
  view.setUint32(32, fitting('amount', claim.amount, HISTORY_AMOUNT_MAX));
  view.setBigUint64(44, BigInt(claim.time));
  return bytes;
}

export function sealRefundClaim(samKey: Uint8Array, unsealed: UnsealedRefundClaim): RefundClaim {
  return { ...unsealed, samMac: samRecordMac(samKey, encodeUnsealedRefundClaim(unsealed)) };
}

export function encodeRefundClaim(claim: RefundClaim): Uint8Array {
  const bytes = new Uint8Array(RECORD_BYTES);
  bytes.set(encodeUnsealedRefundClaim(claim), 0);
  bytes.set(claim.samMac, UNSEALED_RECORD_BYTES);
  return bytes;
}

/**
 * Reads one claim and names the first field that is not as batch-format.md says. Only canonical bytes
 * are accepted: encoding the result gives `bytes` again.
 */
export function decodeRefundClaim(bytes: Uint8Array): DecodedRefundClaim {
  if (bytes.length !== RECORD_BYTES) return { result: 'refused', field: 'length' };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const field = faultyField(bytes, view);
  if (field !== undefined) return { result: 'refused', field };
  const record: RefundClaim = {
    kind: 'refund-claim',
    issuerId: view.getUint16(2),
    idm: idm(bytes.slice(4, 12)),
    cardCounter: view.getUint16(14),
    terminalId: view.getUint32(16),
    samId: view.getUint32(20),
    samNumber: view.getUint32(24),
    terminalTransactionNumber: view.getUint32(28),
    amount: yen(view.getUint32(32)),
    time: epochMs(Number(view.getBigUint64(44))),
    samMac: bytes.slice(UNSEALED_RECORD_BYTES, UNSEALED_RECORD_BYTES + SAM_MAC_BYTES),
  };
  return { result: 'decoded', record };
}

function faultyField(bytes: Uint8Array, view: DataView): string | undefined {
  if (view.getUint8(0) !== RECORD_VERSION) return 'version';
  if (view.getUint8(1) !== REFUND_CLAIM_KIND_CODE) return 'kind';
  if (view.getUint16(2) === 0) return 'issuer id';
  if (view.getUint16(14) === 0) return 'card counter';
  const terminalId = view.getUint32(16);
  if (terminalId === 0 || terminalId > TERMINAL_ID_MAX) return 'terminal id';
  if (view.getUint32(20) === 0) return 'SAM id';
  if (view.getUint32(24) === 0) return 'SAM number';
  if (view.getUint32(28) === 0) return 'terminal transaction number';
  const amount = view.getUint32(32);
  if (amount === 0 || amount > HISTORY_AMOUNT_MAX) return 'amount';
  if (view.getBigUint64(44) > BigInt(Number.MAX_SAFE_INTEGER)) return 'time';
  const isIdle = (from: number, to: number): boolean =>
    bytes.subarray(from, to).every((byte) => byte === 0);
  const isReservedZero = isIdle(12, 14) && isIdle(36, 44) && isIdle(52, UNSEALED_RECORD_BYTES);
  return isReservedZero ? undefined : 'reserved';
}
