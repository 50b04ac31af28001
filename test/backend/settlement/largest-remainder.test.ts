import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sumYen, yen } from '#units';
import { splitByWeight } from '../../../backend/settlement/largest-remainder.ts';

const AMOUNT = fc.maxSafeNat().map(yen);
const WEIGHTS = fc.array(fc.nat(1_000_000_000_000).map(yen), { minLength: 1, maxLength: 12 });

describe('splitByWeight', () => {
  it('gives what is left to the largest remainders, and of equal ones to the first', () => {
    const split = (whole: number, ...weights: number[]): readonly number[] =>
      splitByWeight(yen(whole), weights.map(yen));
    expect(split(100, 1, 1, 1)).toEqual([34, 33, 33]);
    expect(split(101, 1, 1, 1)).toEqual([34, 34, 33]);
    expect(split(10, 47, 16, 15, 12, 6, 3)).toEqual([5, 2, 1, 1, 1, 0]);
    expect(split(7, 0, 3, 0)).toEqual([0, 7, 0]);
    expect(split(0, 0, 0)).toEqual([0, 0]);
    expect(split(Number.MAX_SAFE_INTEGER, 1, 1)).toEqual([2 ** 52, 2 ** 52 - 1]);
  });

  it('splits into parts that sum to the whole, each within a yen of its exact share', () => {
    fc.assert(
      fc.property(AMOUNT, WEIGHTS, (whole, weights) => {
        const total = weights.reduce((sum, weight) => sum + BigInt(weight), 0n);
        fc.pre(total > 0n);
        const parts = splitByWeight(whole, weights);
        expect(sumYen(parts)).toBe(whole);
        for (const [index, part] of parts.entries()) {
          const exact = BigInt(whole) * BigInt(weights[index] ?? 0);
          const distance = BigInt(part) * total - exact;
          expect(distance > -total && distance < total).toBe(true);
        }
      }),
    );
  });

  it('does not give something to nobody', () => {
    expect(() => splitByWeight(yen(1), [yen(0)])).toThrow('weights of zero');
    expect(() => splitByWeight(yen(1), [])).toThrow('weights of zero');
  });
});
