import { join } from 'node:path';
import { type BusinessDate, type EpochMs, formatYen } from '#units';
import { writeBankFile } from './bank-file.ts';
import { readBytes, readText } from './config.ts';
import type { Backend } from './open-backend.ts';
import { type Outcome, refusedOutcome, registrationOutcome } from './outcome-text.ts';
import { creditTransferMessage } from './settlement/bank/credit-transfer-message.ts';
import type { BankMovement } from './settlement/bank/statement-entry.ts';
import { zenginTransfer } from './settlement/bank/zengin-transfer.ts';
import { merchantIdOf, type Payee } from './settlement/payee.ts';
import {
  type AccountOwner,
  registerBankAccount,
} from './settlement/payment/bank-account-register.ts';
import { type OrderResult, orderPayments } from './settlement/payment/order-payments.ts';
import { type JudgedPayment, readJudgedPayment } from './settlement/payment/payment-outcome.ts';
import {
  instructionOf,
  type OrderedPayments,
  readOrderedPayments,
} from './settlement/payment/payment-store.ts';
import { reconcilePayments, type WindowOutcome } from './settlement/payment/reconcile-payments.ts';
import { reorderPayments } from './settlement/payment/reorder-payments.ts';
import { readWindow } from './settlement/window.ts';

export interface AccountOptions {
  readonly owner: AccountOwner;
  /** JSON with the fields of a bank account. */
  readonly file: string;
}

export interface OrderOptions {
  readonly window: number;
  readonly payOn?: BusinessDate;
  /** Order again what came back. */
  readonly returned?: true;
  /** The folder of the files for the bank. */
  readonly out: string;
}

/** `kazasu backend payments account`. */
export async function bankAccount(
  { database }: Backend,
  { owner, file }: AccountOptions,
  now: EpochMs,
): Promise<Outcome> {
  const account = jsonIn(file);
  const registration = await registerBankAccount(database, { owner, account }, now);
  if (registration.result === 'refused') return refusedOutcome(registration);
  const { bankCode, branchCode, number, holder } = registration.account;
  const what = `${owner} has account ${bankCode}-${branchCode}-${number} of ${holder}`;
  return registrationOutcome({ result: registration.result }, what, { owner });
}

/** `kazasu backend payments order`. The order is on disk before the files are, and makes the same ones. */
export async function orderWindow(
  { settlement }: Backend,
  { window: windowNumber, payOn, returned, out }: OrderOptions,
): Promise<Outcome> {
  const options = payOn === undefined ? { windowNumber } : { windowNumber, payOn };
  const order = returned === true ? reorderPayments : orderPayments;
  return orderOutcome(await order(settlement, options), out);
}

function orderOutcome(ordered: OrderResult, out: string): Outcome {
  if (ordered.result === 'refused') return refusedOutcome(ordered);
  const { result } = ordered;
  const files = ordered.ordered.flatMap((one) => writeFiles(one, out));
  const word = result === 'ordered' ? 'are ordered' : 'were ordered before';
  return {
    json: {
      result,
      instructions: ordered.ordered.map(({ instructionId, payOn, orders }) => ({
        instructionId,
        payOn,
        orders: orders.map(({ account: _, ...order }) => order),
      })),
      files,
    },
    lines: [
      ...ordered.ordered.flatMap(({ instructionId, payOn, orders }) => [
        `The payments of ${instructionId} ${word}, for ${payOn}.`,
        ...orders.map((order) => `  ${orderLine(order)}`),
      ]),
      ...(files.length === 0 ? [] : ['The bank gets one file of each instruction, not both:']),
      ...files.map((path) => `  ${path}`),
    ],
  };
}

/** `kazasu backend payments reconcile`. */
export async function reconcileFile(
  { settlement }: Backend,
  { file }: { readonly file: string },
): Promise<Outcome> {
  const reconciled = await reconcilePayments(settlement, readBytes(file, "it is the bank's file"));
  if (reconciled.result === 'refused') return refusedOutcome(reconciled);
  const { result, windows, unexpected } = reconciled;
  const word = result === 'taken' ? 'is taken' : 'was taken before; nothing changed';
  return {
    json: { result, windows: windows.map(windowJson), unexpected },
    lines: [
      `${file} ${word}.`,
      ...windows.flatMap(windowLines),
      ...unexpected.map((movement) => `Nobody ordered: ${movementLine(movement)}`),
    ],
  };
}

/** `kazasu backend payments show`. */
export async function showPayments(
  { database }: Backend,
  { window: windowNumber }: { readonly window: number },
): Promise<Outcome> {
  const window = await readWindow(database, windowNumber);
  if (window === undefined) {
    const detail = `window ${windowNumber}`;
    return refusedOutcome({ reason: 'SETTLEMENT_WINDOW_UNKNOWN', detail });
  }
  const payments: JudgedPayment[] = [];
  for (const { orders } of await readOrderedPayments(database, windowNumber)) {
    for (const order of orders) payments.push(await readJudgedPayment(database, order));
  }
  const outcome = { windowNumber, state: window.state, payments };
  return { json: windowJson(outcome), lines: windowLines(outcome) };
}

/** The same order gives the same bytes, so a file that was lost is simply made again. */
function writeFiles(ordered: OrderedPayments, out: string): readonly string[] {
  const instruction = instructionOf(ordered);
  if (instruction.orders.length === 0) return [];
  const message = new TextEncoder().encode(creditTransferMessage(instruction));
  const files = [
    { path: join(out, `${instruction.instructionId}.xml`), content: message },
    {
      path: join(out, `${instruction.instructionId}.zengin.txt`),
      content: zenginTransfer(instruction),
    },
  ];
  for (const { path, content } of files) writeBankFile(path, content);
  return files.map(({ path }) => path);
}

function windowJson({ windowNumber, state, payments }: WindowOutcome): Outcome['json'] {
  return {
    windowNumber,
    state,
    payments: payments.map(({ account: _, ...payment }) => payment),
  };
}

function windowLines({ windowNumber, state, payments }: WindowOutcome): readonly string[] {
  return [
    `Window ${windowNumber} is ${state}.`,
    ...payments.map((payment) => {
      const { returnReason } = payment;
      const why = returnReason === undefined ? '' : ` (${returnReason})`;
      return `  ${orderLine(payment)}: ${payment.state}${why}`;
    }),
  ];
}

function orderLine({
  orderId,
  payee,
  direction,
  amount,
}: Pick<JudgedPayment, 'orderId' | 'payee' | 'direction' | 'amount'>): string {
  const way = direction === 'pay' ? 'to' : 'to be paid in by';
  return `${orderId}  ${formatYen(amount)} ${way} ${payeeName(payee)}`;
}

function payeeName(payee: Payee): string {
  const merchantId = merchantIdOf(payee);
  return merchantId === undefined ? 'the carrier' : `merchant ${merchantId}`;
}

function movementLine({ amount, direction, bankReference, endToEndId }: BankMovement): string {
  const way = direction === 'credit' ? 'came in' : 'went out';
  const names = [bankReference, endToEndId].filter((name) => name !== undefined).join(', ');
  return `${formatYen(amount)} ${way} (${names === '' ? 'without a reference' : names})`;
}

function jsonIn(path: string): unknown {
  const text = readText(path, 'it is the bank account as JSON');
  try {
    return JSON.parse(text);
  } catch {
    // What it lacks is told by whoever reads the fields.
    return undefined;
  }
}
