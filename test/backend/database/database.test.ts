import { describe, expect, it } from 'vitest';
import { Database, type Transaction } from '../../../backend/database/database.ts';
import { temporaryFile } from './temporary-file.ts';

const SCHEMA = {
  applicationId: 7,
  migrations: [{ name: 'a', sql: 'CREATE TABLE a (n INTEGER UNIQUE) STRICT' }],
};
const INSERT = 'INSERT INTO a VALUES (?)';

async function numbers(database: Database): Promise<unknown[]> {
  return (await database.all('SELECT n FROM a ORDER BY n')).map(({ n }) => n);
}

describe('Database', () => {
  it('keeps what a transaction wrote, and nothing of one that failed', async () => {
    const database = await Database.open(temporaryFile(), SCHEMA);
    const first = await database.transaction(async (transaction) => {
      await transaction.run(INSERT, [1]);
      return 'done';
    });
    const second = database.transaction(async (transaction) => {
      await transaction.run(INSERT, [2]);
      throw new Error('changed its mind');
    });
    expect(first).toBe('done');
    await expect(second).rejects.toThrow('changed its mind');
    expect(await numbers(database)).toEqual([1]);
    await database.close();
  });

  it.each([
    ['before a statement', 'statement', []],
    ['before the commit', 'commit', []],
    ['after the commit', 'committed', [1]],
  ] as const)('keeps all or nothing when the power goes %s', async (_when, at, kept) => {
    const file = temporaryFile();
    const database = await Database.open(file, SCHEMA, (step) => {
      if (step === at) throw new Error('power');
    });
    const writing = database.transaction(async (transaction) => {
      await transaction.run(INSERT, [1]);
    });
    await expect(writing).rejects.toThrow('power');
    await database.close();
    const again = await Database.open(file, SCHEMA);
    expect(await numbers(again)).toEqual(kept);
    await again.close();
  });

  // Statements of two transactions must never mix on the one connection (storage.md 1.7).
  it('runs transactions that were started together one after the other', async () => {
    const database = await Database.open(temporaryFile(), SCHEMA);
    const results = await Promise.allSettled(
      Array.from({ length: 40 }, (_, index) =>
        database.transaction(async (transaction) => {
          await transaction.run(INSERT, [2 * index]);
          await transaction.all('SELECT 1');
          await transaction.run(INSERT, [2 * index + 1]);
          if (index % 4 === 0) throw new Error('changed its mind');
        }),
      ),
    );
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(10);
    const expected = Array.from({ length: 80 }, (_, n) => n).filter((n) => (n >> 1) % 4 !== 0);
    expect(await numbers(database)).toEqual(expected);
    await database.close();
  });

  it('answers a reader what was committed, also while a transaction runs', async () => {
    const database = await Database.open(temporaryFile(), SCHEMA);
    await database.transaction(async (transaction) => {
      await transaction.run(INSERT, [1]);
      expect(await transaction.all('SELECT n FROM a')).toEqual([{ n: 1 }]);
      expect(await numbers(database)).toEqual([]);
    });
    expect(await numbers(database)).toEqual([1]);
    await database.close();
  });

  it('does not let a reader write', async () => {
    const database = await Database.open(temporaryFile(), SCHEMA);
    await expect(database.all(INSERT, [1])).rejects.toMatchObject({ code: 'DATABASE_FAILED' });
    await database.close();
  });

  it('refuses a transaction that is used after its end', async () => {
    const database = await Database.open(temporaryFile(), SCHEMA);
    let kept: Transaction | undefined;
    await database.transaction((transaction) => {
      kept = transaction;
      return Promise.resolve();
    });
    expect(() => kept?.run(INSERT, [1])).toThrow('the transaction is over');
    expect(() => kept?.all('SELECT 1')).toThrow('the transaction is over');
    await database.close();
  });

  it('goes on after a conflict', async () => {
    const database = await Database.open(temporaryFile(), SCHEMA);
    const twice = database.transaction(async (transaction) => {
      await transaction.run(INSERT, [1]);
      await transaction.run(INSERT, [1]);
    });
    await expect(twice).rejects.toMatchObject({ code: 'DATABASE_CONFLICT' });
    await database.transaction((transaction) => transaction.run(INSERT, [1]));
    expect(await numbers(database)).toEqual([1]);
    await database.close();
  });

  it('writes durably, checks references and keeps its temporary tables in memory', async () => {
    const database = await Database.open(temporaryFile(), SCHEMA);
    const settings = await database.transaction(async (transaction) => {
      const pragma = async (name: string): Promise<unknown> =>
        Object.values((await transaction.all(`PRAGMA ${name}`))[0] ?? {})[0];
      return {
        journal: await pragma('journal_mode'),
        synchronous: await pragma('synchronous'),
        references: await pragma('foreign_keys'),
        cache: await pragma('cache_size'),
        temporary: await pragma('temp_store'),
        checkpoint: await pragma('wal_autocheckpoint'),
        busy: await pragma('busy_timeout'),
      };
    });
    expect(settings).toEqual({
      journal: 'wal',
      synchronous: 2,
      references: 1,
      cache: -262_144,
      temporary: 2,
      checkpoint: 20_000,
      busy: 10_000,
    });
    await database.close();
  });

  it('does not open a file that is no database', async () => {
    await expect(Database.open(import.meta.filename, SCHEMA)).rejects.toMatchObject({
      code: 'DATABASE_DAMAGED',
    });
  });

  it('waits for another process that writes, also where it first asks', async () => {
    const path = temporaryFile();
    const [first, second] = [await Database.open(path, SCHEMA), await Database.open(path, SCHEMA)];
    await Promise.all(
      [first, second].flatMap((database, which) =>
        Array.from({ length: 20 }, (_, index) =>
          database.transaction(async (transaction) => {
            await transaction.all('SELECT max(n) FROM a');
            await transaction.run(INSERT, [2 * index + which]);
          }),
        ),
      ),
    );
    expect(await numbers(first)).toHaveLength(40);
    await first.close();
    await second.close();
  });
});
