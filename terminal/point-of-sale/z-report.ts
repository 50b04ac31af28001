import type { BatchTrailer } from '#batch/batch';
import { addYen, type EpochMs, formatYen, type Yen, yen } from '#units';
import { escapeMarkup, formatTime, printedText } from './receipt-print.ts';

/** What a shop keeps of one closed batch, and shows to whoever checks its books. */
export interface ZReport {
  readonly merchantName: string;
  readonly terminalId: number;
  /** Gapless: the number of the batch. */
  readonly number: number;
  readonly openedAt: EpochMs;
  readonly closedAt: EpochMs;
  readonly firstSamNumber: number;
  readonly lastSamNumber: number;
  readonly totals: BatchTotals;
  /** Of all batches up to this one. It never goes back. */
  readonly grandTotals: BatchTotals;
  /** Sales of which nobody knows yet whether the card paid: they are in no total. */
  readonly unresolvedCount: number;
  readonly unresolvedTotal: Yen;
}

export interface BatchTotals
  extends Pick<
    BatchTrailer,
    'debitCount' | 'debitTotal' | 'loadCount' | 'loadTotal' | 'voidCount' | 'voidTotal'
  > {
  /** Of the cashbacks for refunds, which are in no total of voids here. The issuer sees voids. */
  readonly refundCount: number;
  readonly refundTotal: Yen;
  /** Of the loads of what waited at the issuer, which are in no total of loads here: no cash was taken. */
  readonly pendingLoadCount: number;
  readonly pendingLoadTotal: Yen;
}

export const NO_TOTALS: BatchTotals = {
  debitCount: 0,
  debitTotal: yen(0),
  loadCount: 0,
  loadTotal: yen(0),
  voidCount: 0,
  voidTotal: yen(0),
  refundCount: 0,
  refundTotal: yen(0),
  pendingLoadCount: 0,
  pendingLoadTotal: yen(0),
};

export function addTotals(first: BatchTotals, second: BatchTotals): BatchTotals {
  return {
    debitCount: first.debitCount + second.debitCount,
    debitTotal: addYen(first.debitTotal, second.debitTotal),
    loadCount: first.loadCount + second.loadCount,
    loadTotal: addYen(first.loadTotal, second.loadTotal),
    voidCount: first.voidCount + second.voidCount,
    voidTotal: addYen(first.voidTotal, second.voidTotal),
    refundCount: first.refundCount + second.refundCount,
    refundTotal: addYen(first.refundTotal, second.refundTotal),
    pendingLoadCount: first.pendingLoadCount + second.pendingLoadCount,
    pendingLoadTotal: addYen(first.pendingLoadTotal, second.pendingLoadTotal),
  };
}

/** The report in receiptline's markup. */
export function zReportMarkup(report: ZReport): string {
  const { unresolvedCount, unresolvedTotal } = report;
  const rows: (readonly [string, string])[] = [
    ['Terminal', `${report.terminalId}`],
    ['From', formatTime(report.openedAt)],
    ['To', formatTime(report.closedAt)],
    ['Records', `${report.firstSamNumber} to ${report.lastSamNumber}`],
  ];
  return [
    escapeMarkup(report.merchantName),
    `Z REPORT ${report.number}`,
    '---',
    ...rowsText(rows),
    '---',
    ...rowsText(totalRows(report.totals)),
    '---',
    'All reports together',
    ...rowsText(totalRows(report.grandTotals)),
    '---',
    ...rowsText([[`Unresolved now: ${unresolvedCount}`, formatYen(unresolvedTotal)]]),
  ].join('\n');
}

/** The report as it is printed. */
export function zReportText(report: ZReport): string {
  return printedText(zReportMarkup(report));
}

function totalRows(totals: BatchTotals): readonly (readonly [string, string])[] {
  return [
    [`Sales: ${totals.debitCount}`, formatYen(totals.debitTotal)],
    [`Voids: ${totals.voidCount}`, formatYen(totals.voidTotal)],
    [`Refunds: ${totals.refundCount}`, formatYen(totals.refundTotal)],
    [`Loads: ${totals.loadCount}`, formatYen(totals.loadTotal)],
    [`No-cash loads: ${totals.pendingLoadCount}`, formatYen(totals.pendingLoadTotal)],
  ];
}

/** Left alone, both columns are as wide: a label with a large count would go on in the next line. */
function rowsText(rows: readonly (readonly [string, string])[]): readonly string[] {
  return ['{width:22 16}', ...rows.map(([label, value]) => `${label} | ${value}`), '{width:auto}'];
}
