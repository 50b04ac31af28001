import { describe, expect, it } from 'vitest';
import {
  accountKindOf,
  CARD_LIABILITY,
  CARRIER_BANK,
  COMMISSION_INCOME,
  COMMISSION_PAYABLE,
  COMMISSION_RECEIVABLE,
  FEE_INCOME,
  FLOAT,
  loadReceivableOf,
  merchantPayableOf,
  named,
  SUSPENSE,
  sideOf,
} from '../../../backend/ledger/chart-of-accounts.ts';

describe('chart of accounts', () => {
  it('keeps a payable and a load receivable for each merchant', () => {
    expect(merchantPayableOf(1001)).toBe('merchant-payable:1001');
    expect(loadReceivableOf(1001)).toBe('load-receivable:1001');
    expect(accountKindOf(merchantPayableOf(1001))).toBe('merchant-payable');
    expect(accountKindOf(FLOAT)).toBe('float');
  });

  it('knows which accounts grow by debits and which by credits', () => {
    const debits = [FLOAT, loadReceivableOf(1), COMMISSION_RECEIVABLE, CARRIER_BANK];
    const credits = [
      CARD_LIABILITY,
      SUSPENSE,
      FEE_INCOME,
      COMMISSION_PAYABLE,
      merchantPayableOf(1),
      COMMISSION_INCOME,
    ];
    expect(debits.map(sideOf)).toEqual(debits.map(() => 'debit'));
    expect(credits.map(sideOf)).toEqual(credits.map(() => 'credit'));
  });

  it('takes names from the books as they are', () => {
    expect(named('merchant-payable:1001')).toBe(merchantPayableOf(1001));
  });
});
