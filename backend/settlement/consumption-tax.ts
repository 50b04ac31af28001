import { type BasisPoints, basisPoints, feeOf, subtractYen, sumYen, type Yen, yen } from '#units';

/** The standard rate since 1 October 2019. Fees of a settlement are never of the reduced rate. */
export const STANDARD_TAX_RATE: BasisPoints = basisPoints(1_000);

/** What a qualified invoice says of one rate. */
export interface InvoiceTax {
  readonly rate: BasisPoints;
  /** Without tax. */
  readonly fees: Yen;
  readonly tax: Yen;
}

/**
 * The tax on all fees of one invoice together, rounded down. A qualified invoice is rounded once for
 * each rate, never for each line (Consumption Tax Act art. 57-4 (1) v, Enforcement Order art. 70-10,
 * basic circular 1-8-15); down is the choice of who issues it.
 */
export function taxOfInvoice(
  fees: readonly Yen[],
  rate: BasisPoints = STANDARD_TAX_RATE,
): InvoiceTax {
  const total = sumYen(fees);
  return { rate, fees: total, tax: feeOf(total, rate) };
}

/**
 * The part of an invoice's tax that is withheld with `fees`, after `before` on the same invoice. The
 * parts of all payments sum to the tax of the invoice, whose rounding is still done once.
 */
export function taxOfPiece(before: Yen, fees: Yen, rate: BasisPoints = STANDARD_TAX_RATE): Yen {
  return subtractYen(feeOf(yen(before + fees), rate), feeOf(before, rate));
}
