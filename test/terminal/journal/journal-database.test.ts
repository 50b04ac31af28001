import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JournalDatabase } from '../../../terminal/journal/journal-database.ts';

const INSERT = 'INSERT INTO batch VALUES (?, 1, ?, ?, 0)';

let folder: string;
let database: JournalDatabase;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kazasu-journal-'));
  database = await JournalDatabase.open(join(folder, 'journal.db'));
});

afterEach(async () => {
  await database.close();
  rmSync(folder, { recursive: true });
});

describe('journal database', () => {
  it('waits for the disk at each commit', async () => {
    // SQLite's number for FULL is 2.
    expect(await database.all('PRAGMA synchronous')).toEqual([{ synchronous: 2 }]);
    expect(await database.all('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
  });

  it('says that the disk is full, keeps what it has and takes more once there is room', async () => {
    const [row] = await database.all('PRAGMA page_count');
    await database.all(`PRAGMA max_page_count = ${Number(row?.['page_count']) + 2}`);
    await database.run(INSERT, [1, new Uint8Array(32), new Uint8Array(100)]);
    const large = [2, new Uint8Array(32), new Uint8Array(100_000)] as const;
    await expect(database.run(INSERT, large)).rejects.toMatchObject({ code: 'JOURNAL_FULL' });
    expect(await database.all('SELECT number FROM batch')).toEqual([{ number: 1 }]);
    await database.all('PRAGMA max_page_count = 1000000');
    await database.run(INSERT, large);
    expect(await database.all('SELECT number FROM batch')).toEqual([{ number: 1 }, { number: 2 }]);
  });

  it('takes no second row under a number that is taken', async () => {
    await database.run(INSERT, [1, new Uint8Array(32), new Uint8Array(1)]);
    const again = database.run(INSERT, [1, new Uint8Array(32), new Uint8Array(2)]);
    await expect(again).rejects.toMatchObject({ code: 'JOURNAL_WRITE_FAILED' });
    expect(await database.all('SELECT length(bytes) AS size FROM batch')).toEqual([{ size: 1 }]);
  });

  it('is unavailable in a folder that does not exist, and names the path', async () => {
    const path = join(folder, 'nowhere', 'journal.db');
    await expect(JournalDatabase.open(path)).rejects.toMatchObject({
      code: 'JOURNAL_UNAVAILABLE',
      message: expect.stringContaining(path) as unknown,
    });
  });
});
