import { describe, expect, it } from 'vitest';
import { signedYen } from '#units';
import {
  QUIET_DAYS,
  quietUntil,
  refundRefusal,
  SMALL_REFUND_YEN_MAX,
} from '../../../backend/replacement/replacement-rule.ts';
import { NOON } from '../../scheme.ts';
import { later } from '../scenario.ts';

describe('the quiet period', () => {
  it('is a week', () => {
    expect(quietUntil(NOON)).toBe(later(NOON, QUIET_DAYS));
  });
});

describe('a refund in money', () => {
  const most = SMALL_REFUND_YEN_MAX;
  it.each([
    ['of a registered card, small', true, 'small', most, undefined],
    ['a yen above what is small', true, 'small', most + 1, 'REFUND_NOT_SMALL'],
    ['of any amount for what its owner cannot help', true, 'unavoidable', 50_000, undefined],
    ['of any amount at the end of the scheme', true, 'termination', 50_000, undefined],
    ['of an anonymous card', false, 'termination', 1, 'REFUND_CARD_ANONYMOUS'],
  ] as const)('%s', (_what, isRegistered, reason, balance, refusal) => {
    expect(refundRefusal(isRegistered, reason, signedYen(balance))).toBe(refusal);
  });
});
