import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addYen,
  basisPoints,
  businessDate,
  businessDateAfter2020,
  businessDateOf,
  daysSince2020,
  epochMs,
  feeOf,
  formatYen,
  milliseconds,
  negateYen,
  signedYen,
  subtractYen,
  sumSignedYen,
  sumYen,
  yen,
} from '#units';

describe('yen', () => {
  it('holds whole yen from 0 to 2^53 - 1 and nothing else', () => {
    expect(yen(0)).toBe(0);
    expect(yen(Number.MAX_SAFE_INTEGER)).toBe(Number.MAX_SAFE_INTEGER);
    for (const value of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
      expect(() => yen(value)).toThrow(RangeError);
    }
  });

  it('has no negative zero, which would print as -0', () => {
    expect(Object.is(yen(-0), 0)).toBe(true);
    expect(Object.is(negateYen(yen(0)), 0)).toBe(true);
  });

  it('refuses a sum that is no longer exact and a difference below zero', () => {
    expect(() => addYen(yen(Number.MAX_SAFE_INTEGER), yen(1))).toThrow(RangeError);
    expect(() => sumYen([yen(Number.MAX_SAFE_INTEGER), yen(1)])).toThrow(RangeError);
    expect(() => subtractYen(yen(1), yen(2))).toThrow(RangeError);
    expect(sumSignedYen([signedYen(-3), yen(3)])).toBe(0);
  });

  it('is written with thousands separators', () => {
    expect(formatYen(yen(1234567))).toBe('1,234,567 yen');
    expect(formatYen(signedYen(-1200))).toBe('-1,200 yen');
  });
});

describe('feeOf', () => {
  it('rounds down to whole yen', () => {
    expect(feeOf(yen(100), basisPoints(325))).toBe(3);
    expect(feeOf(yen(30), basisPoints(325))).toBe(0);
    expect(feeOf(yen(10_000), basisPoints(325))).toBe(325);
    expect(feeOf(yen(999), basisPoints(10_000))).toBe(999);
  });

  it('is the largest whole number of yen not above the exact fee', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000_000), fc.nat(10_000), (amount, rate) => {
        const fee = feeOf(yen(amount), basisPoints(rate));
        expect(fee * 10_000).toBeLessThanOrEqual(amount * rate);
        expect((fee + 1) * 10_000).toBeGreaterThan(amount * rate);
      }),
    );
  });

  it('refuses an amount whose product is no longer exact', () => {
    expect(() => feeOf(yen(Number.MAX_SAFE_INTEGER), basisPoints(2))).toThrow(RangeError);
    expect(() => basisPoints(10_001)).toThrow(RangeError);
  });
});

describe('businessDate', () => {
  it('turns at midnight in Japan', () => {
    expect(businessDateOf(epochMs(Date.parse('2026-11-23T14:59:59.999Z')))).toBe('2026-11-23');
    expect(businessDateOf(epochMs(Date.parse('2026-11-23T15:00:00.000Z')))).toBe('2026-11-24');
  });

  it('refuses days that do not exist', () => {
    for (const text of ['2026-02-29', '2026-13-01', '2026-1-1', '26-01-01', '']) {
      expect(() => businessDate(text)).toThrow(RangeError);
    }
    expect(businessDate('2028-02-29')).toBe('2028-02-29');
  });

  it('counts days since 2020 both ways', () => {
    expect(daysSince2020(businessDate('2020-01-01'))).toBe(0);
    expect(daysSince2020(businessDate('2020-03-01'))).toBe(60);
    fc.assert(
      fc.property(fc.nat(65_535), (days) => {
        expect(daysSince2020(businessDateAfter2020(days))).toBe(days);
      }),
    );
  });
});

describe('milliseconds', () => {
  it('takes parts of a millisecond, since air time is shorter, and no negative time', () => {
    expect(milliseconds(0.302)).toBe(0.302);
    expect(() => milliseconds(-1)).toThrow(RangeError);
  });
});
