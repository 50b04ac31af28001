import type { SqlReader } from '../database/database.ts';
import { numberIn } from '../database/row.ts';

/** The settlement window that takes postings: always the last one, for closing one opens the next. */
export async function openWindowNumber(reader: SqlReader): Promise<number> {
  const [row] = await reader.all('SELECT max(number) AS number FROM settlement_window');
  return numberIn(row, 'number');
}
