import { describe, expect, it } from 'vitest';
import {
  AMOUNT,
  DATE,
  degreesUpTo,
  IDM,
  RATE,
  SIGNED_AMOUNT,
  wholeFrom,
} from '../../backend/argument.ts';

describe('argument', () => {
  it('is a whole number in its range', () => {
    const { parse, expected } = wholeFrom(1, 65_535);
    expect(['1', '65535', '007'].map(parse)).toEqual([1, 65_535, 7]);
    for (const text of ['0', '65536', '-1', '1.5', '1e3', '', ' 1', 'x', '99999999999']) {
      expect(parse(text)).toBeUndefined();
    }
    expect(expected).toBe('expected a whole number from 1 to 65535');
  });

  it('is a degree of the earth', () => {
    const { parse } = degreesUpTo(90);
    expect(['35.68', '-33.86', '0', '90'].map(parse)).toEqual([35.68, -33.86, 0, 90]);
    for (const text of ['90.1', '-91', 'x', '', '1e1', '1.', '.5']) {
      expect(parse(text)).toBeUndefined();
    }
  });

  it('is an amount that a card can hold', () => {
    expect(['1', '16777215', '16777216', '0'].map(AMOUNT.parse)).toEqual([
      1,
      16_777_215,
      undefined,
      undefined,
    ]);
  });

  it('is what a correction gives or takes, and not nothing', () => {
    expect(['500', '-500', '0', '-0', '+5', '5.0', ''].map(SIGNED_AMOUNT.parse)).toEqual([
      500,
      -500,
      ...Array.from({ length: 5 }, () => undefined),
    ]);
  });

  it('is a rate from nothing to everything', () => {
    expect(['0', '325', '10000', '10001'].map(RATE.parse)).toEqual([0, 325, 10_000, undefined]);
  });

  it('is an IDm or a day that exists', () => {
    expect(IDM.parse('02fe000000000001')).toHaveLength(8);
    expect(IDM.parse('02fe')).toBeUndefined();
    expect(DATE.parse('2028-02-29')).toBe('2028-02-29');
    expect(DATE.parse('2027-02-29')).toBeUndefined();
    expect(DATE.parse('tomorrow')).toBeUndefined();
  });
});
