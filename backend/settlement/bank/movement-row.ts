import { businessDate, yen } from '#units';
import type { SqlRow } from '../../database/connection.ts';
import type { SqlReader, Transaction } from '../../database/database.ts';
import { numberIn, textIn } from '../../database/row.ts';
import type { BankMovement } from './statement-entry.ts';

const INSERT_STATEMENT = `
INSERT INTO bank_movement (file_id, kind, bank_reference, end_to_end_id, instruction_id, amount_yen,
  direction, is_return, return_reason, is_booked, booked_on)
SELECT ?1, value ->> 'kind', value ->> 'bankReference', value ->> 'endToEndId',
  value ->> 'instructionId', value ->> 'amount', value ->> 'direction', value ->> 'isReturn',
  value ->> 'returnReason', value ->> 'isBooked', value ->> 'bookedOn'
FROM json_each(?2)`;

export const OF_ORDERS_STATEMENT = `
SELECT * FROM bank_movement WHERE id IN (
  SELECT id FROM bank_movement WHERE end_to_end_id IN (SELECT value FROM json_each(?1))
  UNION SELECT id FROM bank_movement WHERE instruction_id IN (SELECT value FROM json_each(?2)))
ORDER BY id`;

/** Keeps the movements of one bank file, in their order. */
export async function writeMovements(
  transaction: Transaction,
  fileId: number,
  movements: readonly BankMovement[],
): Promise<void> {
  await transaction.run(INSERT_STATEMENT, [fileId, JSON.stringify(movements)]);
}

export const TOLD_BEFORE_STATEMENT = `
SELECT id FROM bank_movement WHERE bank_reference = ?1 AND direction = ?2 AND amount_yen = ?3
  AND end_to_end_id IS ?4 AND kind = 'statement' AND is_booked = 1 LIMIT 1`;

/** Whether a file that was kept has this booked movement, by the bank's own reference. */
export async function isToldBefore(
  reader: SqlReader,
  { bankReference, direction, amount, endToEndId }: BankMovement,
): Promise<boolean> {
  if (bankReference === undefined) return false;
  const values = [bankReference, direction, amount, endToEndId ?? null];
  return (await reader.all(TOLD_BEFORE_STATEMENT, values)).length > 0;
}

/** The movements of all files that name one of these orders or instructions. */
export async function readMovementsOf(
  reader: SqlReader,
  {
    orderIds,
    instructionIds,
  }: { readonly orderIds: readonly string[]; readonly instructionIds: readonly string[] },
): Promise<readonly BankMovement[]> {
  const rows = await reader.all(OF_ORDERS_STATEMENT, [
    JSON.stringify(orderIds),
    JSON.stringify(instructionIds),
  ]);
  return rows.map(movementIn);
}

function movementIn(row: SqlRow): BankMovement {
  const bookedOn = optionalIn(row, 'booked_on');
  return {
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
