import { describe, expect, it } from 'vitest';
import { SettlementError } from '../../../backend/settlement/settlement-error.ts';

describe('SettlementError', () => {
  it('has a code', () => {
    expect(new SettlementError('carrier: no')).toMatchObject({
      name: 'SettlementError',
      code: 'SETTLEMENT_ADVICE_REFUSED',
      message: 'carrier: no',
    });
  });
});
