import assert from 'node:assert/strict';
import { type Yen, yen } from '#units';

/**
 * Splits `whole` in proportion to `weights`, so that the parts sum to the whole: each part is its exact
 * share rounded down, and the yen that are left go one each to the largest remainders, of equal ones to
 * the first. No part is a yen or more away from its exact share. Throws where no weight is above zero
 * and there is something to split.
 */
export function splitByWeight(whole: Yen, weights: readonly Yen[]): readonly Yen[] {
  const total = weights.reduce((sum, weight) => sum + BigInt(weight), 0n);
  if (whole === 0) return weights.map(() => yen(0));
  assert(total > 0n, `split: ${whole} yen among weights of zero`);
  const shares = weights.map((weight, index) => {
    const product = BigInt(whole) * BigInt(weight);
    return { index, floor: product / total, remainder: product % total };
  });
  const given = shares.reduce((sum, { floor }) => sum + floor, 0n);
  const left = Number(BigInt(whole) - given);
  const favored = new Set(
    [...shares]
      // The remainders are below `total`, which is a sum of safe integers: the difference is exact.
      .sort((a, b) => Number(b.remainder - a.remainder))
      .slice(0, left)
      .map(({ index }) => index),
  );
  return shares.map(({ index, floor }) => yen(Number(floor) + (favored.has(index) ? 1 : 0)));
}
