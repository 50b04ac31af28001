import { describe, expect, it } from 'vitest';
import { yen } from '#units';
import {
  instructionFault,
  type PaymentOrder,
  totalOf,
} from '../../../../backend/settlement/bank/payment-order.ts';
import { EXAMPLE_INSTRUCTION, EXAMPLE_ORDERS } from './instruction-example.ts';

describe('a payment instruction', () => {
  const [first, second] = EXAMPLE_ORDERS as [PaymentOrder, PaymentOrder];
  const faultOf = (orders: readonly PaymentOrder[], instructionId = 'KZ-1'): string | undefined =>
    instructionFault({ ...EXAMPLE_INSTRUCTION, instructionId, orders });

  it('can be written, and is the sum of its orders', () => {
    expect(instructionFault(EXAMPLE_INSTRUCTION)).toBeUndefined();
    expect(totalOf(EXAMPLE_INSTRUCTION)).toBe(10_000_968_000);
  });

  it('has orders, with ids that no two share', () => {
    expect(faultOf([])).toBe('no-orders');
    expect(faultOf([first, { ...second, orderId: first.orderId }])).toBe('repeated-id');
    expect(faultOf([first], first.orderId)).toBe('repeated-id');
    for (const orderId of ['', 'a', 'A B', 'A'.repeat(21), 'ア']) {
      expect(faultOf([{ ...first, orderId }])).toBe('bad-id');
    }
  });

  it('pays no less than one yen, and no more than a bank file holds', () => {
    expect(faultOf([{ ...first, amount: yen(0) }])).toBe('bad-amount');
    expect(faultOf([{ ...first, amount: yen(10_000_000_000) }])).toBe('bad-amount');
    const most = Array.from({ length: 101 }, (_, index) => ({
      ...first,
      orderId: `A-${index}`,
      amount: yen(9_999_999_999),
    }));
    expect(faultOf(most)).toBe('bad-amount');
    expect(faultOf(most.slice(0, 100))).toBeUndefined();
  });
});
