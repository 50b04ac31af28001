import assert from 'node:assert/strict';
import type { KeyObject } from 'node:crypto';
import { BATCH_RECORDS_MAX, encodeBatch, HASH_BYTES, hashOf } from '#batch/batch';
import { type BatchRecord, decodeBatchRecord } from '#batch/batch-record';
import { signBatch } from '#batch/batch-signature';
import { type EpochMs, epochMs } from '#units';
import type { Journal, JournalledBatch } from '../journal/journal.ts';

export interface CloseBatchOptions {
  readonly journal: Journal;
  readonly terminalId: number;
  readonly merchantId: number;
  readonly samId: number;
  readonly privateKey: KeyObject;
  readonly now: () => EpochMs;
}

/**
 * Freezes the records since the last close into a signed batch and journals it, with what is
 * unresolved, with hits of the hot list and with refunds that only the issuer can give, as far as they
 * were not reported yet. `undefined` if there is nothing. A terminal with more records than one batch holds calls it until then.
 */
export async function closeBatch(options: CloseBatchOptions): Promise<JournalledBatch | undefined> {
  const { journal, privateKey } = options;
  await journal.reportInterrupted();
  await journal.reportHits();
  await journal.reportRefunds();
  const previous = await journal.lastBatch();
  const encoded = await journal.openRecords(BATCH_RECORDS_MAX);
  if (encoded.length === 0) return undefined;
  const records = encoded.map(recordFromJournal);
  const number = (previous?.number ?? 0) + 1;
  const closedAt = options.now();
  const bytes = encodeBatch(
    {
      terminalId: options.terminalId,
      merchantId: options.merchantId,
      batchNumber: number,
      samId: options.samId,
      openedAt: openedAt(records, closedAt),
      closedAt,
      previousBatchHash: previous?.hash ?? new Uint8Array(HASH_BYTES),
      records,
    },
    (signedBytes) => signBatch(privateKey, signedBytes),
  );
  const batch: JournalledBatch = {
    number,
    lastSamNumber: (previous?.lastSamNumber ?? 0) + records.length,
    hash: hashOf(bytes),
    bytes,
  };
  await journal.recordBatch(batch);
  return batch;
}

/** The earliest record: a batch opens with it. A clock that was set back must not end before. */
function openedAt(records: readonly BatchRecord[], closedAt: EpochMs): EpochMs {
  return epochMs(Math.min(closedAt, ...records.map(({ time }) => time)));
}

function recordFromJournal(bytes: Uint8Array): BatchRecord {
  const decoded = decodeBatchRecord(bytes);
  assert(decoded.result === 'decoded', 'the journal holds what this terminal encoded');
  return decoded.record;
}
