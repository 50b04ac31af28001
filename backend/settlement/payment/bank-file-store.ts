import { createHash } from 'node:crypto';
import { sameBytes } from '#felica/identifiers';
import type { EpochMs } from '#units';
import type { SqlRow } from '../../database/connection.ts';
import type { SqlReader, Transaction } from '../../database/database.ts';
import { bytesIn, numberIn, textIn } from '../../database/row.ts';
import type { BankStatement } from '../bank/bank-statement.ts';
import { writeMovements } from '../bank/movement-row.ts';
import type { PaymentRejection } from '../bank/status-report.ts';

export interface BankFile {
  readonly bytes: Uint8Array;
  readonly statements: readonly BankStatement[];
  readonly rejections: readonly PaymentRejection[];
}

/** `undefined`: the bank has told other movements under the same id before. */
export type NewStatements = readonly BankStatement[] | undefined;

export const FILE_STATEMENT = 'SELECT id FROM bank_file WHERE sha256 = ?';

export const REJECTIONS_STATEMENT = `
SELECT * FROM payment_rejection WHERE id IN (
  SELECT id FROM payment_rejection WHERE order_id IN (SELECT atom FROM json_each(?1))
  UNION SELECT id FROM payment_rejection
  WHERE instruction_id IN (SELECT atom FROM json_each(?2)))
ORDER BY id`;

export const STATEMENT_STATEMENT = `SELECT content_hash FROM bank_statement
WHERE kind = ? AND account_number = ? AND statement_id = ?`;

/** The statements of a file that are new. The bank may send one again in another file. */
export async function newStatementsOf(
  reader: SqlReader,
  statements: readonly BankStatement[],
): Promise<NewStatements> {
  const unknown: BankStatement[] = [];
  for (const statement of statements) {
    const [row] = await reader.all(STATEMENT_STATEMENT, [...keyOf(statement)]);
    if (row === undefined) unknown.push(statement);
    else if (!sameBytes(bytesIn(row, 'content_hash'), hashOf(statement))) return undefined;
  }
  const keys = new Set(unknown.map((statement) => keyOf(statement).join('\n')));
  return keys.size === unknown.length ? unknown : undefined;
}

/** Whether these very bytes were kept. */
export async function isFileKnown(reader: SqlReader, bytes: Uint8Array): Promise<boolean> {
  return (await reader.all(FILE_STATEMENT, [digest(bytes)])).length > 0;
}

/**
 * Keeps the bytes of a new file, with its statements that are new, and what it says is rejected. Resolves
 * with the number of the file.
 */
export async function keepBankFile(
  transaction: Transaction,
  { bytes, statements, rejections }: BankFile,
  receivedAt: EpochMs,
): Promise<number> {
  const sha256 = digest(bytes);
  const [row] = await transaction.all('SELECT coalesce(max(id), 0) + 1 AS next FROM bank_file');
  const fileId = numberIn(row, 'next');
  await transaction.run('INSERT INTO bank_file VALUES (?, ?, ?, ?)', [
    fileId,
    sha256,
    bytes,
    receivedAt,
  ]);
  for (const statement of statements) {
    await transaction.run('INSERT INTO bank_statement VALUES (?, ?, ?, ?, ?)', [
      ...keyOf(statement),
      fileId,
      hashOf(statement),
    ]);
    await writeMovements(transaction, fileId, statement.movements);
  }
  for (const { instructionId, orderId, reason } of rejections) {
    await transaction.run(
      `INSERT INTO payment_rejection (file_id, instruction_id, order_id, reason)
       VALUES (?, ?, ?, ?)`,
      [fileId, instructionId ?? null, orderId ?? null, reason ?? null],
    );
  }
  return fileId;
}

/** The rejections of all files that name one of these orders or instructions. */
export async function readRejectionsOf(
  reader: SqlReader,
  {
    orderIds,
    instructionIds,
  }: { readonly orderIds: readonly string[]; readonly instructionIds: readonly string[] },
): Promise<readonly PaymentRejection[]> {
  const rows = await reader.all(REJECTIONS_STATEMENT, [
    JSON.stringify(orderIds),
    JSON.stringify(instructionIds),
  ]);
  const optionalIn = (row: SqlRow, column: string): string | undefined =>
    row[column] === null ? undefined : textIn(row, column);
  return rows.map((row) => ({
    instructionId: optionalIn(row, 'instruction_id'),
    orderId: optionalIn(row, 'order_id'),
    reason: optionalIn(row, 'reason'),
  }));
}

function keyOf({ kind, accountNumber = '', statementId }: BankStatement): readonly string[] {
  return [kind, accountNumber, statementId];
}

function hashOf({ movements }: BankStatement): Uint8Array {
  return digest(new TextEncoder().encode(JSON.stringify(movements)));
}

function digest(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(createHash('sha256').update(bytes).digest());
}
