import { expect, it } from 'vitest';
import { Database } from '../../../backend/database/database.ts';
import { readSnapshot } from '../../../backend/database/read-snapshot.ts';
import { temporaryFile } from './temporary-file.ts';

const SCHEMA = {
  applicationId: 7,
  migrations: [{ name: 'one', sql: 'CREATE TABLE thing (name TEXT)' }],
};

it('sees one moment, while others write', async () => {
  const path = temporaryFile();
  const database = await Database.open(path, SCHEMA);
  const insert = (): Promise<number> =>
    database.transaction((transaction) => transaction.run("INSERT INTO thing VALUES ('a')"));
  await insert();
  const counts = await readSnapshot(path, SCHEMA, async (reader) => {
    const before = await reader.all('SELECT count(*) AS count FROM thing');
    await insert();
    return [before, await reader.all('SELECT count(*) AS count FROM thing')];
  });
  await database.close();
  expect(counts).toEqual([[{ count: 1 }], [{ count: 1 }]]);
});

it('lets nobody write', async () => {
  const path = temporaryFile();
  await (await Database.open(path, SCHEMA)).close();
  const write = readSnapshot(path, SCHEMA, (reader) =>
    reader.all("INSERT INTO thing VALUES ('a')"),
  );
  await expect(write).rejects.toThrow(/readonly/);
});

it('refuses a file that is not there, of somebody else, or of another schema step', async () => {
  const path = temporaryFile();
  const read = (schema: typeof SCHEMA): Promise<unknown> =>
    readSnapshot(path, schema, () => Promise.resolve());
  await expect(read(SCHEMA)).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
  await (await Database.open(path, SCHEMA)).close();
  const foreign = read({ ...SCHEMA, applicationId: 8 });
  await expect(foreign).rejects.toMatchObject({ code: 'DATABASE_FOREIGN' });
  const older = read({ ...SCHEMA, migrations: [] });
  await expect(older).rejects.toMatchObject({ code: 'DATABASE_SCHEMA_UNKNOWN' });
});
