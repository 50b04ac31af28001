import type { Connection } from './connection.ts';
import { DatabaseError } from './database-error.ts';
import { numberIn } from './row.ts';

/** One step of a schema. A step that was ever released is never changed: a new one follows it. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
}

export interface Schema {
  /** Tells the files of the two parties apart (the `application_id` of the file). */
  readonly applicationId: number;
  /** Step 1 is the first. */
  readonly migrations: readonly Migration[];
}

/**
 * Brings the file to the last step of the schema, each step in one database transaction with its
 * number. Rejects with `DatabaseError`: `DATABASE_FOREIGN`, `DATABASE_SCHEMA_UNKNOWN`.
 */
export async function migrate(connection: Connection, schema: Schema): Promise<void> {
  await connection.run('BEGIN IMMEDIATE');
  try {
    await claim(connection, schema.applicationId);
    const done = await versionOf(connection);
    if (done > schema.migrations.length) {
      throw new DatabaseError(
        'DATABASE_SCHEMA_UNKNOWN',
        `database: expected schema ${schema.migrations.length} or older, got ${done}`,
      );
    }
    for (const [index, { sql }] of schema.migrations.entries()) {
      if (index < done) continue;
      await connection.execute(`${sql}; PRAGMA user_version = ${index + 1}`);
    }
    await connection.run('COMMIT');
  } catch (error) {
    // The engine has already rolled back by itself after a full disk: what went wrong is told.
    await connection.run('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

async function claim(connection: Connection, applicationId: number): Promise<void> {
  const [row] = await connection.all('PRAGMA application_id');
  const found = numberIn(row, 'application_id');
  const [table] = await connection.all('SELECT count(*) AS count FROM sqlite_schema');
  if (found === applicationId) return;
  if (found !== 0 || numberIn(table, 'count') > 0) {
    throw new DatabaseError('DATABASE_FOREIGN', 'database: this is the file of somebody else');
  }
  await connection.execute(`PRAGMA application_id = ${applicationId}`);
}

async function versionOf(connection: Connection): Promise<number> {
  const [row] = await connection.all('PRAGMA user_version');
  return numberIn(row, 'user_version');
}
