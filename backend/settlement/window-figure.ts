import { z } from 'zod';
import { negateYen, type SignedYen, signedYen, sumSignedYen } from '#units';
import type { SqlReader } from '../database/database.ts';
import { numberIn } from '../database/row.ts';
import {
  type Balances,
  balanceOf,
  kindTotalOf,
  readBalances,
  readWindowBalances,
  totalOf,
} from '../ledger/books.ts';
import {
  COMMISSION_PAYABLE,
  loadReceivableOf,
  merchantPayableOf,
  named,
  sideOf,
  voidReceivableOf,
} from '../ledger/chart-of-accounts.ts';
import type { CarrierPort } from './commission-advice.ts';
import { type MerchantTotal, payableOf, readMerchantTotals } from './merchant-total.ts';
import { transitOf } from './payee.ts';

/** The figures a window closes with. Balances stand on their natural side. */
export interface WindowFigures {
  readonly float: SignedYen;
  readonly loadReceivable: SignedYen;
  readonly voidReceivable: SignedYen;
  readonly cardLiability: SignedYen;
  readonly merchantPayable: SignedYen;
  readonly commissionPayable: SignedYen;
  readonly feeIncome: SignedYen;
  readonly suspense: SignedYen;
  /** What waits at the issuer for cards. */
  readonly pendingLoadPayable: SignedYen;
  /** What the bank was told to pay, and has not told to have paid. */
  readonly paymentsInTransit: SignedYen;
  /** The carrier's part of it. */
  readonly commissionInTransit: SignedYen;
  /** What merchants have to pay in. */
  readonly collectionsDue: SignedYen;
  /** What owners of closed cards are to be paid. */
  readonly customerPayable: SignedYen;
  /** What the bank moved and nobody can say for what. */
  readonly bankSuspense: SignedYen;
  /** The sum of the issuer's books; zero. */
  readonly issuerTotal: SignedYen;
  /** The sum of the carrier's books; zero. */
  readonly carrierTotal: SignedYen;
  /** What the carrier believes to be owed for the windows before this one. */
  readonly carrierReceivable: SignedYen;
  /** The commission of this window: the carrier does not know of it yet. */
  readonly commissionOfWindow: SignedYen;
  /** The shadow balances of all cards. */
  readonly cardShadow: SignedYen;
  /** The amounts of all held records without a resolution. */
  readonly heldRecords: SignedYen;
  /** All pending loads that are not on their cards. */
  readonly pendingLoads: SignedYen;
  /** Merchants whose statement is not what the books say of this window. */
  readonly statementMismatchCount: number;
}

const amount: z.ZodType<SignedYen, number> = z.int().transform(signedYen);

const FIGURES = z.strictObject({
  float: amount,
  loadReceivable: amount,
  voidReceivable: amount,
  cardLiability: amount,
  merchantPayable: amount,
  commissionPayable: amount,
  feeIncome: amount,
  suspense: amount,
  // A window that was closed before there were pending loads had none.
  pendingLoadPayable: amount.prefault(0),
  // Nor had one from before there were orders to the bank any of these.
  paymentsInTransit: amount.prefault(0),
  commissionInTransit: amount.prefault(0),
  collectionsDue: amount.prefault(0),
  bankSuspense: amount.prefault(0),
  customerPayable: amount.prefault(0),
  issuerTotal: amount,
  carrierTotal: amount,
  carrierReceivable: amount,
  commissionOfWindow: amount,
  cardShadow: amount,
  heldRecords: amount,
  pendingLoads: amount.prefault(0),
  statementMismatchCount: z.int(),
});

/** The figures as a closed window has them. */
export function parseFigures(text: string): WindowFigures {
  return FIGURES.parse(JSON.parse(text));
}

/** In the order in which they are looked for. */
export type FigureFault =
  | 'SETTLEMENT_BOOKS_UNBALANCED'
  | 'SETTLEMENT_CARRIER_UNBALANCED'
  | 'SETTLEMENT_SHADOW_MISMATCH'
  | 'SETTLEMENT_SUSPENSE_MISMATCH'
  | 'SETTLEMENT_PENDING_LOAD_MISMATCH'
  | 'SETTLEMENT_FLOAT_BROKEN'
  | 'SETTLEMENT_STATEMENT_MISMATCH'
  | 'SETTLEMENT_CARRIER_MISMATCH';

