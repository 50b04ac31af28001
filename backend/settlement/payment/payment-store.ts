import assert from 'node:assert/strict';
import { businessDate, epochMs, type Yen, yen } from '#units';
import type { SqlRow } from '../../database/connection.ts';
import type { SqlReader, Transaction } from '../../database/database.ts';
import { numberIn, textIn } from '../../database/row.ts';
import {
  BANK_ACCOUNT,
  type BankAccount,
  PAYER_ACCOUNT,
  type PayerAccount,
} from '../bank/bank-account.ts';
import type { PaymentInstruction } from '../bank/payment-order.ts';
import { type Payee, parsePayee } from '../payee.ts';

/** Money that the bank is told to pay, or that a merchant has to pay in under this id. */
export interface WindowOrder {
  readonly orderId: string;
  readonly instructionId: string;
  readonly windowNumber: number;
  /** From 1; the next one orders again what came back. */
  readonly attempt: number;
  readonly payee: Payee;
  readonly direction: 'pay' | 'collect';
  readonly amount: Yen;
  /** Where it goes, as it was registered when it was ordered; `undefined` for a collection. */
  readonly account: BankAccount | undefined;
}

/** What was told to the bank at once: all orders of one file, and what is collected beside it. */
export interface OrderedPayments extends Pick<PaymentInstruction, 'instructionId' | 'payOn'> {
  readonly windowNumber: number;
  readonly attempt: number;
  readonly createdAt: PaymentInstruction['createdAt'];
  readonly payer: PayerAccount;
  readonly orders: readonly WindowOrder[];
}

export const ORDERS_OF_WINDOW_STATEMENT =
  'SELECT * FROM payment_order WHERE window_number = ? ORDER BY attempt, order_id';

/** What the bank is told; a collection is not its business. */
export function instructionOf({
  instructionId,
  createdAt,
  payOn,
  payer,
  orders,
}: OrderedPayments): PaymentInstruction {
  const paying = orders.flatMap(({ orderId, account, amount }) =>
    account === undefined ? [] : [{ orderId, payee: account, amount }],
  );
  return { instructionId, createdAt, payOn, payer, orders: paying };
}

export async function writeOrderedPayments(
  transaction: Transaction,
  { windowNumber, attempt, instructionId, createdAt, payOn, payer, orders }: OrderedPayments,
): Promise<void> {
  await transaction.run('INSERT INTO payment_instruction VALUES (?, ?, ?, ?, ?, ?)', [
    instructionId,
    windowNumber,
    attempt,
    payOn,
    JSON.stringify(payer),
    createdAt,
  ]);
  for (const order of orders) {
    await transaction.run('INSERT INTO payment_order VALUES (?, ?, ?, ?, ?, ?, ?, ?)', [
      order.orderId,
      instructionId,
      windowNumber,
      attempt,
      order.payee,
      order.direction,
      order.account === undefined ? null : JSON.stringify(order.account),
      order.amount,
    ]);
  }
}

/** What was ordered for a window, the first attempt first. */
export async function readOrderedPayments(
  reader: SqlReader,
  windowNumber: number,
): Promise<readonly OrderedPayments[]> {
  const instructions = await reader.all(
    'SELECT * FROM payment_instruction WHERE window_number = ? ORDER BY attempt',
    [windowNumber],
  );
  const orders = (await reader.all(ORDERS_OF_WINDOW_STATEMENT, [windowNumber])).map(orderIn);
  return instructions.map((row) => {
    const attempt = numberIn(row, 'attempt');
    return {
      windowNumber,
      attempt,
      instructionId: textIn(row, 'instruction_id'),
      createdAt: epochMs(numberIn(row, 'created_at_ms')),
      payOn: businessDate(textIn(row, 'pay_on')),
      payer: PAYER_ACCOUNT.parse(JSON.parse(textIn(row, 'payer'))),
      orders: orders.filter((order) => order.attempt === attempt),
    };
  });
}

export function orderIn(row: SqlRow): WindowOrder {
  const payee = parsePayee(textIn(row, 'party'));
  assert(payee !== undefined, 'payment_order: a payee as it was written');
  const account = row['account'] === null ? undefined : JSON.parse(textIn(row, 'account'));
  return {
    orderId: textIn(row, 'order_id'),
    instructionId: textIn(row, 'instruction_id'),
    windowNumber: numberIn(row, 'window_number'),
    attempt: numberIn(row, 'attempt'),
    payee,
    direction: textIn(row, 'direction') === 'collect' ? 'collect' : 'pay',
    amount: yen(numberIn(row, 'amount_yen')),
    account: account === undefined ? undefined : BANK_ACCOUNT.parse(account),
  };
}
