import { type BasisPoints, feeOf, negateYen, subtractYen, sumYen, type Yen } from '#units';
import { type Balances, totalOf } from './books.ts';
import {
  type Account,
  CARD_LIABILITY,
  COMMISSION_PAYABLE,
  CUSTOMER_PAYABLE,
  FEE_INCOME,
  FLOAT,
  loadReceivableOf,
  merchantPayableOf,
  PENDING_LOAD_PAYABLE,
  SUSPENSE,
  voidReceivableOf,
} from './chart-of-accounts.ts';
import { credit, debit, type Transfer, transfer } from './transfer.ts';

/** What a merchant pays for its sales. The carrier's commission is a part of the fee. */
export interface MerchantRates {
  readonly fee: BasisPoints;
  readonly commission: BasisPoints;
}

export interface SaleFee {
  readonly fee: Yen;
  readonly commission: Yen;
}

/** Both are rounded down (`feeOf`), and a commission rate is never above its fee rate. */
export function saleFeeOf(gross: Yen, rates: MerchantRates): SaleFee {
  return { fee: feeOf(gross, rates.fee), commission: feeOf(gross, rates.commission) };
}

/** Where the amounts of a transfer come from. */
export interface Cause {
  readonly reference: string;
  readonly merchantId: number;
}

/** The merchant took cash and the cards hold more. */
export function loadTransfer({ reference, merchantId }: Cause, amount: Yen): Transfer | undefined {
  return transfer(`${reference}:load`, 'load', [
    debit(loadReceivableOf(merchantId), amount),
    credit(CARD_LIABILITY, amount),
  ]);
}

/** The merchant gave value back to the cards, and owes as much as it would for a load. */
export function voidTransfer({ reference, merchantId }: Cause, amount: Yen): Transfer | undefined {
  return transfer(`${reference}:void`, 'void', [
    debit(voidReceivableOf(merchantId), amount),
    credit(CARD_LIABILITY, amount),
  ]);
}

/** The merchant gave a sale back, and the value waits for its card. */
export function refundTransfer(
  { reference, merchantId }: Cause,
  amount: Yen,
): Transfer | undefined {
  return transfer(reference, 'refund', [
    debit(voidReceivableOf(merchantId), amount),
    credit(PENDING_LOAD_PAYABLE, amount),
  ]);
}

/** What waited is on the card now: the merchant of the load terminal took no cash for it. */
export function pendingLoadTransfer(
  { reference, merchantId }: Cause,
  amount: Yen,
): Transfer | undefined {
  return transfer(reference, 'pending-load', [
    debit(PENDING_LOAD_PAYABLE, amount),
    credit(loadReceivableOf(merchantId), amount),
  ]);
}

/** The value of a card that was replaced waits for the new one. */
export function replacementTransfer(reference: string, amount: Yen): Transfer | undefined {
  return transfer(reference, 'replacement', [
    debit(CARD_LIABILITY, amount),
    credit(PENDING_LOAD_PAYABLE, amount),
  ]);
}

/** The value of a card that was closed is owed to its owner. */
export function valueRefundTransfer(reference: string, amount: Yen): Transfer | undefined {
  return transfer(reference, 'value-refund', [
    debit(CARD_LIABILITY, amount),
    credit(CUSTOMER_PAYABLE, amount),
  ]);
}

/** The owner of a closed card was paid. */
export function customerPaymentTransfer(reference: string, amount: Yen): Transfer | undefined {
  return transfer(reference, 'customer-payment', [
    debit(CUSTOMER_PAYABLE, amount),
    credit(FLOAT, amount),
  ]);
}

/** The cards hold less and the merchant is owed the sales without the fee. */
export function debitTransfer(cause: Cause, gross: Yen, fee: SaleFee): Transfer | undefined {
  return transfer(`${cause.reference}:debit`, 'debit', [
    debit(CARD_LIABILITY, gross),
    ...saleCredits(cause.merchantId, gross, fee),
  ]);
}

/**
 * Held records: the cash of a load and the amount of a void are owed at once, and the cards that were
 * debited hold less, but nobody is credited before there is evidence.
 */
export function holdTransfer(
  { reference, merchantId }: Cause,
  held: { readonly loads: Yen; readonly debits: Yen; readonly voids: Yen },
): Transfer | undefined {
  return transfer(`${reference}:hold`, 'hold', [
    debit(loadReceivableOf(merchantId), held.loads),
    debit(voidReceivableOf(merchantId), held.voids),
    debit(CARD_LIABILITY, held.debits),
    credit(SUSPENSE, sumYen([held.loads, held.debits, held.voids])),
  ]);
}

/** A held load or void was done: the card holds the money. */
export function loadReleaseTransfer({ reference }: Cause, amount: Yen): Transfer | undefined {
  return transfer(reference, 'release', [debit(SUSPENSE, amount), credit(CARD_LIABILITY, amount)]);
}

/** A held debit was done: it is a sale like any other. */
export function debitReleaseTransfer(cause: Cause, gross: Yen, fee: SaleFee): Transfer | undefined {
  return transfer(cause.reference, 'release', [
    debit(SUSPENSE, gross),
    ...saleCredits(cause.merchantId, gross, fee),
  ]);
}

/** A held load or void was not done as reported: nothing is owed, and nothing is on a card. */
export function loadReversalTransfer(
  { reference, merchantId }: Cause,
  kind: 'load' | 'void',
  amount: Yen,
): Transfer | undefined {
  return transfer(reference, 'reversal', [
    debit(SUSPENSE, amount),
    credit(kind === 'load' ? loadReceivableOf(merchantId) : voidReceivableOf(merchantId), amount),
  ]);
}

/** A held debit was not done as reported: the card holds that much more than was thought. */
export function debitReversalTransfer({ reference }: Cause, amount: Yen): Transfer | undefined {
  return transfer(reference, 'reversal', [debit(SUSPENSE, amount), credit(CARD_LIABILITY, amount)]);
}

/**
 * Pays or collects what accounts stand at, through another account: after it they are at zero. A
 * merchant's payable and load receivable are cleared together, so that only the net is paid.
 */
export function clearingTransfer(
  reference: string,
  kind: 'merchant-payment' | 'commission-payment',
  { balances, through }: { readonly balances: Balances; readonly through: Account },
): Transfer | undefined {
  return transfer(reference, kind, [
    ...[...balances].map(([account, amount]) => ({ account, amount: negateYen(amount) })),
    { account: through, amount: totalOf(balances) },
  ]);
}

function saleCredits(
  merchantId: number,
  gross: Yen,
  { fee, commission }: SaleFee,
): ReturnType<typeof credit>[] {
  return [
    credit(merchantPayableOf(merchantId), subtractYen(gross, fee)),
    credit(FEE_INCOME, subtractYen(fee, commission)),
    credit(COMMISSION_PAYABLE, commission),
  ];
}
