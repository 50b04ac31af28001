import { expect, it } from 'vitest';
import { openConnection } from '../../../backend/database/open-connection.ts';
import { SqliteConnection } from '../../../backend/database/sqlite-connection.ts';
import { temporaryFile } from './temporary-file.ts';

const NOWHERE = 'postgresql:///kazasu?host=/no/such/folder&schema=kazasu';

it('opens the path of a file with SQLite, and writes there only if it is asked to', async () => {
  const path = temporaryFile();
  const connection = await openConnection(path, 'write');
  expect(connection).toBeInstanceOf(SqliteConnection);
  await connection.execute('CREATE TABLE a (n)');
  for (const access of ['read', 'snapshot'] as const) {
    const reader = await openConnection(path, access);
    await expect(reader.run('INSERT INTO a VALUES (1)')).rejects.toMatchObject({
      code: 'DATABASE_FAILED',
    });
    await reader.close();
  }
  await connection.close();
});

it('opens a PostgreSQL address with PostgreSQL', async () => {
  await expect(openConnection(NOWHERE, 'write')).rejects.toMatchObject({
    code: 'DATABASE_UNAVAILABLE',
    message: expect.stringContaining('/no/such/folder'),
  });
});
