import { describe, expect, it } from 'vitest';
import {
  BANK_ACCOUNT,
  depositDigit,
  PAYER_ACCOUNT,
} from '../../../../backend/settlement/bank/bank-account.ts';
import { EXAMPLE_INSTRUCTION, EXAMPLE_ORDERS } from './instruction-example.ts';

const [first] = EXAMPLE_ORDERS;

describe('a bank account', () => {
  it('has its names in the letters of bank files', () => {
    expect(first?.payee).toMatchObject({ bankName: 'ﾐｽﾞﾎ', holder: 'ｶ)ﾊﾟﾝﾔ' });
    expect(EXAMPLE_INSTRUCTION.payer).toMatchObject({ bankName: 'ﾐﾂﾋﾞｼUFJ' });
    expect(EXAMPLE_ORDERS.map(({ payee }) => depositDigit(payee))).toEqual(['1', '1', '2']);
  });

  it.each([
    ['bankCode', '005'],
    ['branchCode', '0001'],
    ['number', '12345'],
    ['number', '１２３４５６７'],
    ['kind', 'fixed'],
    ['holder', '株式会社カザス'],
    ['holder', ''],
    ['holder', 'ガ'.repeat(16)],
    ['bankName', 'ア'.repeat(16)],
    ['clientCode', '12345'],
  ])('is refused with a %s of %s', (field, value) => {
    const account = { ...EXAMPLE_INSTRUCTION.payer, [field]: value };
    expect(PAYER_ACCOUNT.safeParse(account).success).toBe(false);
  });

  it('has no field that nobody reads', () => {
    expect(BANK_ACCOUNT.safeParse({ ...first?.payee, note: '' }).success).toBe(false);
  });
});
