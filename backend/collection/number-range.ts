/** Whole numbers from `first` to `last`, both included. */
export interface NumberRange {
  readonly first: number;
  readonly last: number;
}

/** What is left of `ranges` without `taken`, in their order. */
export function rangesWithout(
  ranges: readonly NumberRange[],
  taken: NumberRange,
): readonly NumberRange[] {
  return ranges.flatMap(({ first, last }) =>
    [
      { first, last: Math.min(last, taken.first - 1) },
      { first: Math.max(first, taken.last + 1), last },
    ].filter((range) => range.first <= range.last),
  );
}

/** What lies between the numbers, from the one after `from` on. `numbers` ascend. */
export function rangesBetween(from: number, numbers: Iterable<number>): readonly NumberRange[] {
  const ranges: NumberRange[] = [];
  let last = from;
  for (const number of numbers) {
    if (number > last + 1) ranges.push({ first: last + 1, last: number - 1 });
    last = Math.max(last, number);
  }
  return ranges;
}

export function overlaps(one: NumberRange, other: NumberRange): boolean {
  return one.first <= other.last && other.first <= one.last;
}
