import { createHash } from 'node:crypto';
import { sameBytes } from '#felica/identifiers';
import type { EpochMs } from '#units';
import type { SqlReader, Transaction } from '../../database/database.ts';
import { bytesIn, numberIn } from '../../database/row.ts';
import type { BankStatement } from '../bank/bank-statement.ts';
import { writeMovements } from '../bank/movement-row.ts';

export interface BankFile {
  readonly bytes: Uint8Array;
  readonly statements: readonly BankStatement[];
}

/** `undefined`: the bank has told other movements under the same id before. */
export type NewStatements = readonly BankStatement[] | undefined;

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

/** Keeps the bytes of a file, and of its statements those that are new. */
export async function keepBankFile(
  transaction: Transaction,
  { bytes, statements }: BankFile,
  receivedAt: EpochMs,
): Promise<void> {
  const sha256 = digest(bytes);
  const known = await transaction.all('SELECT id FROM bank_file WHERE sha256 = ?', [sha256]);
  if (known.length > 0) return;
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
