import { DatabaseError } from './database-error.ts';
import { openConnection } from './open-connection.ts';

/** Rejects with `DatabaseError` `DATABASE_FOREIGN` where there is anything, and changes nothing. */
export async function requireUnused(place: string): Promise<void> {
  const connection = await openConnection(place, 'snapshot');
  try {
    const { isEmpty } = await connection.readMark();
    if (isEmpty) return;
  } finally {
    await connection.close();
  }
  const message = 'database: there are tables in this schema already; name another one';
  throw new DatabaseError('DATABASE_FOREIGN', message);
}

/** Takes away what has just been put into a schema that was unused. */
export async function dropPostgres(place: string): Promise<void> {
  const schema = new URL(place).searchParams.get('schema') ?? '';
  const connection = await openConnection(place, 'write');
  try {
    await connection.execute(`DROP SCHEMA "${schema}" CASCADE`);
  } finally {
    await connection.close();
  }
}
