import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sumYen, yen } from '#units';
import { taxOfInvoice, taxOfPiece } from '../../../backend/settlement/consumption-tax.ts';

describe('the consumption tax on fees', () => {
  it('is rounded down once for an invoice, not for each of its lines', () => {
    const lines = [yen(19), yen(19), yen(19)];
    expect(taxOfInvoice(lines)).toEqual({ rate: 1_000, fees: 57, tax: 5 });
    expect(sumYen(lines.map((line) => taxOfInvoice([line]).tax))).toBe(3);
    expect(taxOfInvoice([])).toEqual({ rate: 1_000, fees: 0, tax: 0 });
  });

  it('is withheld in parts that sum to the tax of the invoice', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1_000_000).map(yen), { maxLength: 30 }), (fees) => {
        let before = yen(0);
        const parts = fees.map((fee) => {
          const part = taxOfPiece(before, fee);
          before = yen(before + fee);
          return part;
        });
        expect(sumYen(parts)).toBe(taxOfInvoice(fees).tax);
      }),
    );
  });
});
