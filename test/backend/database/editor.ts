import type { Transaction } from '../../../backend/database/database.ts';

/** Opens a table to changes, as somebody with the database and an editor could. */
export async function openToChanges(transaction: Transaction, table: string): Promise<void> {
  for (const verb of ['update', 'delete']) {
    await transaction.run(`DROP TRIGGER IF EXISTS ${table}_no_${verb}`);
  }
}
