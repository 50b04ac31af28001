import {
  differenceYen,
  negateYen,
  type SignedYen,
  signedYen,
  subtractYen,
  sumSignedYen,
  type Yen,
  yen,
} from '#units';
import type { SqlRow } from '../database/connection.ts';
import type { SqlReader } from '../database/database.ts';
import { numberIn } from '../database/row.ts';

/** What one merchant's batches and resolved records of one settlement window come to. */
export interface MerchantTotal {
  readonly merchantId: number;
  readonly batchCount: number;
  readonly saleCount: number;
  /** Accepted debits and released ones. */
  readonly grossSales: Yen;
  readonly loadCount: number;
  /**
   * Cash to be handed over: accepted and held loads, without those that turned out not to be and those of
   * value that waited at the issuer.
   */
  readonly loadsCollected: SignedYen;
  readonly voidCount: number;
  /**
   * To be given back: accepted and held voids, without those that turned out not to be, and refunds that
   * the issuer gives.
   */
  readonly voids: SignedYen;
  readonly heldCount: number;
  readonly heldAmount: Yen;
  readonly unpaidCount: number;
  readonly fee: Yen;
  /** The carrier's part of the fee. */
  readonly commission: Yen;
  /** Corrections of windows before, which both parties have signed. */
  readonly adjustments: SignedYen;
}

export const MERCHANT_TOTAL_STATEMENT = `
SELECT merchant_id, sum(batch_count) AS batch_count, sum(sale_count) AS sale_count,
  sum(sale_yen) AS sale_yen, sum(load_count) AS load_count, sum(load_yen) AS load_yen,
  sum(reversed_load_yen) AS reversed_load_yen, sum(void_count) AS void_count,
  sum(void_yen) AS void_yen, sum(reversed_void_yen) AS reversed_void_yen, sum(held_count) AS held_count,
  sum(held_yen) AS held_yen, sum(unpaid_count) AS unpaid_count, sum(fee_yen) AS fee_yen,
  sum(commission_yen) AS commission_yen, sum(adjustment_yen) AS adjustment_yen
FROM (
  SELECT merchant_id, 1 AS batch_count, debit_count AS sale_count, debit_yen AS sale_yen,
    load_count, load_yen + held_load_yen AS load_yen, 0 AS reversed_load_yen, void_count,
    void_yen + held_void_yen AS void_yen, 0 AS reversed_void_yen, held_count,
    held_load_yen + held_debit_yen + held_void_yen AS held_yen, unpaid_count, fee_yen,
    commission_yen, 0 AS adjustment_yen
  FROM posted_batch WHERE window_number = ?1
  UNION ALL
  SELECT merchant_id, 0, iif(outcome = 'released' AND kind = 2, 1, 0),
    iif(outcome = 'released' AND kind = 2, amount_yen, 0),
    iif(outcome = 'released' AND kind = 1, 1, 0),
    iif(outcome = 'released' AND kind = 1 AND was_interrupted = 1, amount_yen, 0),
    iif(outcome = 'superseded' AND kind = 1 AND was_interrupted = 0, amount_yen, 0),
    iif(outcome = 'released' AND kind = 3, 1, 0),
    iif(outcome = 'released' AND kind = 3 AND was_interrupted = 1, amount_yen, 0),
    iif(outcome = 'superseded' AND kind = 3 AND was_interrupted = 0, amount_yen, 0),
    0, 0, 0, fee_yen, commission_yen, 0
  FROM resolution WHERE window_number = ?1
  UNION ALL
  SELECT merchant_id, 0, 0, 0, 0, 0, 0, 1, amount_yen, 0, 0, 0, 0, 0, 0, 0
  FROM pending_load WHERE window_number = ?1 AND merchant_id <> 0
  UNION ALL
  SELECT merchant_id, 0, 0, 0, 0, 0, amount_yen, 0, 0, 0, 0, 0, 0, 0, 0, 0
  FROM pending_load_payment WHERE window_number = ?1
  UNION ALL
  SELECT merchant_id, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, amount_yen
  FROM posted_adjustment WHERE window_number = ?1) AS part
GROUP BY merchant_id ORDER BY merchant_id`;

/** One row for each merchant with anything in the window. */
export async function readMerchantTotals(
  reader: SqlReader,
  windowNumber: number,
): Promise<readonly MerchantTotal[]> {
  const rows = await reader.all(MERCHANT_TOTAL_STATEMENT, [windowNumber]);
  return rows.map(merchantTotalOf);
}

/** What the issuer owes for the sales. */
export function payableOf({ grossSales, fee }: MerchantTotal): Yen {
  return subtractYen(grossSales, fee);
}

/** What is paid out, or collected if it is negative. */
export function netOf(total: MerchantTotal): SignedYen {
  const { loadsCollected, voids, adjustments } = total;
  return sumSignedYen([payableOf(total), adjustments, negateYen(loadsCollected), negateYen(voids)]);
}

/** A merchant with nothing in the window. */
export function emptyMerchantTotal(merchantId: number): MerchantTotal {
  const none = yen(0);
  return {
    merchantId,
    batchCount: 0,
    saleCount: 0,
    grossSales: none,
    loadCount: 0,
    loadsCollected: differenceYen(none, none),
    voidCount: 0,
    voids: differenceYen(none, none),
    heldCount: 0,
    heldAmount: none,
    unpaidCount: 0,
    fee: none,
    commission: none,
    adjustments: differenceYen(none, none),
  };
}

function merchantTotalOf(row: SqlRow): MerchantTotal {
  const amountIn = (column: string): Yen => yen(numberIn(row, column));
  return {
    merchantId: numberIn(row, 'merchant_id'),
    batchCount: numberIn(row, 'batch_count'),
    saleCount: numberIn(row, 'sale_count'),
    grossSales: amountIn('sale_yen'),
    loadCount: numberIn(row, 'load_count'),
    loadsCollected: differenceYen(amountIn('load_yen'), amountIn('reversed_load_yen')),
    voidCount: numberIn(row, 'void_count'),
    voids: differenceYen(amountIn('void_yen'), amountIn('reversed_void_yen')),
    heldCount: numberIn(row, 'held_count'),
    heldAmount: amountIn('held_yen'),
    unpaidCount: numberIn(row, 'unpaid_count'),
    fee: amountIn('fee_yen'),
    commission: amountIn('commission_yen'),
    adjustments: signedYen(numberIn(row, 'adjustment_yen')),
  };
}
