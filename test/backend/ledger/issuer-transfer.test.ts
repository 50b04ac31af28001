import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { basisPoints, signedYen, yen } from '#units';
import {
  FLOAT,
  loadReceivableOf,
  merchantPayableOf,
} from '../../../backend/ledger/chart-of-accounts.ts';
import {
  clearingTransfer,
  debitReleaseTransfer,
  debitReversalTransfer,
  debitTransfer,
  holdTransfer,
  loadReleaseTransfer,
  loadReversalTransfer,
  loadTransfer,
  saleFeeOf,
  voidTransfer,
} from '../../../backend/ledger/issuer-transfer.ts';
import type { Transfer } from '../../../backend/ledger/transfer.ts';

const CAUSE = { reference: 'batch:42:1', merchantId: 7 };
const RATES = { fee: basisPoints(325), commission: basisPoints(50) };

function legsOf(transfer: Transfer | undefined): Record<string, number> {
  return Object.fromEntries(transfer?.legs.map(({ account, amount }) => [account, amount]) ?? []);
}

describe('issuer transfer', () => {
  it('a load raises what the merchant and what the issuer owes', () => {
    const transfer = loadTransfer(CAUSE, yen(5_000));
    expect(transfer).toMatchObject({ reference: 'batch:42:1:load', kind: 'load' });
    expect(legsOf(transfer)).toEqual({ 'load-receivable:7': 5_000, 'card-liability': -5_000 });
  });

  it('a debit is shared by merchant, issuer and carrier', () => {
    const transfer = debitTransfer(CAUSE, yen(2_000), saleFeeOf(yen(2_000), RATES));
    expect(transfer).toMatchObject({ reference: 'batch:42:1:debit', kind: 'debit' });
    expect(legsOf(transfer)).toEqual({
      'card-liability': 2_000,
      'merchant-payable:7': -1_935,
      'fee-income': -55,
      'commission-payable': -10,
    });
  });

  it('held records credit nobody but suspense', () => {
    const transfer = holdTransfer(CAUSE, { loads: yen(300), debits: yen(20), voids: yen(1) });
    expect(legsOf(transfer)).toEqual({
      'load-receivable:7': 300,
      'card-liability': 20,
      'void-receivable:7': 1,
      suspense: -321,
    });
  });

  it('a released load goes to the card, a released debit to the merchant', () => {
    expect(legsOf(loadReleaseTransfer(CAUSE, yen(300)))).toEqual({
      suspense: 300,
      'card-liability': -300,
    });
    const fee = saleFeeOf(yen(2_000), RATES);
    expect(legsOf(debitReleaseTransfer(CAUSE, yen(2_000), fee))).toEqual({
      suspense: 2_000,
      'merchant-payable:7': -1_935,
      'fee-income': -55,
      'commission-payable': -10,
    });
  });

  it('a reversal takes back exactly what the hold did', () => {
    const amount = yen(300);
    const nothing = yen(0);
    const heldLoad = holdTransfer(CAUSE, { loads: amount, debits: nothing, voids: nothing });
    const heldDebit = holdTransfer(CAUSE, { loads: nothing, debits: amount, voids: nothing });
    const heldVoid = holdTransfer(CAUSE, { loads: nothing, debits: nothing, voids: amount });
    const negated = (transfer: Transfer | undefined): Record<string, number> =>
      Object.fromEntries(Object.entries(legsOf(transfer)).map(([name, sum]) => [name, -sum]));
    expect(legsOf(loadReversalTransfer(CAUSE, 'load', amount))).toEqual(negated(heldLoad));
    expect(legsOf(loadReversalTransfer(CAUSE, 'void', amount))).toEqual(negated(heldVoid));
    expect(legsOf(debitReversalTransfer(CAUSE, amount))).toEqual(negated(heldDebit));
  });

  it('has the merchant owe what it gave back to a card', () => {
    expect(legsOf(voidTransfer(CAUSE, yen(350)))).toEqual({
      'void-receivable:7': 350,
      'card-liability': -350,
    });
  });

  it('clears payable and load receivable together through the float', () => {
    const balances = new Map([
      [merchantPayableOf(7), signedYen(-1_935)],
      [loadReceivableOf(7), signedYen(5_000)],
    ]);
    expect(
      legsOf(
        clearingTransfer('window:1:merchant:7', 'merchant-payment', { balances, through: FLOAT }),
      ),
    ).toEqual({
      'merchant-payable:7': 1_935,
      'load-receivable:7': -5_000,
      [FLOAT]: 3_065,
    });
    expect(
      clearingTransfer('window:1:merchant:7', 'merchant-payment', {
        balances: new Map(),
        through: FLOAT,
      }),
    ).toBeUndefined();
  });

  it('rounds fee and commission down, in favor of who pays them', () => {
    expect(saleFeeOf(yen(30), RATES)).toEqual({ fee: 0, commission: 0 });
    expect(saleFeeOf(yen(31), RATES)).toEqual({ fee: 1, commission: 0 });
    expect(saleFeeOf(yen(199), RATES)).toEqual({ fee: 6, commission: 0 });
    expect(saleFeeOf(yen(200), RATES)).toEqual({ fee: 6, commission: 1 });
  });

  it('balances for every amount and every pair of rates', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.nat(10_000), fc.nat(2 ** 38), (one, other, amount) => {
        const rates = {
          fee: basisPoints(Math.max(one, other)),
          commission: basisPoints(Math.min(one, other)),
        };
        const fee = saleFeeOf(yen(amount), rates);
        expect(fee.commission).toBeLessThanOrEqual(fee.fee);
        const legs = Object.values(legsOf(debitTransfer(CAUSE, yen(amount), fee)));
        expect(legs.reduce((sum, leg) => sum + leg, 0)).toBe(0);
      }),
    );
  });
});
