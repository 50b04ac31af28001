import assert from 'node:assert/strict';
import { type Batch, decodeBatch } from '#batch/batch';
import { subtractYen, sumYen } from '#units';
import type { Journal, JournalledBatch } from '../journal/journal.ts';
import { addTotals, type BatchTotals, NO_TOTALS, type ZReport } from '../point-of-sale/z-report.ts';

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
    grandTotals = addTotals(grandTotals, totalsOf(last, journal));
  }
  if (last?.header.batchNumber !== number) return undefined;
  const { header } = last;
  const unresolved = await journal.unresolvedIntents();
  return {
    merchantName,
    terminalId: header.terminalId,
    number,
    openedAt: header.openedAt,
    closedAt: header.closedAt,
    firstSamNumber: header.firstSamNumber,
    lastSamNumber: header.lastSamNumber,
    totals: totalsOf(last, journal),
    grandTotals,
    unresolvedCount: unresolved.length,
    unresolvedTotal: sumYen(unresolved.map(({ amount }) => amount)),
  };
}

/**
 * The trailer's, but for the refunds, which are voids to the issuer and something else to the shop, and
 * for the loads that no cash was taken for.
 */
function totalsOf({ records, trailer }: Batch, journal: Journal): BatchTotals {
  const refunds = records.filter(
    ({ kind, resolution, terminalTransactionNumber }) =>
      kind === 'void' &&
      resolution !== 'interrupted' &&
      journal.isRefund(terminalTransactionNumber),
  );
  const refundTotal = sumYen(refunds.map(({ amount }) => amount));
  const pendingLoads = records.filter(
    ({ fundedBy, resolution }) => fundedBy === 'pending-load' && resolution !== 'interrupted',
  );
  const pendingLoadTotal = sumYen(pendingLoads.map(({ amount }) => amount));
  return {
    ...trailer,
    loadCount: trailer.loadCount - pendingLoads.length,
    loadTotal: subtractYen(trailer.loadTotal, pendingLoadTotal),
    pendingLoadCount: pendingLoads.length,
    pendingLoadTotal,
    voidCount: trailer.voidCount - refunds.length,
    voidTotal: subtractYen(trailer.voidTotal, refundTotal),
    refundCount: refunds.length,
    refundTotal,
  };
}

function decodedBatch({ bytes }: JournalledBatch): Batch {
  const decoded = decodeBatch(bytes);
  assert(decoded.result === 'decoded', 'the journal holds what this terminal encoded');
  return decoded.batch;
}
