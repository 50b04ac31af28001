import { HISTORY_AMOUNT_MAX } from '#purse/history-block';
import { type Yen, yen } from '#units';
import { fitting, samRecordMac } from './record.ts';
import {
  faultyHeadField,
  isIdle,
  newReport,
  type ReportHead,
  readReportHead,
  withSeal,
} from './report-head.ts';

/** Where a record of a purse write has its kind, a refund claim has this. */
export const REFUND_CLAIM_KIND_CODE = 5;

/**
 * A merchant gives a sale, or a part of it, back to its card, and its terminal cannot do so: the card
 * was used since, or the SAM may not. The value waits at the issuer. Fields: batch-format.md.
 */
export interface UnsealedRefundClaim extends ReportHead {
  readonly kind: 'refund-claim';
  /** Of the card's debit that is given back. */
  readonly cardCounter: number;
  /** Of the same debit. */
  readonly terminalTransactionNumber: number;
  /** Besides what was claimed of this debit before. */
  readonly amount: Yen;
}

export interface RefundClaim extends UnsealedRefundClaim {
  readonly samMac: Uint8Array;
}

export type DecodedRefundClaim =
  | { readonly result: 'decoded'; readonly record: RefundClaim }
  | { readonly result: 'refused'; readonly field: string };

/** The 76 bytes that the SAM MAC covers. Throws `RangeError` on a field that does not fit. */
export function encodeUnsealedRefundClaim(claim: UnsealedRefundClaim): Uint8Array {
  const bytes = newReport(REFUND_CLAIM_KIND_CODE, claim);
  const view = new DataView(bytes.buffer);
  view.setUint16(14, fitting('card counter', claim.cardCounter, 0xffff));
  const number = claim.terminalTransactionNumber;
  view.setUint32(28, fitting('terminal transaction number', number, 0xffff_ffff));
  view.setUint32(32, fitting('amount', claim.amount, HISTORY_AMOUNT_MAX));
  return bytes;
}

export function sealRefundClaim(samKey: Uint8Array, unsealed: UnsealedRefundClaim): RefundClaim {
  return { ...unsealed, samMac: samRecordMac(samKey, encodeUnsealedRefundClaim(unsealed)) };
}

export function encodeRefundClaim(claim: RefundClaim): Uint8Array {
  return withSeal(encodeUnsealedRefundClaim(claim), claim.samMac);
}

/**
 * Reads one claim and names the first field that is not as batch-format.md says. Only canonical bytes
 * are accepted: encoding the result gives `bytes` again.
 */
export function decodeRefundClaim(bytes: Uint8Array): DecodedRefundClaim {
  const field = faultyHeadField(bytes, REFUND_CLAIM_KIND_CODE) ?? faultyField(bytes);
  if (field !== undefined) return { result: 'refused', field };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const record: RefundClaim = {
    kind: 'refund-claim',
    ...readReportHead(bytes),
    cardCounter: view.getUint16(14),
    terminalTransactionNumber: view.getUint32(28),
    amount: yen(view.getUint32(32)),
  };
  return { result: 'decoded', record };
}

function faultyField(bytes: Uint8Array): string | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint16(14) === 0) return 'card counter';
  if (view.getUint32(28) === 0) return 'terminal transaction number';
  const amount = view.getUint32(32);
  if (amount === 0 || amount > HISTORY_AMOUNT_MAX) return 'amount';
  return isIdle(bytes, 12, 14) && isIdle(bytes, 36, 44) ? undefined : 'reserved';
}
