import { businessDate, yen } from '#units';
import type { SqlRow } from '../../database/connection.ts';
import type { SqlReader, Transaction } from '../../database/database.ts';
import { numberIn, textIn } from '../../database/row.ts';
import type { BankMovement } from './statement-entry.ts';

const INSERT_STATEMENT = `
INSERT INTO bank_movement (file_id, kind, bank_reference, end_to_end_id, instruction_id, amount_yen,
  direction, is_return, return_reason, is_booked, booked_on)
SELECT ?1, value ->> 'kind', value ->> 'bankReference', value ->> 'endToEndId',
  value ->> 'instructionId', CAST(value ->> 'amount' AS INTEGER), value ->> 'direction',
  CAST(value ->> 'isReturn' AS INTEGER), value ->> 'returnReason',
  CAST(value ->> 'isBooked' AS INTEGER), value ->> 'bookedOn'
FROM json_each(?2)`;

/** Neither in suspense itself, nor told again of one that is. */
const IS_FREE = `
NOT EXISTS (SELECT 1 FROM suspended_movement WHERE movement_id = told.id)
AND NOT EXISTS (SELECT 1 FROM bank_movement AS other
  JOIN suspended_movement ON movement_id = other.id
  WHERE other.bank_reference = told.bank_reference AND other.direction = told.direction
  AND other.amount_yen = told.amount_yen AND other.end_to_end_id IS NOT DISTINCT FROM told.end_to_end_id)`;

export const FREE_MOVEMENTS_STATEMENT: string = `
SELECT * FROM bank_movement AS told WHERE id IN (
  SELECT id FROM bank_movement WHERE end_to_end_id IN (SELECT atom FROM json_each(?1))
  UNION SELECT id FROM bank_movement WHERE instruction_id IN (SELECT atom FROM json_each(?2))
  UNION SELECT id FROM bank_movement WHERE file_id = ?3) AND ${IS_FREE}
ORDER BY id`;

export const TOLD_BEFORE_STATEMENT = `
SELECT id FROM bank_movement WHERE bank_reference = ?1 AND direction = ?2 AND amount_yen = ?3
  AND end_to_end_id IS NOT DISTINCT FROM ?4 AND kind = 'statement' AND is_booked = 1 AND id < ?5 LIMIT 1`;

export interface StoredMovement extends BankMovement {
  readonly id: number;
}

export interface MovementNames {
  readonly orderIds: readonly string[];
  readonly instructionIds: readonly string[];
}

/** Keeps the movements of one bank file, in their order. */
export async function writeMovements(
  transaction: Transaction,
  fileId: number,
  movements: readonly BankMovement[],
): Promise<void> {
  const rows = movements.map((movement) => ({
    ...movement,
    isReturn: Number(movement.isReturn),
    isBooked: Number(movement.isBooked),
  }));
  await transaction.run(INSERT_STATEMENT, [fileId, JSON.stringify(rows)]);
}

/** Whether an earlier file has this booked movement, by the bank's own reference. */
export async function isToldBefore(
  reader: SqlReader,
  { id, bankReference, direction, amount, endToEndId }: StoredMovement,
): Promise<boolean> {
  if (bankReference === undefined) return false;
  const values = [bankReference, direction, amount, endToEndId ?? null, id];
  return (await reader.all(TOLD_BEFORE_STATEMENT, values)).length > 0;
}

/** The movements of all files that name one of these, and all of that file, but those in suspense. */
export async function readFreeMovements(
  reader: SqlReader,
  { orderIds, instructionIds }: MovementNames,
  fileId: number,
): Promise<readonly StoredMovement[]> {
  const rows = await reader.all(FREE_MOVEMENTS_STATEMENT, [
    JSON.stringify(orderIds),
    JSON.stringify(instructionIds),
    fileId,
  ]);
  return rows.map(movementIn);
}

/** From now on no order has this movement. */
export async function writeSuspended(
  transaction: Transaction,
  { id }: StoredMovement,
): Promise<void> {
  await transaction.run('INSERT INTO suspended_movement VALUES (?)', [id]);
}

function movementIn(row: SqlRow): StoredMovement {
  const bookedOn = optionalIn(row, 'booked_on');
  return {
    id: numberIn(row, 'id'),
    kind: textIn(row, 'kind') === 'statement' ? 'statement' : 'notification',
    bankReference: optionalIn(row, 'bank_reference'),
    endToEndId: optionalIn(row, 'end_to_end_id'),
    instructionId: optionalIn(row, 'instruction_id'),
    amount: yen(numberIn(row, 'amount_yen')),
    direction: textIn(row, 'direction') === 'debit' ? 'debit' : 'credit',
    isReturn: numberIn(row, 'is_return') === 1,
    returnReason: optionalIn(row, 'return_reason'),
    isBooked: numberIn(row, 'is_booked') === 1,
    bookedOn: bookedOn === undefined ? undefined : businessDate(bookedOn),
  };
}

function optionalIn(row: SqlRow, column: string): string | undefined {
  return row[column] === null ? undefined : textIn(row, column);
}
