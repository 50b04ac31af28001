import { describe, expect, it } from 'vitest';
import { SqliteConnection } from '../../../backend/database/sqlite-connection.ts';
import { temporaryFile } from './temporary-file.ts';

describe('Connection', () => {
  const path = temporaryFile();

  it('gives back numbers, texts, bytes and nothing as they were', async () => {
    const connection = await SqliteConnection.open(path, 'CREATE TABLE a (n, t, b, z)');
    const values = [2 ** 53 - 1, 'größer', Uint8Array.of(0, 255), null];
    expect(await connection.run('INSERT INTO a VALUES (?, ?, ?, ?)', values)).toBe(1);
    const [row] = await connection.all('SELECT * FROM a');
    expect(row).toMatchObject({ n: 2 ** 53 - 1, t: 'größer', z: null });
    expect(new Uint8Array(row?.['b'] as Uint8Array)).toEqual(Uint8Array.of(0, 255));
    await connection.close();
  });

  // An IDm must be BLOB or TEXT: the engine's integers come back as doubles (storage.md 1.7).
  it('loses the end of an integer above 2^53, so no identifier is stored as one', async () => {
    const connection = await SqliteConnection.open(':memory:', '');
    const [row] = await connection.all('SELECT 9007199254740993 AS n');
    expect(row).toEqual({ n: 9007199254740992 });
    await connection.close();
  });

  it('counts the rows that a statement changed', async () => {
    const connection = await SqliteConnection.open(':memory:', 'CREATE TABLE a (n)');
    await connection.run('INSERT INTO a VALUES (1), (2), (3)');
    expect(await connection.run('DELETE FROM a WHERE n > ?', [1])).toBe(2);
    await connection.close();
  });

  // A cursor that stays open would block the commit (storage.md 1.7).
  it('leaves no cursor open that would keep a transaction from ending', async () => {
    const connection = await SqliteConnection.open(path, 'CREATE TABLE b (n)');
    await connection.run('BEGIN IMMEDIATE');
    await connection.run('INSERT INTO b VALUES (1), (2)');
    await connection.all('SELECT * FROM b LIMIT 1');
    await connection.run('COMMIT');
    const [row] = await connection.all('PRAGMA wal_checkpoint(TRUNCATE)');
    expect(row).toMatchObject({ busy: 0 });
    await connection.close();
  });

  it.each([
    ['a statement that cannot be read', 'SELEC 1', 'DATABASE_FAILED'],
    ['a constraint', 'INSERT INTO c VALUES (1)', 'DATABASE_CONFLICT'],
  ])('rejects with a code: %s', async (_what, sql, code) => {
    const settings = 'CREATE TABLE c (n UNIQUE); INSERT INTO c VALUES (1)';
    const connection = await SqliteConnection.open(':memory:', settings);
    await expect(connection.run(sql)).rejects.toMatchObject({ code });
    await connection.close();
  });

  it('rejects a path that cannot be opened with DATABASE_UNAVAILABLE', async () => {
    const opened = SqliteConnection.open('/no/such/folder/a.db', '');
    await expect(opened).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
  });

  it('rejects settings that it cannot apply, and closes the file', async () => {
    await expect(SqliteConnection.open(':memory:', 'NONSENSE')).rejects.toMatchObject({
      code: 'DATABASE_FAILED',
    });
  });
});
