import { describe, expect, it } from 'vitest';
import { businessDate, epochMs, signedYen } from '#units';
import {
  adjustmentBytes,
  isDisputable,
  isLapsed,
  isReference,
  type ProposedAdjustment,
  signUntilOf,
  sourceAccountOf,
} from '../../../../backend/settlement/adjustment/adjustment.ts';

const at = (text: string): ReturnType<typeof epochMs> => epochMs(Date.parse(text));

const ADJUSTMENT: ProposedAdjustment = {
  reference: 'FEE-1',
  windowNumber: 1,
  merchantId: 1001,
  amount: signedYen(-65),
  against: 'fee-income',
  reason: 'fee-wrong',
  proposedAt: at('2026-11-24T00:00:00+09:00'),
  signUntil: businessDate('2026-12-24'),
};

describe('an adjustment', () => {
  it('is signed as text that both parties can read', () => {
    expect(new TextDecoder().decode(adjustmentBytes(81, ADJUSTMENT))).toBe(
      'Kazasu settlement adjustment, version 1\n' +
        'issuer 81 adjustment FEE-1 of window 1\n' +
        'merchant 1001 amount -65 against fee-income reason fee-wrong\n' +
        'sign until 2026-12-24\n',
    );
  });

  it('can be proposed for 60 days after the close, and signed for 30 days, by days in Japan', () => {
    const closedAt = at('2026-11-23T23:59:59+09:00');
    expect(isDisputable(closedAt, at('2027-01-22T23:59:59.999+09:00'))).toBe(true);
    expect(isDisputable(closedAt, at('2027-01-23T00:00:00+09:00'))).toBe(false);
    expect(signUntilOf(ADJUSTMENT.proposedAt)).toBe('2026-12-24');
    expect(isLapsed(ADJUSTMENT, at('2026-12-24T23:59:59.999+09:00'))).toBe(false);
    expect(isLapsed(ADJUSTMENT, at('2026-12-25T00:00:00+09:00'))).toBe(true);
  });

  it('is borne by income, or by what the bank moved unasked', () => {
    expect(sourceAccountOf(ADJUSTMENT)).toBe('fee-income');
    expect(sourceAccountOf({ ...ADJUSTMENT, against: 'bank-suspense' })).toBe('bank-suspense');
  });

  it.each(['', 'fee-1', 'A B', 'A'.repeat(21), 'A\n'])('is not called %j', (text) =>
    expect(isReference(text)).toBe(false),
  );
});
