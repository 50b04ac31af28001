declare const unit: unique symbol;

/** A number that carries its unit: `yen(1) + yen(2)` is a plain number and needs a check again. */
type Quantity<Name extends string> = number & { readonly [unit]: Name };

/** Money in whole yen, 0 to 2^53 − 1. Differences are {@link SignedYen}. */
export type Yen = Quantity<'Yen'>;

/** A difference of money, or one leg of a transfer, in whole yen. */
export type SignedYen = Quantity<'SignedYen'>;

/** A length of time. */
export type Milliseconds = Quantity<'Milliseconds'>;

/** An instant: milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = Quantity<'EpochMs'>;

/** A day in the calendar of money, Japan time, as `2026-11-23`. */
export type BusinessDate = string & { readonly [unit]: 'BusinessDate' };

/** Hundredths of a percent: 325 is 3.25 %. */
export type BasisPoints = Quantity<'BasisPoints'>;

const JAPAN_OFFSET_MS = 9 * 60 * 60 * 1000;
const DAY_MS = 24 * 60 * 60 * 1000;
const START_OF_2020 = Date.UTC(2020, 0, 1);
const BASIS_POINTS_IN_WHOLE = 10_000;

export function yen(value: number): Yen {
  return nonNegativeInteger('Yen', value) as Yen;
}

export function signedYen(value: number): SignedYen {
  if (Number.isSafeInteger(value)) return (value === 0 ? 0 : value) as SignedYen;
  throw new RangeError(`SignedYen: expected a safe integer, got ${value}`);
}

export function milliseconds(value: number): Milliseconds {
  if (Number.isFinite(value) && value >= 0) return value as Milliseconds;
  throw new RangeError(`Milliseconds: expected a finite number from 0, got ${value}`);
}

export function epochMs(value: number): EpochMs {
  return nonNegativeInteger('EpochMs', value) as EpochMs;
}

export function basisPoints(value: number): BasisPoints {
  const points = nonNegativeInteger('BasisPoints', value);
  if (points <= BASIS_POINTS_IN_WHOLE) return points as BasisPoints;
  throw new RangeError(`BasisPoints: expected at most ${BASIS_POINTS_IN_WHOLE}, got ${value}`);
}

/** Accepts only a day that exists, written as `2026-11-23`. */
export function businessDate(text: string): BusinessDate {
  const parsed = new Date(`${text}T00:00:00Z`);
  const exists = !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(`${text}T`);
  if (exists) return text as BusinessDate;
  throw new RangeError(`BusinessDate: expected a day such as 2026-11-23, got ${text}`);
}

/** The day in Japan at that instant. Japan has no summer time. */
export function businessDateOf(instant: EpochMs): BusinessDate {
  // An instant always has a day, so it is not parsed again: collection asks this for every record.
  return new Date(instant + JAPAN_OFFSET_MS).toISOString().slice(0, 10) as BusinessDate;
}

/** Whole days from `2020-01-01` to `date`: the form in which a date lies on the card. */
export function daysSince2020(date: BusinessDate): number {
  return Math.round((Date.parse(date) - START_OF_2020) / DAY_MS);
}

/** The inverse of {@link daysSince2020}. */
export function businessDateAfter2020(days: number): BusinessDate {
  return businessDate(new Date(START_OF_2020 + days * DAY_MS).toISOString().slice(0, 10));
}

export function addYen(first: Yen, second: Yen): Yen {
  return yen(first + second);
}

/** Throws `RangeError` below zero: whoever subtracts has compared before. */
export function subtractYen(from: Yen, amount: Yen): Yen {
  return yen(from - amount);
}

export function sumYen(amounts: Iterable<Yen>): Yen {
  let total = 0;
  for (const amount of amounts) total += amount;
  return yen(total);
}

export function differenceYen(minuend: Yen, subtrahend: Yen): SignedYen {
  return signedYen(minuend - subtrahend);
}

export function negateYen(amount: Yen | SignedYen): SignedYen {
  return signedYen(-amount);
}

export function sumSignedYen(amounts: Iterable<SignedYen | Yen>): SignedYen {
  let total = 0;
  for (const amount of amounts) total += amount;
  return signedYen(total);
}

/** The fee on `amount`, rounded down to whole yen: in favor of whoever pays the fee. */
export function feeOf(amount: Yen, rate: BasisPoints): Yen {
  const product = amount * rate;
  if (!Number.isSafeInteger(product)) throw new RangeError(`fee: ${amount} yen is too large`);
  return yen((product - (product % BASIS_POINTS_IN_WHOLE)) / BASIS_POINTS_IN_WHOLE);
}

/** `1234` as `1,234 yen`. */
export function formatYen(amount: Yen | SignedYen): string {
  return `${amount.toLocaleString('en-US')} yen`;
}

function nonNegativeInteger(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value === 0 ? 0 : value;
  throw new RangeError(`${name}: expected a whole number from 0 to 2^53 - 1, got ${value}`);
}
