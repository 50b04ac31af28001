import type { SqlReader } from './database.ts';
import { requireSchema, type Schema } from './migration.ts';
import { openConnection } from './open-connection.ts';

/**
 * Gives `work` the database as it stands at one moment, whatever others write meanwhile. The engine
 * refuses every write, and no schema is changed: a database of any other schema step is refused. Rejects
 * with `DatabaseError`: `DATABASE_FOREIGN`, `DATABASE_SCHEMA_UNKNOWN`.
 */
export async function readSnapshot<Result>(
  place: string,
  schema: Schema,
  work: (reader: SqlReader) => Promise<Result>,
): Promise<Result> {
  const connection = await openConnection(place, 'snapshot');
  try {
    await connection.beginReading();
    await requireSchema(connection, schema);
    return await work(connection);
  } finally {
    await connection.close();
  }
}
