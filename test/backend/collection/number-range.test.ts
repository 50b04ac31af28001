import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type NumberRange,
  overlaps,
  rangesBetween,
  rangesWithout,
} from '../../../backend/collection/number-range.ts';

const number = fc.integer({ min: 1, max: 30 });
const numbersIn = (ranges: readonly NumberRange[]): number[] =>
  ranges.flatMap(({ first, last }) =>
    Array.from({ length: last - first + 1 }, (_, index) => first + index),
  );

describe('ranges', () => {
  it('between numbers are the numbers that are not there', () => {
    fc.assert(
      fc.property(fc.uniqueArray(number, { maxLength: 12 }), (present) => {
        present.sort((one, other) => one - other);
        const last = present.at(-1) ?? 0;
        const expected = Array.from({ length: last }, (_, index) => index + 1).filter(
          (each) => !present.includes(each),
        );
        expect(numbersIn(rangesBetween(0, present))).toEqual(expected);
      }),
    );
  });

  it('without a range are what is left of each', () => {
    fc.assert(
      fc.property(fc.uniqueArray(number, { maxLength: 12 }), number, number, (present, a, b) => {
        present.sort((one, other) => one - other);
        const ranges = rangesBetween(0, present);
        const taken = { first: Math.min(a, b), last: Math.max(a, b) };
        const left = rangesWithout(ranges, taken);
        expect(numbersIn(left)).toEqual(
          numbersIn(ranges).filter((each) => each < taken.first || each > taken.last),
        );
        expect(left.some((range) => overlaps(range, taken))).toBe(false);
      }),
    );
  });
});
