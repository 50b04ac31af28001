declare const account: unique symbol;

/** The name of an account, as it stands in the books. */
export type Account = string & { readonly [account]: 'Account' };

/** On which side an account grows: assets by debits (positive legs), the others by credits. */
export type AccountSide = 'debit' | 'credit';

/** Money in the bank that stands against the value on cards. */
export const FLOAT: Account = named('float');
/** What the issuer owes to the cards together; the shadow balances are its sub-ledger. */
export const CARD_LIABILITY: Account = named('card-liability');
/** Held records: the money is somewhere, and evidence will say whose it is. */
export const SUSPENSE: Account = named('suspense');
/** Value that was given back to a card and is not on it yet. */
export const PENDING_LOAD_PAYABLE: Account = named('pending-load-payable');
/** Value of closed cards that is owed to their owners in money. */
export const CUSTOMER_PAYABLE: Account = named('customer-payable');
/** What the bank moved and nobody can say of which payment: a person must look. */
export const BANK_SUSPENSE: Account = named('bank-suspense');
export const FEE_INCOME: Account = named('fee-income');
/** What the issuer owes to the carrier. */
export const COMMISSION_PAYABLE: Account = named('commission-payable');

/** In the carrier's books: what the issuer owes to it, what it has earned, and what was paid. */
export const COMMISSION_RECEIVABLE: Account = named('commission-receivable');
export const COMMISSION_INCOME: Account = named('commission-income');
export const CARRIER_BANK: Account = named('carrier-bank');
/** In the carrier's books: what it owes to the issuer for top-ups that subscribers pay by bill. */
export const TOP_UP_PAYABLE: Account = named('top-up-payable');

const LOAD_RECEIVABLE = 'load-receivable';
const VOID_RECEIVABLE = 'void-receivable';
const MERCHANT_PAYABLE = 'merchant-payable';
const PAYMENT_IN_TRANSIT = 'payment-in-transit';
const COLLECTION_DUE = 'collection-due';
const BILL_RECEIVABLE = 'bill-receivable';

/** The cash that a merchant took for loads, and owes to the issuer. */
export function loadReceivableOf(merchantId: number): Account {
  return named(`${LOAD_RECEIVABLE}:${merchantId}`);
}

/** The sales that a merchant gave back to cards after it was credited for them. */
export function voidReceivableOf(merchantId: number): Account {
  return named(`${VOID_RECEIVABLE}:${merchantId}`);
}

/** What the issuer owes to a merchant for sales, after the fee. */
export function merchantPayableOf(merchantId: number): Account {
  return named(`${MERCHANT_PAYABLE}:${merchantId}`);
}

/** What the bank was told to pay to a merchant, or to `carrier`, and has not told to have paid. */
export function paymentInTransitOf(payee: string): Account {
  return named(`${PAYMENT_IN_TRANSIT}:${payee}`);
}

/** What a merchant has to pay in for a window that was settled. */
export function collectionDueOf(payer: string): Account {
  return named(`${COLLECTION_DUE}:${payer}`);
}

/** What a subscriber owes to the carrier by phone bill. */
export function billReceivableOf(subscriberId: number): Account {
  return named(`${BILL_RECEIVABLE}:${subscriberId}`);
}

/** The account without the party it is kept for: `merchant-payable:1001` is `merchant-payable`. */
export function accountKindOf(of: Account): string {
  return of.split(':')[0] ?? of;
}

const DEBIT_KINDS: ReadonlySet<string> = new Set([
  FLOAT,
  LOAD_RECEIVABLE,
  VOID_RECEIVABLE,
  COLLECTION_DUE,
  COMMISSION_RECEIVABLE,
  CARRIER_BANK,
  BILL_RECEIVABLE,
]);

export function sideOf(of: Account): AccountSide {
  return DEBIT_KINDS.has(accountKindOf(of)) ? 'debit' : 'credit';
}

/** The name as it was read from the books. */
export function named(name: string): Account {
  return name as Account;
}
