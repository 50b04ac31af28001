import { sameBytes } from '#felica/identifiers';
import { type EpochMs, epochMs } from '#units';
import type { Batch } from '../batch/batch.ts';
import type { SqlReader, Transaction } from '../database/database.ts';
import { bytesIn, numberIn } from '../database/row.ts';
import type { Terminal } from '../issuer/terminal.ts';
import { noteSamNumbers } from './gap.ts';

/** What is wrong with the place of a batch, in the order in which it is looked for. */
export type SequenceRefusal =
  | 'BATCH_MERCHANT_MISMATCH'
  | 'BATCH_SAM_MISMATCH'
  | 'BATCH_NUMBER_REUSED'
  | 'BATCH_SEQUENCE_GAP'
  | 'BATCH_CHAIN_BROKEN'
  | 'BATCH_REPLAYED';

/** The place of a batch among those of its terminal that are stored already. */
export type SequenceVerdict =
  | { readonly result: 'next' }
  | { readonly result: 'repeated'; readonly receivedAt: EpochMs }
  | { readonly result: 'refused'; readonly reason: SequenceRefusal; readonly detail: string };

export const BATCH_STATEMENT =
  'SELECT hash, received_at_ms FROM batch WHERE terminal_id = ? AND batch_number = ?';

export const REPLAY_STATEMENT = `
SELECT terminal_id, batch_number FROM batch
WHERE sam_id = ? AND first_sam_number <= ? AND last_sam_number >= ? LIMIT 1`;

/** Judges a batch whose signature is good. The same batch again comes first: it changes nothing. */
export async function judgeSequence(
  reader: SqlReader,
  terminal: Terminal,
  { header, hash }: Batch,
): Promise<SequenceVerdict> {
  const { terminalId, batchNumber } = header;
  const stored = await storedBatch(reader, terminalId, batchNumber);
  if (stored !== undefined && sameBytes(stored.hash, hash)) {
    return { result: 'repeated', receivedAt: stored.receivedAt };
  }
  if (header.merchantId !== terminal.merchantId) {
    return refused('BATCH_MERCHANT_MISMATCH', `merchant ${header.merchantId}`);
  }
  if (header.samId !== terminal.samId) {
    return refused('BATCH_SAM_MISMATCH', `SAM ${header.samId}`);
  }
  if (stored !== undefined) return refused('BATCH_NUMBER_REUSED', `batch ${batchNumber}`);
  const previous = await storedBatch(reader, terminalId, batchNumber - 1);
  if (previous === undefined && batchNumber > 1) {
    return refused('BATCH_SEQUENCE_GAP', `batch ${batchNumber - 1} was never received`);
  }
  const previousHash = previous?.hash ?? new Uint8Array(hash.length);
  if (!sameBytes(previousHash, header.previousBatchHash)) {
    return refused('BATCH_CHAIN_BROKEN', `batch ${batchNumber - 1} has another hash`);
  }
  return judgeNumbers(reader, header);
}

/**
 * Stores the place of a batch and puts it into the queue of unverified ones. Resolves with whether
 * early batches of its terminal wait.
 */
export async function storeBatch(
  transaction: Transaction,
  { header, hash }: Batch,
  { evidenceId, receivedAt }: { readonly evidenceId: number; readonly receivedAt: EpochMs },
): Promise<boolean> {
  const { samId, firstSamNumber: first, lastSamNumber: last } = header;
  await noteSamNumbers(transaction, { samId, first, last }, receivedAt);
  const [row] = await transaction.all(
    `INSERT INTO batch (terminal_id, batch_number, merchant_id, sam_id, first_sam_number,
       last_sam_number, hash, evidence_id, received_at_ms)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
     RETURNING id, EXISTS (SELECT 1 FROM early_batch WHERE terminal_id = ?1) AS has_early`,
    [
      header.terminalId,
      header.batchNumber,
      header.merchantId,
      header.samId,
      header.firstSamNumber,
      header.lastSamNumber,
      hash,
      evidenceId,
      receivedAt,
    ],
  );
  await transaction.run('INSERT INTO unverified_batch VALUES (?)', [numberIn(row, 'id')]);
  return numberIn(row, 'has_early') === 1;
}

/** A batch that brings no new SAM number is an old one in new clothes. */
async function judgeNumbers(
  reader: SqlReader,
  { samId, firstSamNumber, lastSamNumber }: Batch['header'],
): Promise<SequenceVerdict> {
  const [old] = await reader.all(REPLAY_STATEMENT, [samId, firstSamNumber, lastSamNumber]);
  if (old === undefined) return { result: 'next' };
  const [terminalId, number] = [numberIn(old, 'terminal_id'), numberIn(old, 'batch_number')];
  return refused('BATCH_REPLAYED', `its records came with batch ${number} of ${terminalId}`);
}

async function storedBatch(
  reader: SqlReader,
  terminalId: number,
  batchNumber: number,
): Promise<{ readonly hash: Uint8Array; readonly receivedAt: EpochMs } | undefined> {
  const [row] = await reader.all(BATCH_STATEMENT, [terminalId, batchNumber]);
  if (row === undefined) return undefined;
  return { hash: bytesIn(row, 'hash'), receivedAt: epochMs(numberIn(row, 'received_at_ms')) };
}

function refused(reason: SequenceRefusal, detail: string): SequenceVerdict {
  return { result: 'refused', reason, detail };
}
