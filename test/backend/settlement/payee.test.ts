import { describe, expect, it } from 'vitest';
import {
  merchantIdOf,
  parsePayee,
  payableOfPayee,
  payeeWord,
  transitOf,
} from '../../../backend/settlement/payee.ts';

describe('a payee', () => {
  it.each([
    ['carrier', undefined, 'CARRIER', 'commission-payable', 'payment-in-transit:carrier'],
    ['merchant:1001', 1001, '1001', 'merchant-payable:1001', 'payment-in-transit:1001'],
  ] as const)('%s has its accounts', (payee, merchantId, word, payable, transit) => {
    expect(parsePayee(payee)).toBe(payee);
    expect(merchantIdOf(payee)).toBe(merchantId);
    expect(payeeWord(payee)).toBe(word);
    expect(payableOfPayee(payee)).toBe(payable);
    expect(transitOf(payee, 'pay')).toBe(transit);
  });

  it('that owes has another', () => {
    expect(transitOf('merchant:7', 'collect')).toBe('collection-due:7');
  });

  it.each([
    '',
    'issuer',
    'merchant',
    'merchant:',
    'merchant:01',
    'merchant:-1',
    'merchant:1.5',
    'x:1',
  ])('is not called %j', (text) => expect(parsePayee(text)).toBeUndefined());
});
