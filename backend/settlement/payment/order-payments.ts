import {
  type BusinessDate,
  businessDateOf,
  type EpochMs,
  negateYen,
  type SignedYen,
  type Yen,
  yen,
} from '#units';
import type { Transaction } from '../../database/database.ts';
import { type InstructionFault, instructionFault } from '../bank/payment-order.ts';
import {
  bankBusinessDaysAfter,
  businessDayOf,
  cutOff,
  dayAfter,
  isBankBusinessDay,
} from '../business-calendar.ts';
import { clearWindow, type Due, readDue } from '../clear-window.ts';
import { type Payee, payeeWord, transitOf } from '../payee.ts';
import { isSignedByBoth } from '../proposal-store.ts';
import type { ProposalDependencies } from '../propose-window.ts';
import { readWindow, type SettlementWindow } from '../window.ts';
import { type AccountOwner, readBankAccount, readPayerAccount } from './bank-account-register.ts';
import {
  instructionOf,
  type OrderedPayments,
  readOrderedPayments,
  type WindowOrder,
  writeOrderedPayments,
} from './payment-store.ts';

/** In the order in which they are looked for. */
export type OrderRefusal =
  | 'SETTLEMENT_WINDOW_UNKNOWN'
  | 'SETTLEMENT_WINDOW_OPEN'
  | 'SETTLEMENT_PAY_DAY_DIFFERS'
  | 'SETTLEMENT_WINDOW_SETTLED'
  | 'SETTLEMENT_NOT_SIGNED'
  | 'SETTLEMENT_PAY_DAY_INVALID'
  | 'SETTLEMENT_NOTHING_TO_PAY'
  | 'SETTLEMENT_ACCOUNT_MISSING'
  | 'SETTLEMENT_PAYMENT_UNFIT';

export type OrderResult =
  /** `repeated`: it was ordered before, and is the same, whatever accounts are registered now. */
  | {
      readonly result: 'ordered' | 'repeated';
      /** The first attempt, and each that ordered again what came back. */
      readonly ordered: readonly OrderedPayments[];
    }
  | { readonly result: 'refused'; readonly reason: OrderRefusal; readonly detail: string };

export type OrderDependencies = Pick<ProposalDependencies, 'database' | 'issuerId' | 'now'>;

export interface OrderOptions {
  readonly windowNumber: number;
  /** The first bank business day after the one that still takes the order, if absent. */
  readonly payOn?: BusinessDate;
}

/** What comes in later is for the next bank business day. */
const ORDER_CUT_OFF = cutOff('15:00');
/** A bank file names month and day without a year. */
const DAYS_AHEAD_MAX = 60;

/** What is ordered at once, before anybody knows an account for it. */
export interface OrderDraft {
  readonly windowNumber: number;
  readonly attempt: number;
  readonly createdAt: EpochMs;
  readonly payOn: BusinessDate;
  readonly items: readonly Pick<WindowOrder, 'payee' | 'direction' | 'amount'>[];
}

/**
 * Orders the payments of a window that both parties have signed: what each merchant and the carrier get.
 * What a merchant owes is not the bank's business; it pays it in under the id that it has here. In one
 * database transaction the order is written and the money is moved from what is owed to what is in
 * transit, so it is done once, and asked again it is the same to the byte.
 */
export function orderPayments(
  { database, issuerId, now }: OrderDependencies,
  { windowNumber, payOn }: OrderOptions,
): Promise<OrderResult> {
  return database.transaction(async (transaction): Promise<OrderResult> => {
    const window = await readWindow(transaction, windowNumber);
    const detail = `window ${windowNumber}`;
    if (window === undefined) return refused('SETTLEMENT_WINDOW_UNKNOWN', detail);
    if (window.state === 'open') return refused('SETTLEMENT_WINDOW_OPEN', detail);
    const known = await readOrderedPayments(transaction, windowNumber);
    const [first] = known;
    if (first !== undefined && payOn !== undefined && first.payOn !== payOn) {
      return refused('SETTLEMENT_PAY_DAY_DIFFERS', `${detail} is for ${first.payOn}`);
    }
    if (first !== undefined) return { result: 'repeated', ordered: known };
    if (window.settledAt !== undefined) return refused('SETTLEMENT_WINDOW_SETTLED', detail);
    if (!(await isSignedByBoth(transaction, issuerId, window))) {
      return refused('SETTLEMENT_NOT_SIGNED', detail);
    }
    return orderFirst(transaction, window, { now: now(), payOn });
  });
}

