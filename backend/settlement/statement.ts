import { type BusinessDate, type SignedYen, sumYen, type Yen } from '#units';
import type { SqlReader } from '../database/database.ts';
import { readMerchant } from '../issuer/merchant.ts';
import {
  emptyMerchantTotal,
  type MerchantTotal,
  netOf,
  payableOf,
  readMerchantTotals,
} from './merchant-total.ts';
import {
  type ListedBatch,
  type ListedFinding,
  listBatches,
  listFindings,
} from './statement-list.ts';
import { readWindow, type WindowState } from './window.ts';

export type StatementRefusal = 'SETTLEMENT_WINDOW_UNKNOWN' | 'ACCOUNT_MERCHANT_UNKNOWN';

export type Statement<Content> =
  | { readonly result: 'found'; readonly statement: Content }
  | { readonly result: 'refused'; readonly reason: StatementRefusal; readonly detail: string };

export interface MerchantStatement extends MerchantTotal {
  readonly windowNumber: number;
  readonly businessDate: BusinessDate;
  /** Figures of an open window still change. */
  readonly state: WindowState;
  readonly name: string;
  /** Gross sales without the fee. */
  readonly salesNet: Yen;
  /** What is paid out, or collected if it is negative. */
  readonly net: SignedYen;
  readonly batches: readonly ListedBatch[];
  readonly findings: readonly ListedFinding[];
}

export interface CarrierStatement {
  readonly windowNumber: number;
  readonly businessDate: BusinessDate;
  readonly state: WindowState;
  readonly grossSales: Yen;
  readonly fee: Yen;
  readonly commission: Yen;
  readonly merchants: readonly Pick<
    MerchantTotal,
    'merchantId' | 'grossSales' | 'fee' | 'commission'
  >[];
}

export async function merchantStatement(
  reader: SqlReader,
  windowNumber: number,
  merchantId: number,
): Promise<Statement<MerchantStatement>> {
  const window = await readWindow(reader, windowNumber);
  if (window === undefined) return refused('SETTLEMENT_WINDOW_UNKNOWN', `window ${windowNumber}`);
  const merchant = await readMerchant(reader, merchantId);
  if (merchant === undefined) return refused('ACCOUNT_MERCHANT_UNKNOWN', `merchant ${merchantId}`);
  const totals = await readMerchantTotals(reader, windowNumber);
  const total =
    totals.find((one) => one.merchantId === merchantId) ?? emptyMerchantTotal(merchantId);
  const { businessDate, state } = window;
  const statement: MerchantStatement = {
    windowNumber,
    businessDate,
    state,
    name: merchant.name,
    ...total,
    salesNet: payableOf(total),
    net: netOf(total),
    batches: await listBatches(reader, windowNumber, merchantId),
    findings: await listFindings(reader, windowNumber, merchantId),
  };
  return { result: 'found', statement };
}

/** What issuer and carrier share: the commission of one window and where it comes from. */
export async function carrierStatement(
  reader: SqlReader,
  windowNumber: number,
): Promise<Statement<CarrierStatement>> {
  const window = await readWindow(reader, windowNumber);
  if (window === undefined) return refused('SETTLEMENT_WINDOW_UNKNOWN', `window ${windowNumber}`);
  const totals = await readMerchantTotals(reader, windowNumber);
  const { businessDate, state } = window;
  const statement: CarrierStatement = {
    windowNumber,
    businessDate,
    state,
    grossSales: sumYen(totals.map(({ grossSales }) => grossSales)),
    fee: sumYen(totals.map(({ fee }) => fee)),
    commission: sumYen(totals.map(({ commission }) => commission)),
    merchants: totals.map(({ merchantId, grossSales, fee, commission }) => ({
      merchantId,
      grossSales,
      fee,
      commission,
    })),
  };
  return { result: 'found', statement };
}

function refused(
  reason: StatementRefusal,
  detail: string,
): { readonly result: 'refused'; readonly reason: StatementRefusal; readonly detail: string } {
  return { result: 'refused', reason, detail };
}
