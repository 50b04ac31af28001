import { type EpochMs, negateYen } from '#units';
import type { SqlReader, Transaction } from '../../database/database.ts';
import { BANK_SUSPENSE, FLOAT } from '../../ledger/chart-of-accounts.ts';
import { openWindowNumber } from '../../ledger/open-window.ts';
import { postTransfers } from '../../ledger/posting.ts';
import { transfer } from '../../ledger/transfer.ts';
import type { PayerAccount } from '../bank/bank-account.ts';
import { type BankStatement, readBankStatement } from '../bank/bank-statement.ts';
import {
  isToldBefore,
  type MovementNames,
  readFreeMovements,
  type StoredMovement,
  writeSuspended,
} from '../bank/movement-row.ts';
import { type BankMovement, changeOf } from '../bank/statement-entry.ts';
import { isFinal, matchStatement } from '../bank/statement-match.ts';
import type { PaymentRejection } from '../bank/status-report.ts';
import { deliverAdvices } from '../commission-advice.ts';
import type { ProposalDependencies } from '../propose-window.ts';
import { readWindow, type WindowState } from '../window.ts';
import { readPayerAccounts } from './bank-account-register.ts';
import { isFileKnown, keepBankFile, newStatementsOf, readRejectionsOf } from './bank-file-store.ts';
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
  WHERE instruction_id IN (SELECT atom FROM json_each(?1))
  UNION SELECT window_number FROM payment_order
  WHERE order_id IN (SELECT atom FROM json_each(?2)))
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
  const { statements, rejections } = reading;
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
    return take(transaction, { bytes, statements, unknown, rejections, now: now() });
  });
  if (taken.result === 'taken') await deliverAdvices(database, carrier, now());
  return taken;
}

interface Taking {
  readonly bytes: Uint8Array;
  readonly statements: readonly BankStatement[];
  /** Those of the statements that are new. */
  readonly unknown: readonly BankStatement[];
  readonly rejections: readonly PaymentRejection[];
  readonly now: EpochMs;
}

async function take(
  transaction: Transaction,
  { bytes, statements, unknown, rejections, now }: Taking,
): Promise<ReconcileResult> {
  const movements = statements.flatMap((statement) => statement.movements);
  const orders = await readNamedOrders(transaction, [...movements, ...rejections.map(namesOf)]);
  const names = namesOfOrders(orders);
  const known = await readRejectionsOf(transaction, names);
  const { unexpected } = matchStatement(orders, movements, [...known, ...rejections]);
  const isNew =
    unknown.length > 0 || (statements.length === 0 && !(await isFileKnown(transaction, bytes)));
  if (isNew) {
    const file = { bytes, statements: unknown, rejections };
    const fileId = await keepBankFile(transaction, file, now);
    await judge(transaction, orders, { fileId, now });
  }
  const windows = await readWindowOutcomes(transaction, orders);
  return { result: isNew ? 'taken' : 'repeated', windows, unexpected };
}

/** Each booked movement moves the float once: by the position of its order, or into suspense for good. */
async function judge(
  transaction: Transaction,
  orders: readonly WindowOrder[],
  { fileId, now }: { readonly fileId: number; readonly now: EpochMs },
): Promise<void> {
  const names = namesOfOrders(orders);
  const told = await readFreeMovements(transaction, names, fileId);
  const rejections = await readRejectionsOf(transaction, names);
  const { outcomes, unexpected } = matchStatement(orders, told, rejections);
  for (const [index, outcome] of outcomes.entries()) {
    const order = orders[index];
    if (order !== undefined) await writeOutcome(transaction, order, outcome, now);
  }
  const strangers = new Set(unexpected.filter(isFinal));
  for (const movement of told.filter((one) => strangers.has(one))) {
    if (!(await isToldBefore(transaction, movement))) await suspend(transaction, movement, now);
  }
}

/** The account moved, so the float does; whose money it is nobody knows. */
async function suspend(
  transaction: Transaction,
  movement: StoredMovement,
  now: EpochMs,
): Promise<void> {
  const change = changeOf(movement);
  const unexpected = transfer(`bank-movement:${movement.id}`, 'bank-unexpected', [
    { account: FLOAT, amount: change },
    { account: BANK_SUSPENSE, amount: negateYen(change) },
  ]);
  const windowNumber = await openWindowNumber(transaction);
  await postTransfers(transaction, [unexpected], { windowNumber, postedAt: now });
  await writeSuspended(transaction, movement);
}

function namesOfOrders(orders: readonly WindowOrder[]): MovementNames {
  return {
    orderIds: orders.map(({ orderId }) => orderId),
    instructionIds: [...new Set(orders.map(({ instructionId }) => instructionId))],
  };
}

/** What a movement or a rejection says that it belongs to. */
type Names = Pick<BankMovement, 'endToEndId' | 'instructionId'>;

function namesOf({ orderId, instructionId }: PaymentRejection): Names {
  return { endToEndId: orderId, instructionId };
}

async function readNamedOrders(
  reader: SqlReader,
  told: readonly Names[],
): Promise<readonly WindowOrder[]> {
  const named = (idOf: (names: Names) => string | undefined): string =>
    JSON.stringify([...new Set(told.map(idOf))].filter((id) => id !== undefined));
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
