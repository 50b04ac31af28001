import { type BasisPoints, subtractYen, type Yen, yen } from '#units';

const BASIS_POINTS_IN_WHOLE = 10_000n;

/** The rate for the part of a month's sales that lies above `above`, up to the next tier. */
export interface FeeTier {
  readonly above: Yen;
  readonly rate: BasisPoints;
}

/** What a merchant pays for its sales, and who gets it. */
export interface FeeSchedule {
  /** The first is above zero yen; then rising. */
  readonly tiers: readonly FeeTier[];
  /** The carrier's part of the fee, not of the sales. */
  readonly commissionShare: BasisPoints;
}

export type FeeScheduleFault = 'no-first-tier' | 'tiers-not-rising' | 'fee-rises-with-volume';

/** What one piece of a month's sales costs, and whose it is: both parts sum to the fee. */
export interface FeePiece {
  readonly fee: Yen;
  readonly commission: Yen;
  readonly income: Yen;
}

/** `undefined` if a schedule can be used. A discount is lower for more sales, never higher. */
export function feeScheduleFault({ tiers }: FeeSchedule): FeeScheduleFault | undefined {
  if (tiers[0]?.above !== 0) return 'no-first-tier';
  for (const [index, tier] of tiers.entries()) {
    const next = tiers[index + 1];
    if (next === undefined) continue;
    if (next.above <= tier.above) return 'tiers-not-rising';
    if (next.rate > tier.rate) return 'fee-rises-with-volume';
  }
  return undefined;
}

/** One rate for everything: the schedule of a merchant without tiers. */
export function flatSchedule(rate: BasisPoints, commissionShare: BasisPoints): FeeSchedule {
  return { tiers: [{ above: yen(0), rate }], commissionShare };
}

/**
 * The fee on all sales of a month together, rounded down once. Each yen pays the rate of the tier it
 * lies in, so one yen more of sales never makes the fee lower.
 */
export function monthlyFee(volume: Yen, { tiers }: FeeSchedule): Yen {
  const product = tiers.reduce((sum, { above, rate }, index) => {
    const upTo = Math.min(volume, tiers[index + 1]?.above ?? volume);
    return sum + BigInt(Math.max(upTo - above, 0)) * BigInt(rate);
  }, 0n);
  return yen(Number(product / BASIS_POINTS_IN_WHOLE));
}

/** The carrier's part of a month's fee, rounded down once: what rounding leaves is the issuer's. */
export function monthlyCommission(fee: Yen, { commissionShare }: FeeSchedule): Yen {
  return yen(Number((BigInt(fee) * BigInt(commissionShare)) / BASIS_POINTS_IN_WHOLE));
}

/**
 * The fee on `sales` that follow `before` in the same month: what the month costs with them less what
 * it cost without. However a month is cut into pieces, they sum to the fee and the commission of the
 * month, and no part of a piece is below zero.
 */
export function feeOfPiece(before: Yen, sales: Yen, schedule: FeeSchedule): FeePiece {
  const feeBefore = monthlyFee(before, schedule);
  const feeAfter = monthlyFee(yen(before + sales), schedule);
  const fee = subtractYen(feeAfter, feeBefore);
  const commission = subtractYen(
    monthlyCommission(feeAfter, schedule),
    monthlyCommission(feeBefore, schedule),
  );
  return { fee, commission, income: subtractYen(fee, commission) };
}
