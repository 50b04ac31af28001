import {
  type Account,
  COMMISSION_PAYABLE,
  collectionDueOf,
  merchantPayableOf,
  paymentInTransitOf,
} from '../ledger/chart-of-accounts.ts';

/** Whom a settled window pays, or collects from: the carrier, or a merchant as `merchant:1001`. */
export type Payee = 'carrier' | `merchant:${number}`;

/** The payee of that name, or `undefined`. */
export function parsePayee(text: string): Payee | undefined {
  if (text === 'carrier') return 'carrier';
  const [, id] = /^merchant:([1-9]\d{0,9})$/.exec(text) ?? [];
  return id === undefined ? undefined : `merchant:${Number(id)}`;
}

/** The merchant's number; `undefined` for the carrier. */
export function merchantIdOf(payee: Payee): number | undefined {
  return payee === 'carrier' ? undefined : Number(payee.slice('merchant:'.length));
}

/** The word that stands for a payee in ids of orders and names of accounts: `1001`, `CARRIER`. */
export function payeeWord(payee: Payee): string {
  return String(merchantIdOf(payee) ?? 'CARRIER');
}

/** Where it stands that the issuer owes this payee. */
export function payableOfPayee(payee: Payee): Account {
  const merchantId = merchantIdOf(payee);
  return merchantId === undefined ? COMMISSION_PAYABLE : merchantPayableOf(merchantId);
}

/** Where money stands that the bank was told to pay, or that a merchant is to pay in. */
export function transitOf(payee: Payee, direction: 'pay' | 'collect'): Account {
  const word = payeeWord(payee).toLowerCase();
  return direction === 'pay' ? paymentInTransitOf(word) : collectionDueOf(word);
}
