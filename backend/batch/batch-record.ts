import { decodeHit, encodeHit, HIT_KIND_CODE, type HitRecord } from './hit-record.ts';
import { decodeRecord, encodeRecord, type PurseRecord } from './record.ts';

/** What a batch is made of, each with a SAM number of its own: purse writes, and hits. */
export type BatchRecord = PurseRecord | HitRecord;

export type DecodedBatchRecord =
  | { readonly result: 'decoded'; readonly record: BatchRecord }
  | { readonly result: 'refused'; readonly field: string };

export function encodeBatchRecord(record: BatchRecord): Uint8Array {
  return record.kind === 'hit' ? encodeHit(record) : encodeRecord(record);
}

/** Reads a record of any kind: its bytes are canonical, or a field is named. */
export function decodeBatchRecord(bytes: Uint8Array): DecodedBatchRecord {
  return bytes[1] === HIT_KIND_CODE ? decodeHit(bytes) : decodeRecord(bytes);
}

/** The purse writes and the hits of a batch, each in the order of their SAM numbers. */
export function sortedByKind(all: readonly BatchRecord[]): {
  readonly records: readonly PurseRecord[];
  readonly hits: readonly HitRecord[];
} {
  return {
    records: all.filter((record) => record.kind !== 'hit'),
    hits: all.filter((record) => record.kind === 'hit'),
  };
}
