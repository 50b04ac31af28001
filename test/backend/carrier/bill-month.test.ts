import { describe, expect, it } from 'vitest';
import { epochMs } from '#units';
import { billMonthOf, parseBillMonth } from '../../../backend/carrier/bill-month.ts';

describe('bill month', () => {
  it('changes at midnight in Japan', () => {
    expect(billMonthOf(epochMs(Date.parse('2026-11-30T14:59:59Z')))).toBe('2026-11');
    expect(billMonthOf(epochMs(Date.parse('2026-11-30T15:00:00Z')))).toBe('2026-12');
  });

  it.each(['2026-00', '2026-13', '2026-1', '2026-11-01', ''])('is not "%s"', (text) => {
    expect(parseBillMonth(text)).toBeUndefined();
  });

  it('is read from a text', () => expect(parseBillMonth('2026-11')).toBe('2026-11'));
});
