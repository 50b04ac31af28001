import { expect, it } from 'vitest';
import { Database } from '../../../backend/database/database.ts';
import { SqliteConnection } from '../../../backend/database/sqlite-connection.ts';
import { requireUnused } from '../../../backend/database/unused-database.ts';
import { temporaryFile } from './temporary-file.ts';

it('refuses a database where anything is', async () => {
  const path = temporaryFile();
  await (await SqliteConnection.open(path, 'VACUUM')).close();
  await expect(requireUnused(path)).resolves.toBeUndefined();
  await (
    await Database.open(path, {
      applicationId: 7,
      migrations: [{ name: 'a', sql: 'CREATE TABLE a (n)' }],
    })
  ).close();
  await expect(requireUnused(path)).rejects.toMatchObject({ code: 'DATABASE_FOREIGN' });
});
