import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { appendOnly } from '../../../backend/database/append-only.ts';
import { Database } from '../../../backend/database/database.ts';
import { migrate } from '../../../backend/database/migration.ts';
import { PostgresConnection } from '../../../backend/database/postgres-connection.ts';
import { readSnapshot } from '../../../backend/database/read-snapshot.ts';
import { temporaryFile } from './temporary-file.ts';

const SCHEMA = {
  applicationId: 7,
  migrations: [{ name: 'a', sql: `CREATE TABLE a (n INTEGER UNIQUE) STRICT; ${appendOnly('a')}` }],
};
const INSERT = 'INSERT INTO a VALUES (?)';

/** A place of its own in the server; another connection to it may do what an operator may. */
describe('Database over PostgreSQL', () => {
  let place: string;
  let database: Database;
  beforeEach(async () => {
    place = temporaryFile();
    database = await Database.open(place, SCHEMA);
  });
  afterEach(() => database.close());
  const insert = (n: number): Promise<number> =>
    database.transaction((transaction) => transaction.run(INSERT, [n]));
  const numbers = async (): Promise<unknown[]> =>
    (await database.all('SELECT n FROM a ORDER BY n')).map(({ n }) => n);

  it('keeps what a transaction wrote, and nothing of one that failed', async () => {
    await insert(1);
    const second = database.transaction(async (transaction) => {
      await transaction.run(INSERT, [2]);
      throw new Error('changed its mind');
    });
    await expect(second).rejects.toThrow('changed its mind');
    expect(await numbers()).toEqual([1]);
  });

  it('waits for another process that writes, also where it first asks', async () => {
    const other = await Database.open(place, SCHEMA);
    await Promise.all(
      [database, other].flatMap((each) =>
        Array.from({ length: 20 }, () =>
          each.transaction(async (transaction) => {
            const [row] = await transaction.all('SELECT coalesce(max(n), 0) AS n FROM a');
            await transaction.run(INSERT, [Number(row?.['n']) + 1]);
          }),
        ),
      ),
    );
    expect(await numbers()).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
    await other.close();
  });

  it('goes on after a conflict, and refuses to change what is append-only', async () => {
    await insert(1);
    for (const sql of [INSERT, 'UPDATE a SET n = ?', 'DELETE FROM a WHERE n = ?']) {
      const write = database.transaction((transaction) => transaction.run(sql, [1]));
      await expect(write).rejects.toMatchObject({ code: 'DATABASE_CONFLICT' });
    }
    await insert(2);
    expect(await numbers()).toEqual([1, 2]);
  });

  it('does not call a transaction committed in which a statement had failed', async () => {
    const silent = database.transaction(async (transaction) => {
      await transaction.run(INSERT, [1]);
      await transaction.run(INSERT, [1]).catch(() => undefined);
    });
    await expect(silent).rejects.toMatchObject({ code: 'DATABASE_FAILED' });
    expect(await numbers()).toEqual([]);
  });

  it('does not let a reader or a snapshot write', async () => {
    await expect(database.all(INSERT, [1])).rejects.toMatchObject({ code: 'DATABASE_FAILED' });
    const write = readSnapshot(place, SCHEMA, (reader) => reader.all(INSERT, [1]));
    await expect(write).rejects.toMatchObject({ code: 'DATABASE_FAILED' });
    expect(await numbers()).toEqual([]);
  });

  it('shows a snapshot what stood at its first question', async () => {
    await insert(1);
    const counts = await readSnapshot(place, SCHEMA, async (reader) => {
      const count = async (): Promise<unknown> =>
        (await reader.all('SELECT count(*) AS n FROM a'))[0]?.['n'];
      const before = await count();
      await insert(2);
      return [before, await count()];
    });
    expect(counts).toEqual([1, 1]);
  });

  it('refuses the schema of another party, and a newer one', async () => {
    await expect(Database.open(place, { ...SCHEMA, applicationId: 8 })).rejects.toMatchObject({
      code: 'DATABASE_FOREIGN',
    });
    await expect(Database.open(place, { ...SCHEMA, migrations: [] })).rejects.toMatchObject({
      code: 'DATABASE_SCHEMA_UNKNOWN',
    });
  });

  it('loses a transaction with its server, and goes on when that is there again', async () => {
    await insert(1);
    const lost = database.transaction(async (transaction) => {
      await transaction.run(INSERT, [2]);
      await endOtherConnections();
      await transaction.run(INSERT, [3]);
    });
    await expect(lost).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    await insert(4);
    expect(await numbers()).toEqual([1, 4]);
  });

  it('asks again over a new connection when it was lost in between', async () => {
    await insert(1);
    await endOtherConnections();
    expect(await numbers()).toEqual([1]);
    await insert(2);
    expect(await numbers()).toEqual([1, 2]);
  });

  /** As a server that restarts does. */
  async function endOtherConnections(): Promise<void> {
    const operator = await PostgresConnection.open(
      `${inject('postgresAddress')}&schema=x`,
      'write',
    );
    const [own] = await database.all('SELECT current_schema() AS name');
    // Other tests are connected to the same server.
    await operator.all(
      `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE pid <> pg_backend_pid() AND application_name = ?`,
      [`kazasu ${own?.['name']}`],
    );
    await operator.close();
  }
});

describe('a PostgreSQL address', () => {
  it.each(['', '&schema=Upper', "&schema=a'b"])(
    'without a schema of ours is refused: %s',
    async (end) => {
      const opening = PostgresConnection.open(`${inject('postgresAddress')}${end}`, 'write');
      await expect(opening).rejects.toMatchObject({
        code: 'DATABASE_UNAVAILABLE',
        message: expect.stringContaining('schema=NAME'),
      });
    },
  );

  it('where nobody listens says so', async () => {
    const address = 'postgresql://kazasu@localhost/postgres?host=/no/such/folder&schema=a';
    await expect(PostgresConnection.open(address, 'write')).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
      message: expect.stringContaining('/no/such/folder'),
    });
  });

  it('with tables of somebody else is left as it is', async () => {
    const address = `${inject('postgresAddress')}&schema=notes`;
    const somebody = await PostgresConnection.open(address, 'write');
    await somebody.execute('DROP TABLE schema_mark; CREATE TABLE notes (text TEXT)');
    await expect(migrate(somebody, SCHEMA)).rejects.toMatchObject({ code: 'DATABASE_FOREIGN' });
    await somebody.close();
    const again = await PostgresConnection.open(address, 'write');
    await expect(migrate(again, SCHEMA)).rejects.toMatchObject({ code: 'DATABASE_FOREIGN' });
    expect(await again.all('SELECT * FROM notes')).toEqual([]);
    await again.close();
  });
});
