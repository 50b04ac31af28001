import type { EpochMs } from '#units';
import type { SqlReader, Transaction } from '../../database/database.ts';
import { BANK_SUSPENSE, FLOAT } from '../../ledger/chart-of-accounts.ts';
import { openWindowNumber } from '../../ledger/open-window.ts';
import { postTransfers } from '../../ledger/posting.ts';
import { credit, debit, transfer } from '../../ledger/transfer.ts';
import type { PayerAccount } from '../bank/bank-account.ts';
import { type BankStatement, readBankStatement } from '../bank/bank-statement.ts';
import { isToldBefore, readMovementsOf } from '../bank/movement-row.ts';
import { type BankMovement, changeOf } from '../bank/statement-entry.ts';
import { isFinal, matchStatement } from '../bank/statement-match.ts';
import { deliverAdvices } from '../commission-advice.ts';
import type { ProposalDependencies } from '../propose-window.ts';
import { readWindow, type WindowState } from '../window.ts';
import { readPayerAccounts } from './bank-account-register.ts';
import { keepBankFile, newStatementsOf } from './bank-file-store.ts';
import { type JudgedPayment, readJudgedPayment, writeOutcome } from './payment-outcome.ts';
import { orderIn, type WindowOrder } from './payment-store.ts';

/** What became of the payments of one window. */
export interface WindowOutcome {
  readonly windowNumber: number;
  readonly state: WindowState | undefined;
  readonly payments: readonly JudgedPayment[];
}

/** In the order in which they are looked for. */
export type ReconcileRefusal =
  | 'SETTLEMENT_BANK_FILE_INVALID'
  | 'SETTLEMENT_BANK_FILE_FOREIGN'
  | 'SETTLEMENT_BANK_FILE_DIFFERS';

export type ReconcileResult =
  | {
      /** `repeated`: every statement in it was taken before, and nothing changes. */
      readonly result: 'taken' | 'repeated';
      /** The windows that the file speaks of. */
      readonly windows: readonly WindowOutcome[];
      /** Movements of the file that nobody ordered. What was booked of them is in suspense. */
      readonly unexpected: readonly BankMovement[];
    }
  | {
      readonly result: 'refused';
      readonly reason: ReconcileRefusal;
      readonly detail: string;
    };

/** All orders of the windows that a file speaks of, by the ids of its instructions and orders. */
export const NAMED_ORDERS_STATEMENT = `
SELECT * FROM payment_order WHERE window_number IN (
  SELECT window_number FROM payment_instruction
  WHERE instruction_id IN (SELECT value FROM json_each(?1))
  UNION SELECT window_number FROM payment_order
  WHERE order_id IN (SELECT value FROM json_each(?2)))
ORDER BY window_number, attempt, order_id`;

/**
 * Takes a file of the bank: keeps its bytes, says from all files together what became of each payment
 * that it speaks of, and moves the books to it. What belongs to no order goes to suspense. Everything
 * happens in one database transaction, and the same statement again changes nothing.
 */
export async function reconcilePayments(
  { database, carrier, now }: Pick<ProposalDependencies, 'database' | 'carrier' | 'now'>,
  bytes: Uint8Array,
): Promise<ReconcileResult> {
  const reading = await readBankStatement([bytes]);
  if (reading.result === 'refused') return reading;
  const { statements } = reading;
  const taken = await database.transaction(async (transaction): Promise<ReconcileResult> => {
    const foreign = foreignAmong(statements, await readPayerAccounts(transaction));
    if (foreign !== undefined) {
      const detail = `statement ${foreign.statementId} is of another account than the issuer's`;
      return { result: 'refused', reason: 'SETTLEMENT_BANK_FILE_FOREIGN', detail };
    }
    const unknown = await newStatementsOf(transaction, statements);
    if (unknown === undefined) {
      const detail = 'the bank has told other movements under the id of a statement in it';
      return { result: 'refused', reason: 'SETTLEMENT_BANK_FILE_DIFFERS', detail };
    }
    return take(transaction, { bytes, statements, unknown, now: now() });
  });
  if (taken.result === 'taken') await deliverAdvices(database, carrier, now());
  return taken;
}

