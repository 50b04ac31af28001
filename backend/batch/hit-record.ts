import { fitting, samRecordMac } from './record.ts';
import {
  faultyHeadField,
  isIdle,
  newReport,
  type ReportHead,
  readReportHead,
  withSeal,
} from './report-head.ts';

/** Where a record of a purse write has its kind, a hit has this. */
export const HIT_KIND_CODE = 4;

/** A card of the hot list was touched. It moves no money. Fields: batch-format.md. */
export interface UnsealedHit extends ReportHead {
  readonly kind: 'hit';
  /** Of the list that named the card. */
  readonly listSequence: number;
  /** Whether the terminal knows that the card is blocked. */
  readonly isBlockedOnCard: boolean;
}

export interface HitRecord extends UnsealedHit {
  readonly samMac: Uint8Array;
}

export type DecodedHit =
  | { readonly result: 'decoded'; readonly record: HitRecord }
  | { readonly result: 'refused'; readonly field: string };

/** The 76 bytes that the SAM MAC covers. Throws `RangeError` on a field that does not fit. */
export function encodeUnsealedHit(hit: UnsealedHit): Uint8Array {
  const bytes = newReport(HIT_KIND_CODE, hit);
  const view = new DataView(bytes.buffer);
  view.setUint32(28, fitting('list sequence', hit.listSequence, 0xffff_ffff));
  bytes[32] = hit.isBlockedOnCard ? 1 : 0;
  return bytes;
}

export function sealHit(samKey: Uint8Array, unsealed: UnsealedHit): HitRecord {
  return { ...unsealed, samMac: samRecordMac(samKey, encodeUnsealedHit(unsealed)) };
}

export function encodeHit(hit: HitRecord): Uint8Array {
  return withSeal(encodeUnsealedHit(hit), hit.samMac);
}

/**
 * Reads one hit and names the first field that is not as batch-format.md says. Only canonical bytes
 * are accepted: encoding the result gives `bytes` again.
 */
export function decodeHit(bytes: Uint8Array): DecodedHit {
  const field = faultyHeadField(bytes, HIT_KIND_CODE) ?? faultyField(bytes);
  if (field !== undefined) return { result: 'refused', field };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const record: HitRecord = {
    kind: 'hit',
    ...readReportHead(bytes),
    listSequence: view.getUint32(28),
    isBlockedOnCard: view.getUint8(32) === 1,
  };
  return { result: 'decoded', record };
}

function faultyField(bytes: Uint8Array): string | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(28) === 0) return 'list sequence';
  if (view.getUint8(32) > 1) return 'blocked';
  return isIdle(bytes, 12, 16) && isIdle(bytes, 33, 44) ? undefined : 'reserved';
}
