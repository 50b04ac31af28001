import assert from 'node:assert/strict';
import { type EpochMs, epochMs } from '#units';
import { type Batch, decodeBatch } from '../batch/batch.ts';
import type { SqlReader, Transaction } from '../database/database.ts';
import { bytesIn, numberIn } from '../database/row.ts';
import type { Terminal } from '../issuer/terminal.ts';
import { judgeSequence, storeBatch } from './batch-sequence.ts';
import { replaceGaps } from './gap.ts';
import { type NumberRange, rangesBetween } from './number-range.ts';

/** A terminal that is so far ahead is looked at by a person; its batches are evidence as any refused. */
const EARLY_BATCHES_MAX = 1_000;

export interface Arrival {
  readonly evidenceId: number;
  readonly receivedAt: EpochMs;
}

export const LAST_BATCH_STATEMENT =
  'SELECT coalesce(max(batch_number), 0) AS last FROM batch WHERE terminal_id = ?';

export const EARLY_NUMBERS_STATEMENT =
  'SELECT DISTINCT batch_number FROM early_batch WHERE terminal_id = ? ORDER BY batch_number';

export const EARLY_STATEMENT = `
SELECT evidence_id, early_batch.received_at_ms AS received_at_ms, bytes
FROM early_batch CROSS JOIN evidence ON evidence.id = evidence_id
WHERE terminal_id = ? AND batch_number = ? ORDER BY evidence_id`;

/**
 * Lets a batch that came before the one that it follows wait for it. Resolves with the first batches
 * that are missing: the terminal is asked for them.
 */
export async function keepEarly(
  transaction: Transaction,
  { terminalId, batchNumber }: Pick<Batch['header'], 'terminalId' | 'batchNumber'>,
  { evidenceId, receivedAt }: Arrival,
): Promise<NumberRange | undefined> {
  const early = await earlyNumbers(transaction, terminalId);
  if (early.length < EARLY_BATCHES_MAX) {
    await transaction.run('INSERT INTO early_batch VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING', [
      terminalId,
      batchNumber,
      evidenceId,
      receivedAt,
    ]);
  }
  const missing = await missingBatches(transaction, terminalId);
  await replaceGaps(
    transaction,
    { sequence: 'batch', owner: terminalId },
    { missing, now: receivedAt },
  );
  return missing[0];
}

/**
 * Stores the batches that waited for the one after which this terminal stands now. They keep the time
 * at which they came; what is refused now waits no more.
 */
export async function takeEarly(
  transaction: Transaction,
  terminal: Terminal,
  { storedNumber, now }: { readonly storedNumber: number; readonly now: EpochMs },
): Promise<void> {
  const { terminalId } = terminal;
  let last = storedNumber;
  for (;;) {
    const next = last + 1;
    const waiting = await transaction.all(EARLY_STATEMENT, [terminalId, next]);
    for (const row of waiting) {
      const arrival = {
        evidenceId: numberIn(row, 'evidence_id'),
        receivedAt: epochMs(numberIn(row, 'received_at_ms')),
      };
      const decoded = decodeBatch(bytesIn(row, 'bytes'));
      assert(decoded.result === 'decoded', 'only batches that decode wait');
      const isStored = await takeOne(transaction, terminal, { batch: decoded.batch, arrival });
      if (isStored) last = next;
    }
    await transaction.run('DELETE FROM early_batch WHERE terminal_id = ? AND batch_number <= ?', [
      terminalId,
      next,
    ]);
    if (last !== next) break;
  }
  const missing = await missingBatches(transaction, terminalId);
  await replaceGaps(transaction, { sequence: 'batch', owner: terminalId }, { missing, now });
}

async function takeOne(
  transaction: Transaction,
  terminal: Terminal,
  { batch, arrival }: { readonly batch: Batch; readonly arrival: Arrival },
): Promise<boolean> {
  const verdict = await judgeSequence(transaction, terminal, batch);
  if (verdict.result === 'next') await storeBatch(transaction, batch, arrival);
  if (verdict.result === 'refused') {
    const { evidenceId, receivedAt } = arrival;
    const { reason, detail } = verdict;
    await transaction.run('INSERT INTO refusal VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING', [
      evidenceId,
      terminal.terminalId,
      reason,
      detail,
      receivedAt,
    ]);
  }
  return verdict.result === 'next';
}

/** The batches that must come before those that wait can be stored, in their order. */
async function missingBatches(
  reader: SqlReader,
  terminalId: number,
): Promise<readonly NumberRange[]> {
  const [row] = await reader.all(LAST_BATCH_STATEMENT, [terminalId]);
  return rangesBetween(numberIn(row, 'last'), await earlyNumbers(reader, terminalId));
}

async function earlyNumbers(reader: SqlReader, terminalId: number): Promise<readonly number[]> {
  const rows = await reader.all(EARLY_NUMBERS_STATEMENT, [terminalId]);
  return rows.map((row) => numberIn(row, 'batch_number'));
}
