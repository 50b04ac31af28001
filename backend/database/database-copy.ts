import { existsSync } from 'node:fs';
import { DatabaseError } from './database-error.ts';
import { SqliteConnection } from './sqlite-connection.ts';

/**
 * Copies a database as it stands at one moment into a new file, while others go on writing. Rejects with
 * `DatabaseError`; `DATABASE_UNAVAILABLE` where there is none. Whoever needs it durable syncs the file.
 */
export async function copyDatabase(from: string, to: string): Promise<void> {
  const connection = await openExisting(from);
  try {
    await connection.run('VACUUM INTO ?', [to]);
  } finally {
    await connection.close();
  }
}

/** Reads every page, index and reference of a database. Rejects with `DATABASE_DAMAGED` for a fault. */
export async function checkDatabase(path: string): Promise<void> {
  const connection = await openExisting(path);
  try {
    const [found] = await connection.all('PRAGMA integrity_check(1)');
    const [broken] = await connection.all('PRAGMA foreign_key_check');
    if (found?.['integrity_check'] === 'ok' && broken === undefined) return;
    throw new DatabaseError('DATABASE_DAMAGED', `${path}: is not what was written`);
  } finally {
    await connection.close();
  }
}

/** The engine would make an empty one. */
function openExisting(path: string): Promise<SqliteConnection> {
  if (existsSync(path)) return SqliteConnection.open(path, '');
  const message = `${path}: there is no such database`;
  return Promise.reject(new DatabaseError('DATABASE_UNAVAILABLE', message));
}