interface Taking {
  readonly bytes: Uint8Array;
  readonly statements: readonly BankStatement[];
  /** Those of the statements that are new. */
  readonly unknown: readonly BankStatement[];
  readonly now: EpochMs;
}

async function take(
  transaction: Transaction,
  { bytes, statements, unknown, now }: Taking,
): Promise<ReconcileResult> {
  const movements = statements.flatMap((statement) => statement.movements);
  const orders = await readNamedOrders(transaction, movements);
  const { unexpected } = matchStatement(orders, movements);
  if (unknown.length > 0) {
    const fresh = matchStatement(
      orders,
      unknown.flatMap((statement) => statement.movements),
    );
    await suspend(transaction, fresh.unexpected.filter(isFinal), now);
    await keepBankFile(transaction, { bytes, statements: unknown }, now);
    await judge(transaction, orders, now);
  }
  const windows = await readWindowOutcomes(transaction, orders);
  return { result: unknown.length > 0 ? 'taken' : 'repeated', windows, unexpected };
}

async function judge(
  transaction: Transaction,
  orders: readonly WindowOrder[],
  now: EpochMs,
): Promise<void> {
  const told = await readMovementsOf(transaction, {
    orderIds: orders.map(({ orderId }) => orderId),
    instructionIds: [...new Set(orders.map(({ instructionId }) => instructionId))],
  });
  const { outcomes } = matchStatement(orders, told);
  for (const [index, outcome] of outcomes.entries()) {
    const order = orders[index];
    if (order !== undefined) await writeOutcome(transaction, order, outcome, now);
  }
}

/** The account moved, so the float does; whose money it is nobody knows. */
async function suspend(
  transaction: Transaction,
  movements: readonly BankMovement[],
  now: EpochMs,
): Promise<void> {
  const windowNumber = await openWindowNumber(transaction);
  for (const movement of movements) {
    if (await isToldBefore(transaction, movement)) continue;
    const [row] = await transaction.all(
      "SELECT count(*) + 1 AS next FROM transfer WHERE kind = 'bank-unexpected'",
    );
    const { amount } = movement;
    const isIn = changeOf(movement) > 0;
    const legs = isIn
      ? [debit(FLOAT, amount), credit(BANK_SUSPENSE, amount)]
      : [debit(BANK_SUSPENSE, amount), credit(FLOAT, amount)];
    const reference = `bank-unexpected:${String(row?.['next'])}`;
    const time = { windowNumber, postedAt: now };
    await postTransfers(transaction, [transfer(reference, 'bank-unexpected', legs)], time);
  }
}

async function readNamedOrders(
  reader: SqlReader,
  movements: readonly BankMovement[],
): Promise<readonly WindowOrder[]> {
  const named = (idOf: (movement: BankMovement) => string | undefined): string =>
    JSON.stringify([...new Set(movements.map(idOf))].filter((id) => id !== undefined));
  const rows = await reader.all(NAMED_ORDERS_STATEMENT, [
    named(({ instructionId }) => instructionId),
    named(({ endToEndId }) => endToEndId),
  ]);
  return rows.map(orderIn);
}

async function readWindowOutcomes(
  reader: SqlReader,
  orders: readonly WindowOrder[],
): Promise<readonly WindowOutcome[]> {
  const windows: WindowOutcome[] = [];
  for (const windowNumber of new Set(orders.map((order) => order.windowNumber))) {
    const payments: JudgedPayment[] = [];
    for (const order of orders.filter((one) => one.windowNumber === windowNumber)) {
      payments.push(await readJudgedPayment(reader, order));
    }
    const window = await readWindow(reader, windowNumber);
    windows.push({ windowNumber, state: window?.state, payments });
  }
  return windows;
}

/** What is booked on an account that the issuer does not pay from is no money of its float. */
function foreignAmong(
  statements: readonly BankStatement[],
  accounts: readonly PayerAccount[],
): BankStatement | undefined {
  return statements.find(
    ({ kind, accountNumber }) =>
      kind === 'statement' && !accounts.some(({ number }) => accountNumber?.endsWith(number)),
  );
}
