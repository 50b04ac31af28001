import { describe, expect, it } from 'vitest';
import { migrate, type Schema } from '../../../backend/database/migration.ts';
import { SqliteConnection } from '../../../backend/database/sqlite-connection.ts';
import { temporaryFile } from './temporary-file.ts';

const FIRST = { name: 'first', sql: 'CREATE TABLE a (n); INSERT INTO a VALUES (1)' };
const SECOND = { name: 'second', sql: 'ALTER TABLE a ADD COLUMN m DEFAULT 5' };
const schema = (...migrations: Schema['migrations']): Schema => ({ applicationId: 7, migrations });

describe('migrate', () => {
  it('does each step once, also on a file that stopped in between', async () => {
    const path = temporaryFile();
    for (const steps of [schema(FIRST), schema(FIRST), schema(FIRST, SECOND)]) {
      const connection = await SqliteConnection.open(path, '');
      await migrate(connection, steps);
      await connection.close();
    }
    const connection = await SqliteConnection.open(path, '');
    expect(await connection.all('SELECT * FROM a')).toEqual([{ n: 1, m: 5 }]);
    expect(await connection.all('PRAGMA user_version')).toEqual([{ user_version: 2 }]);
    await connection.close();
  });

  it('leaves nothing of a step that failed', async () => {
    const connection = await SqliteConnection.open(':memory:', '');
    const broken = { name: 'broken', sql: 'CREATE TABLE b (n); NONSENSE' };
    await expect(migrate(connection, schema(FIRST, broken))).rejects.toThrow('NONSENSE');
    expect(await connection.all('SELECT name FROM sqlite_schema')).toEqual([]);
    expect(await connection.all('PRAGMA user_version')).toEqual([{ user_version: 0 }]);
    await connection.close();
  });

  it('tells what went wrong, also where the engine has rolled back by itself', async () => {
    const connection = await SqliteConnection.open(':memory:', '');
    const broken = { name: 'broken', sql: 'ROLLBACK; NONSENSE' };
    await expect(migrate(connection, schema(broken))).rejects.toThrow('NONSENSE');
    await connection.close();
  });

  it('refuses a file that a newer program has changed', async () => {
    const connection = await SqliteConnection.open(':memory:', '');
    await migrate(connection, schema(FIRST, SECOND));
    await expect(migrate(connection, schema(FIRST))).rejects.toMatchObject({
      code: 'DATABASE_SCHEMA_UNKNOWN',
    });
    await connection.close();
  });

  it.each([
    ['of the other party', 'PRAGMA application_id = 8'],
    ['of another program', 'CREATE TABLE notes (text)'],
  ])('refuses a file %s', async (_whose, settings) => {
    const connection = await SqliteConnection.open(':memory:', settings);
    await expect(migrate(connection, schema(FIRST))).rejects.toMatchObject({
      code: 'DATABASE_FOREIGN',
    });
    await connection.close();
  });
});