/** The first thing that does not add up. */
export function figureFault(figures: WindowFigures): FigureFault | undefined {
  if (figures.issuerTotal !== 0) return 'SETTLEMENT_BOOKS_UNBALANCED';
  if (figures.carrierTotal !== 0) return 'SETTLEMENT_CARRIER_UNBALANCED';
  if (figures.cardShadow !== figures.cardLiability) return 'SETTLEMENT_SHADOW_MISMATCH';
  if (figures.heldRecords !== figures.suspense) return 'SETTLEMENT_SUSPENSE_MISMATCH';
  if (figures.pendingLoads !== figures.pendingLoadPayable) {
    return 'SETTLEMENT_PENDING_LOAD_MISMATCH';
  }
  if (!isFloatEquationTrue(figures)) return 'SETTLEMENT_FLOAT_BROKEN';
  if (figures.statementMismatchCount > 0) return 'SETTLEMENT_STATEMENT_MISMATCH';
  const owed = figures.commissionPayable + figures.commissionInTransit;
  const owedBefore = owed - figures.commissionOfWindow;
  return owedBefore === figures.carrierReceivable ? undefined : 'SETTLEMENT_CARRIER_MISMATCH';
}

/**
 * Float, cash on its way, voids to be given back and what merchants have to pay in = what cards hold +
 * what is held or waits for cards + what merchants and carrier are owed or will get from the bank + what
 * the bank moved for nobody knows what + the issuer's own income. Cards and held records are counted
 * from the records, not from the books.
 */
function isFloatEquationTrue(figures: WindowFigures): boolean {
  const assets =
    figures.float + figures.loadReceivable + figures.voidReceivable + figures.collectionsDue;
  const claims =
    figures.cardShadow +
    figures.heldRecords +
    figures.pendingLoads +
    figures.merchantPayable +
    figures.commissionPayable +
    figures.paymentsInTransit +
    figures.bankSuspense +
    figures.customerPayable +
    figures.feeIncome;
  return assets === claims;
}

export const SHADOW_TOTAL_STATEMENT =
  'SELECT coalesce(sum(balance_yen), 0) AS amount FROM card_shadow';

export const HELD_TOTAL_STATEMENT = `
SELECT coalesce(sum(amount_yen), 0) AS amount FROM record INDEXED BY record_held
WHERE is_held = 1 AND NOT EXISTS (SELECT 1 FROM resolution WHERE record_id = record.id)`;

export const PENDING_LOAD_TOTAL_STATEMENT = `
SELECT coalesce(sum(amount_yen), 0) AS amount FROM pending_load
WHERE NOT EXISTS (
  SELECT 1 FROM pending_load_payment AS paid WHERE paid.number = pending_load.number)`;

export async function readFigures(
  reader: SqlReader,
  windowNumber: number,
  carrier: Awaited<ReturnType<CarrierPort['position']>>,
): Promise<WindowFigures> {
  const balances = await readBalances(reader);
  const ofWindow = await readWindowBalances(reader, windowNumber);
  const totals = await readMerchantTotals(reader, windowNumber);
  const [shadow] = await reader.all(SHADOW_TOTAL_STATEMENT);
  const [held] = await reader.all(HELD_TOTAL_STATEMENT);
  const [pending] = await reader.all(PENDING_LOAD_TOTAL_STATEMENT);
  const standing = (kind: string): SignedYen => {
    const total = kindTotalOf(balances, kind);
    return sideOf(named(kind)) === 'debit' ? total : negateYen(total);
  };
  return {
    float: standing('float'),
    loadReceivable: standing('load-receivable'),
    voidReceivable: standing('void-receivable'),
    cardLiability: standing('card-liability'),
    merchantPayable: standing('merchant-payable'),
    commissionPayable: standing('commission-payable'),
    feeIncome: standing('fee-income'),
    suspense: standing('suspense'),
    pendingLoadPayable: standing('pending-load-payable'),
    paymentsInTransit: standing('payment-in-transit'),
    commissionInTransit: negateYen(balanceOf(balances, transitOf('carrier', 'pay'))),
    collectionsDue: standing('collection-due'),
    bankSuspense: standing('bank-suspense'),
    customerPayable: standing('customer-payable'),
    issuerTotal: totalOf(balances),
    carrierTotal: carrier.total,
    carrierReceivable: carrier.receivable,
    commissionOfWindow: negateYen(ofWindow.get(COMMISSION_PAYABLE) ?? signedYen(0)),
    cardShadow: signedYen(numberIn(shadow, 'amount')),
    heldRecords: signedYen(numberIn(held, 'amount')),
    pendingLoads: signedYen(numberIn(pending, 'amount')),
    statementMismatchCount: totals.filter((total) => !isInBooks(total, ofWindow)).length,
  };
}

function isInBooks(total: MerchantTotal, ofWindow: Balances): boolean {
  const { merchantId } = total;
  const payable = ofWindow.get(merchantPayableOf(merchantId)) ?? 0;
  const receivable = ofWindow.get(loadReceivableOf(merchantId)) ?? 0;
  const voids = ofWindow.get(voidReceivableOf(merchantId)) ?? 0;
  return (
    sumSignedYen([payableOf(total), total.adjustments, signedYen(payable)]) === 0 &&
    receivable === total.loadsCollected &&
    voids === total.voids
  );
}
