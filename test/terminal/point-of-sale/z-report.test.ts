import { describe, expect, it } from 'vitest';
import { epochMs, yen } from '#units';
import {
  addTotals,
  NO_TOTALS,
  type ZReport,
  zReportText,
} from '../../../terminal/point-of-sale/z-report.ts';
import { NOON } from '../../scheme.ts';

const TOTALS = {
  ...NO_TOTALS,
  debitCount: 3,
  debitTotal: yen(4_500),
  voidCount: 1,
  voidTotal: yen(50),
  refundCount: 2,
  refundTotal: yen(70),
};

const REPORT: ZReport = {
  merchantName: 'Kissa | Ueno',
  terminalId: 42,
  number: 7,
  openedAt: NOON,
  closedAt: epochMs(NOON + 8 * 3_600_000),
  firstSamNumber: 101,
  lastSamNumber: 103,
  totals: TOTALS,
  grandTotals: { ...TOTALS, debitCount: 103, debitTotal: yen(1_234_567) },
  unresolvedCount: 1,
  unresolvedTotal: yen(350),
};

describe('Z report', () => {
  it('has the numbers that somebody who checks the books looks for', () => {
    const text = zReportText(REPORT);
    for (const line of [
      /Kissa \| Ueno/,
      /Z REPORT 7/,
      /From +2026-11-23 12:00/,
      /To +2026-11-23 20:00/,
      /Records +101 to 103/,
      /Sales: 3 +4,500 yen/,
      /Voids: 1 +50 yen/,
      /Refunds: 2 +70 yen/,
      /Sales: 103 +1,234,567 yen/,
      /Unresolved now: 1 +350 yen/,
    ]) {
      expect(text).toMatch(line);
    }
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(38);
  });

  it('keeps every total on one line, however large', () => {
    const many = Object.fromEntries(
      Object.keys(NO_TOTALS).map((name) => [name, name.endsWith('Count') ? 9_999 : 123_456_789]),
    ) as unknown as typeof NO_TOTALS;
    const text = zReportText({ ...REPORT, totals: many, grandTotals: many, unresolvedCount: 999 });
    expect(text.match(/^[A-Z][\w -]+: 9999 +123,456,789 yen$/gm)).toHaveLength(10);
    expect(text).toMatch(/^Unresolved now: 999 +350 yen$/m);
  });

  it('adds up batches', () => {
    expect(addTotals(NO_TOTALS, TOTALS)).toEqual(TOTALS);
    expect(addTotals(TOTALS, { ...NO_TOTALS, loadCount: 1, loadTotal: yen(5) })).toEqual({
      ...TOTALS,
      loadCount: 1,
      loadTotal: 5,
    });
  });
});
