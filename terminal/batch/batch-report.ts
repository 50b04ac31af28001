import assert from 'node:assert/strict';
import { type Batch, decodeBatch } from '#batch/batch';
import { sumYen } from '#units';
import type { Journal, JournalledBatch } from '../journal/journal.ts';
import { addTotals, NO_TOTALS, type ZReport } from '../point-of-sale/z-report.ts';

/** The Z report of a closed batch, or `undefined` if there is none of that number. */
export async function reportOfBatch(
  journal: Journal,
  number: number,
  merchantName: string,
): Promise<ZReport | undefined> {
  let grandTotals = NO_TOTALS;
  let last: Batch | undefined;
  for await (const batch of journal.batches(number)) {
    last = decodedBatch(batch);
    grandTotals = addTotals(grandTotals, last.trailer);
  }
  if (last?.header.batchNumber !== number) return undefined;
  const { header, trailer } = last;
  const unresolved = await journal.unresolvedIntents();
  return {
    merchantName,
    terminalId: header.terminalId,
    number,
    openedAt: header.openedAt,
    closedAt: header.closedAt,
    firstSamNumber: header.firstSamNumber,
    lastSamNumber: header.lastSamNumber,
    totals: trailer,
    grandTotals,
    unresolvedCount: unresolved.length,
    unresolvedTotal: sumYen(unresolved.map(({ amount }) => amount)),
  };
}

function decodedBatch({ bytes }: JournalledBatch): Batch {
  const decoded = decodeBatch(bytes);
  assert(decoded.result === 'decoded', 'the journal holds what this terminal encoded');
  return decoded.batch;
}