async function orderFirst(
  transaction: Transaction,
  { number: windowNumber }: SettlementWindow,
  { now, payOn }: { readonly now: EpochMs; readonly payOn: BusinessDate | undefined },
): Promise<OrderResult> {
  const day = payOn ?? firstPayDay(now);
  if (!isPayDay(day, now)) return refused('SETTLEMENT_PAY_DAY_INVALID', day);
  const due = await readDue(transaction, windowNumber);
  const items = itemsOf(due);
  const draft = { windowNumber, attempt: 1, createdAt: now, payOn: day, items };
  const completed = await completeDraft(transaction, draft);
  if (completed.result === 'refused') return completed;
  await clearWindow(transaction, windowNumber, {
    due,
    clearedAt: now,
    through: (payee, amount) => transitOf(payee, amount < 0 ? 'collect' : 'pay'),
  });
  await writeOrderedPayments(transaction, completed.ordered);
  // Read back, so that the first answer and every later one are the same to the byte.
  const ordered = await readOrderedPayments(transaction, windowNumber);
  return { result: 'ordered', ordered };
}

/** Finds the accounts and asks whether a bank would take it. Nothing is written. */
export async function completeDraft(
  transaction: Transaction,
  { windowNumber, attempt, createdAt, payOn, items }: OrderDraft,
): Promise<
  | { readonly result: 'completed'; readonly ordered: OrderedPayments }
  | Extract<OrderResult, { readonly result: 'refused' }>
> {
  if (items.length === 0) return refused('SETTLEMENT_NOTHING_TO_PAY', `window ${windowNumber}`);
  const instructionId = attempt === 1 ? `KZ-${windowNumber}` : `KZ-${windowNumber}R${attempt}`;
  const payer = await readPayerAccount(transaction);
  const missing: AccountOwner[] = payer === undefined ? ['issuer'] : [];
  const orders: WindowOrder[] = [];
  for (const item of items) {
    const { payee, direction } = item;
    const account = direction === 'pay' ? await readBankAccount(transaction, payee) : undefined;
    if (direction === 'pay' && account === undefined) missing.push(payee);
    const orderId = `${instructionId}-${payeeWord(payee)}`;
    orders.push({ orderId, instructionId, windowNumber, attempt, ...item, account });
  }
  if (payer === undefined || missing.length > 0) {
    return refused('SETTLEMENT_ACCOUNT_MISSING', `no bank account of ${missing.join(', ')}`);
  }
  const ordered = { instructionId, createdAt, payOn, payer, windowNumber, attempt, orders };
  const fault = faultOf(ordered);
  if (fault !== undefined) return refused('SETTLEMENT_PAYMENT_UNFIT', fault);
  return { result: 'completed', ordered };
}

/** Without a payment there is no file that a bank could refuse. */
function faultOf(ordered: OrderedPayments): InstructionFault | undefined {
  const fault = instructionFault(instructionOf(ordered));
  return fault === 'no-orders' ? undefined : fault;
}

function itemsOf({ payments, commission }: Due): OrderDraft['items'] {
  const carrier: readonly (readonly [Payee, SignedYen | Yen])[] = [['carrier', commission]];
  const parties = payments.map(
    ({ merchantId, amount }) => [`merchant:${merchantId}` as const, amount] as const,
  );
  return [...parties, ...carrier]
    .filter(([, amount]) => amount !== 0)
    .map(([payee, amount]) =>
      amount > 0
        ? { payee, direction: 'pay', amount: yen(amount) }
        : { payee, direction: 'collect', amount: yen(negateYen(amount)) },
    );
}

export function firstPayDay(now: EpochMs): BusinessDate {
  return bankBusinessDaysAfter(businessDayOf(now, ORDER_CUT_OFF), 1);
}

export function isPayDay(day: BusinessDate, now: EpochMs): boolean {
  const today = businessDateOf(now);
  return day >= today && day <= dayAfter(today, DAYS_AHEAD_MAX) && isBankBusinessDay(day);
}

function refused(
  reason: OrderRefusal,
  detail: string,
): Extract<OrderResult, { readonly result: 'refused' }> {
  return { result: 'refused', reason, detail };
}
