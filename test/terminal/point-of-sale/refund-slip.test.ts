import { describe, expect, it } from 'vitest';
import { yen } from '#units';
import { refundSlips } from '../../../terminal/point-of-sale/refund-slip.ts';

const SHOP = { terminalId: 42, merchantName: 'Kissa' };

describe('the slips of a touch', () => {
  it('are none for refunds that were not given', () => {
    const refund = { saleId: 'lunch', amount: yen(350) };
    const notices = [
      { ...refund, result: 'unresolved' },
      { ...refund, result: 'waiting', reason: 'void-not-last' },
    ] as const;
    expect(refundSlips(notices, SHOP)).toEqual([]);
  });
});
