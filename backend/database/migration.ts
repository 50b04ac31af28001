import type { Connection } from './connection.ts';
import { DatabaseError } from './database-error.ts';

/** One step of a schema. A step that was ever released is never changed: a new one follows it. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
}

export interface Schema {
  /** Tells the databases of the two parties apart. */
  readonly applicationId: number;
  /** Step 1 is the first. */
  readonly migrations: readonly Migration[];
}

/**
 * Brings the database to the last step of the schema, each step in one database transaction with its
 * number. Rejects with `DatabaseError`: `DATABASE_FOREIGN`, `DATABASE_SCHEMA_UNKNOWN`.
 */
export async function migrate(connection: Connection, schema: Schema): Promise<void> {
  await connection.beginWriting();
  try {
    const done = await claim(connection, schema);
    for (const [index, { sql }] of schema.migrations.entries()) {
      if (index < done) continue;
      await connection.execute(sql);
      await connection.writeMark(schema.applicationId, index + 1);
    }
    await connection.commit();
  } catch (error) {
    await connection.rollBack();
    throw error;
  }
}

/**
 * Refuses a database that has not exactly this schema, and changes nothing. Rejects with
 * `DatabaseError`: `DATABASE_FOREIGN`, `DATABASE_SCHEMA_UNKNOWN`.
 */
export async function requireSchema(connection: Connection, schema: Schema): Promise<void> {
  const mark = await connection.readMark();
  if (mark.applicationId !== schema.applicationId) throw foreign();
  const { length } = schema.migrations;
  if (mark.step !== length) throw schemaUnknown(`${length}`, mark.step);
}

/** Resolves with the number of steps that are done. */
async function claim(connection: Connection, schema: Schema): Promise<number> {
  const { applicationId, step, isEmpty } = await connection.readMark();
  const isOurs = applicationId === schema.applicationId;
  if (!isOurs && !(applicationId === 0 && isEmpty)) throw foreign();
  const { length } = schema.migrations;
  if (step > length) throw schemaUnknown(`${length} or older`, step);
  return step;
}

function foreign(): DatabaseError {
  return new DatabaseError('DATABASE_FOREIGN', 'database: this is the one of somebody else');
}

function schemaUnknown(expected: string, found: number): DatabaseError {
  const message = `database: expected schema ${expected}, got ${found}`;
  return new DatabaseError('DATABASE_SCHEMA_UNKNOWN', message);
}
