import { decodeHit, encodeHit, HIT_KIND_CODE, type HitRecord } from './hit-record.ts';
import { decodeRecord, encodeRecord, type PurseRecord } from './record.ts';
import {
  decodeRefundClaim,
  encodeRefundClaim,
  REFUND_CLAIM_KIND_CODE,
  type RefundClaim,
} from './refund-claim.ts';

/** What a batch is made of, each with a SAM number of its own. */
export type BatchRecord = PurseRecord | HitRecord | RefundClaim;

export type DecodedBatchRecord =
  | { readonly result: 'decoded'; readonly record: BatchRecord }
  | { readonly result: 'refused'; readonly field: string };

export function encodeBatchRecord(record: BatchRecord): Uint8Array {
  if (record.kind === 'hit') return encodeHit(record);
  return record.kind === 'refund-claim' ? encodeRefundClaim(record) : encodeRecord(record);
}

/** Reads a record of any kind: its bytes are canonical, or a field is named. */
export function decodeBatchRecord(bytes: Uint8Array): DecodedBatchRecord {
  if (bytes[1] === HIT_KIND_CODE) return decodeHit(bytes);
  return bytes[1] === REFUND_CLAIM_KIND_CODE ? decodeRefundClaim(bytes) : decodeRecord(bytes);
}

/** The records of a batch by what they are, each kind in the order of its SAM numbers. */
export interface SortedRecords {
  /** Purse writes. */
  readonly records: readonly PurseRecord[];
  readonly hits: readonly HitRecord[];
  readonly claims: readonly RefundClaim[];
}

export function sortedByKind(all: readonly BatchRecord[]): SortedRecords {
  return {
    records: all.filter((record) => record.kind !== 'hit' && record.kind !== 'refund-claim'),
    hits: all.filter((record) => record.kind === 'hit'),
    claims: all.filter((record) => record.kind === 'refund-claim'),
  };
}
