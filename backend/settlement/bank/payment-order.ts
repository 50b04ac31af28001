import { type BusinessDate, type EpochMs, sumYen, type Yen } from '#units';
import type { BankAccount, PayerAccount } from './bank-account.ts';

/** One payment. What the bank tells of it later is found again by `orderId`. */
export interface PaymentOrder {
  /** 1 to 20 capitals, digits and hyphens: what every format and every bank carries. */
  readonly orderId: string;
  readonly payee: BankAccount;
  readonly amount: Yen;
}

/** All payments of one file: a bank takes them together, for one day. */
export interface PaymentInstruction {
  /** As an order id; never used again. */
  readonly instructionId: string;
  readonly createdAt: EpochMs;
  /** A bank business day. */
  readonly payOn: BusinessDate;
  readonly payer: PayerAccount;
  readonly orders: readonly PaymentOrder[];
}

/** In the order in which they are looked for. */
export type InstructionFault =
  | 'no-orders'
  | 'too-many-orders'
  | 'bad-id'
  | 'repeated-id'
  | 'bad-amount';

const ID = /^[0-9A-Z-]{1,20}$/;
/** What the fields of the Zengin format hold. */
const ORDERS_MAX = 999_999;
const AMOUNT_MAX = 9_999_999_999;
const TOTAL_MAX = 999_999_999_999;

/** The first reason for which a bank would not take the instruction. */
export function instructionFault(instruction: PaymentInstruction): InstructionFault | undefined {
  const { instructionId, orders } = instruction;
  const ids = [instructionId, ...orders.map(({ orderId }) => orderId)];
  if (orders.length === 0) return 'no-orders';
  if (orders.length > ORDERS_MAX) return 'too-many-orders';
  if (!ids.every((id) => ID.test(id))) return 'bad-id';
  if (new Set(ids).size < ids.length) return 'repeated-id';
  const isPayable = orders.every(({ amount }) => amount > 0 && amount <= AMOUNT_MAX);
  return isPayable && totalOf(instruction) <= TOTAL_MAX ? undefined : 'bad-amount';
}

export function totalOf({ orders }: PaymentInstruction): Yen {
  return sumYen(orders.map(({ amount }) => amount));
}
