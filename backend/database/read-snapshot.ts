import { Connection } from './connection.ts';
import type { SqlReader } from './database.ts';
import { DatabaseError } from './database-error.ts';
import type { Schema } from './migration.ts';
import { numberIn } from './row.ts';

/**
 * Gives `work` the database as it stands at one moment, whatever others write meanwhile. The engine
 * refuses every write, and no schema is changed: a file of any other schema step is refused. Rejects
 * with `DatabaseError`: `DATABASE_FOREIGN`, `DATABASE_SCHEMA_UNKNOWN`.
 */
export async function readSnapshot<Result>(
  path: string,
  schema: Schema,
  work: (reader: SqlReader) => Promise<Result>,
): Promise<Result> {
  const connection = await Connection.openReadOnly(path);
  try {
    await connection.run('BEGIN');
    await requireSchema(connection, schema);
    return await work(connection);
  } finally {
    await connection.close();
  }
}

async function requireSchema(connection: Connection, schema: Schema): Promise<void> {
  const [party] = await connection.all('PRAGMA application_id');
  if (numberIn(party, 'application_id') !== schema.applicationId) {
    throw new DatabaseError('DATABASE_FOREIGN', 'database: this is the file of somebody else');
  }
  const [row] = await connection.all('PRAGMA user_version');
  const found = numberIn(row, 'user_version');
  if (found === schema.migrations.length) return;
  const message = `database: expected schema ${schema.migrations.length}, got ${found}`;
  throw new DatabaseError('DATABASE_SCHEMA_UNKNOWN', message);
}
