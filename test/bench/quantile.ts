/** Where a run of measured times lies, in the unit of the samples. */
export interface Spread {
  readonly median: number;
  readonly p90: number;
  readonly p99: number;
}

/** The smallest sample that at least `share` of all samples do not exceed. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((first, second) => first - second);
  const index = Math.max(0, Math.ceil(sorted.length * share) - 1);
  const value = sorted[index];
  if (value === undefined) throw new RangeError('samples: expected at least one');
  return value;
}

export function median(samples: readonly number[]): number {
  return quantile(samples, 0.5);
}

export function spreadOf(samples: readonly number[]): Spread {
  return { median: median(samples), p90: quantile(samples, 0.9), p99: quantile(samples, 0.99) };
}
