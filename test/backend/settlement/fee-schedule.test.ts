import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { basisPoints, feeOf, sumYen, type Yen, yen } from '#units';
import {
  type FeeSchedule,
  feeOfPiece,
  feeScheduleFault,
  flatSchedule,
  monthlyCommission,
  monthlyFee,
} from '../../../backend/settlement/fee-schedule.ts';

/** 3.25 % of the first million yen of a month, 3 % up to ten million, 2.5 % of the rest; a fifth is the carrier's. */
const TIERED: FeeSchedule = {
  tiers: [
    { above: yen(0), rate: basisPoints(325) },
    { above: yen(1_000_000), rate: basisPoints(300) },
    { above: yen(10_000_000), rate: basisPoints(250) },
  ],
  commissionShare: basisPoints(2_000),
};

const SCHEDULE: fc.Arbitrary<FeeSchedule> = fc
  .record({
    steps: fc.uniqueArray(fc.integer({ min: 1, max: 10_000_000 }), { maxLength: 5 }),
    rates: fc.array(fc.nat(10_000), { minLength: 6, maxLength: 6 }),
    share: fc.nat(10_000),
  })
  .map(({ steps, rates, share }) => {
    const falling = [...rates].sort((a, b) => b - a);
    const rising = [0, ...[...steps].sort((a, b) => a - b)];
    return {
      tiers: rising.map((above, index) => ({
        above: yen(above),
        rate: basisPoints(falling[index] ?? 0),
      })),
      commissionShare: basisPoints(share),
    };
  });
const PIECES = fc.array(fc.nat(3_000_000).map(yen), { maxLength: 20 });

describe('a fee schedule', () => {
  it('charges each yen at the rate of the tier it lies in', () => {
    const fee = (volume: number): number => monthlyFee(yen(volume), TIERED);
    expect(fee(0)).toBe(0);
    expect(fee(1_000)).toBe(32);
    expect(fee(1_000_000)).toBe(32_500);
    expect(fee(1_000_001)).toBe(32_500);
    expect(fee(1_000_034)).toBe(32_501);
    expect(fee(12_000_000)).toBe(32_500 + 270_000 + 50_000);
    expect(monthlyCommission(yen(352_500), TIERED)).toBe(70_500);
  });

  it('is refused with its fault', () => {
    const tier = (above: number, rate: number): { above: Yen; rate: typeof share } => ({
      above: yen(above),
      rate: basisPoints(rate),
    });
    const share = basisPoints(0);
    const fault = (...tiers: ReturnType<typeof tier>[]): string | undefined =>
      feeScheduleFault({ tiers, commissionShare: share });
    expect(feeScheduleFault(TIERED)).toBeUndefined();
    expect(fault()).toBe('no-first-tier');
    expect(fault(tier(1, 300))).toBe('no-first-tier');
    expect(fault(tier(0, 300), tier(0, 200))).toBe('tiers-not-rising');
    expect(fault(tier(0, 300), tier(5, 301))).toBe('fee-rises-with-volume');
    expect(fault(tier(0, 300), tier(5, 300))).toBeUndefined();
  });

  it('with one tier is the fee of one rate', () => {
    fc.assert(
      fc.property(fc.nat(100_000_000), fc.nat(10_000), (volume, rate) => {
        const flat = flatSchedule(basisPoints(rate), basisPoints(5_000));
        expect(monthlyFee(yen(volume), flat)).toBe(feeOf(yen(volume), basisPoints(rate)));
      }),
    );
  });

  it('gives pieces that sum to the month however it is cut, with no part below zero', () => {
    fc.assert(
      fc.property(SCHEDULE, PIECES, (schedule, sales) => {
        expect(feeScheduleFault(schedule)).toBeUndefined();
        let before = yen(0);
        const pieces = sales.map((amount) => {
          const piece = feeOfPiece(before, amount, schedule);
          before = yen(before + amount);
          expect(piece.commission + piece.income).toBe(piece.fee);
          expect(Math.min(piece.commission, piece.income)).toBeGreaterThanOrEqual(0);
          expect(piece.fee).toBeLessThanOrEqual(amount);
          return piece;
        });
        const fee = monthlyFee(sumYen(sales), schedule);
        expect(sumYen(pieces.map((piece) => piece.fee))).toBe(fee);
        expect(sumYen(pieces.map(({ commission }) => commission))).toBe(
          monthlyCommission(fee, schedule),
        );
      }),
    );
  });

  it('keeps every yen exact up to the largest amount there is', () => {
    const all = flatSchedule(basisPoints(10_000), basisPoints(10_000));
    const most = yen(Number.MAX_SAFE_INTEGER);
    expect(feeOfPiece(yen(0), most, all)).toEqual({ fee: most, commission: most, income: 0 });
  });
});
