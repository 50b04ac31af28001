import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Database } from '../../../backend/database/database.ts';
import { checkDatabase, copyDatabase } from '../../../backend/database/database-copy.ts';
import { temporaryFile } from './temporary-file.ts';

const SCHEMA = {
  applicationId: 7,
  migrations: [{ name: 'a', sql: 'CREATE TABLE a (n INTEGER UNIQUE, t TEXT) STRICT' }],
};

describe('copyDatabase', () => {
  it('copies what was committed, and nothing of a transaction that goes on', async () => {
    const from = temporaryFile();
    const to = temporaryFile();
    const database = await Database.open(from, SCHEMA);
    const insert = 'INSERT INTO a VALUES (?, ?)';
    await database.transaction((transaction) => transaction.run(insert, [1, 'x']));
    await database.transaction(async (transaction) => {
      await transaction.run(insert, [2, 'y']);
      await copyDatabase(from, to);
    });
    await database.close();
    await checkDatabase(to);
    const copy = await Database.open(to, SCHEMA);
    expect(await copy.all('SELECT n FROM a')).toEqual([{ n: 1 }]);
    await copy.close();
  });

  it('makes no database where there is none', async () => {
    const none = temporaryFile();
    await expect(copyDatabase(none, temporaryFile())).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
    });
  });
});

describe('checkDatabase', () => {
  it('finds a page that was damaged', async () => {
    const path = temporaryFile();
    const database = await Database.open(path, SCHEMA);
    await database.transaction(async (transaction) => {
      for (let n = 0; n < 2_000; n += 1) {
        await transaction.run('INSERT INTO a VALUES (?, ?)', [n, 'x'.repeat(40)]);
      }
    });
    await database.close();
    await checkDatabase(path);
    const bytes = readFileSync(path);
    bytes.fill(0x5a, bytes.length - 6_000, bytes.length - 2_000);
    writeFileSync(path, bytes);
    await expect(checkDatabase(path)).rejects.toMatchObject({ code: 'DATABASE_DAMAGED' });
  });
});
