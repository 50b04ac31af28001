import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Journal } from '../../../terminal/journal/journal.ts';
import { JournalDatabase } from '../../../terminal/journal/journal-database.ts';
import { issuedCard, NOON, testSam } from '../../scheme.ts';
import { Counter } from '../counter.ts';

const WRITER = fileURLToPath(new URL('killed-writer.mjs', import.meta.url));
const LINES_BEFORE_KILL = 50;

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kazasu-journal-'));
  path = join(folder, 'journal.db');
});

afterEach(() => rmSync(folder, { recursive: true }));

function open(terminalId = 42): Promise<Journal> {
  return Journal.open({ path, terminalId, sam: testSam('pos', terminalId), now: () => NOON });
}

describe('journal', () => {
  it.each([1, 2, 3])('holds every intent it reported when it is killed (run %i)', async () => {
    const writer = spawn(process.execPath, [WRITER, path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    writer.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.split('\n').length > LINES_BEFORE_KILL) writer.kill('SIGKILL');
    });
    await once(writer, 'close');
    const reported = said.split('\n').slice(0, -1).length;
    expect(reported).toBeGreaterThanOrEqual(LINES_BEFORE_KILL);
    const journal = await open();
    const unresolved = await journal.unresolvedIntents();
    // One more may have reached the disk before its promise could be reported.
    expect([reported, reported + 1]).toContain(unresolved.length);
    expect(await journal.nextTransactionNumber()).toBe(unresolved.length + 1);
    await journal.close();
  });

  it('numbers transactions and records on after it was closed', async () => {
    const counter = new Counter({ kind: 'load', terminalId: 9 });
    await counter.start();
    await counter.tap(issuedCard(1), 'load 1', 100);
    await counter.journal.close();
    await counter.start();
    await counter.tap(issuedCard(2), 'load 2', 100);
    const numbers = (await counter.records()).map((record) => [
      record.samNumber,
      record.terminalTransactionNumber,
    ]);
    expect(numbers).toEqual([
      [1, 1],
      [2, 2],
    ]);
    await counter.stop();
  });

  it('is refused to another terminal', async () => {
    await (await open()).close();
    await expect(open(43)).rejects.toMatchObject({ code: 'JOURNAL_FOREIGN' });
    await (await open()).close();
  });

  it('is open in one program at a time, so that no number is given twice', async () => {
    const first = await open();
    await expect(open()).rejects.toMatchObject({ code: 'JOURNAL_UNAVAILABLE' });
    await first.close();
    await (await open()).close();
  });

  it('is unavailable where the file is none of its own, and changes nothing there', async () => {
    writeFileSync(path, 'not a database, but somebody needs it');
    await expect(open()).rejects.toMatchObject({ code: 'JOURNAL_UNAVAILABLE' });
  });

  it.each(['terminal', 'intent', 'outcome', 'batch', 'acknowledgement'])(
    'lets nobody change or delete a row of %s',
    async (table) => {
      const counter = new Counter({ kind: 'load', terminalId: 9 });
      await counter.start();
      await counter.tap(issuedCard(1), 'load 1', 100);
      await counter.journal.recordBatch({
        number: 1,
        lastSamNumber: 1,
        hash: new Uint8Array(32),
        bytes: new Uint8Array(1),
      });
      await counter.journal.recordAcknowledgement(1, new Uint8Array(1));
      await counter.journal.close();
      const database = await JournalDatabase.open(join(counter.folder, 'journal.db'));
      const column = await firstColumn(database, table);
      const refused = { code: 'JOURNAL_WRITE_FAILED' };
      await expect(database.run(`UPDATE ${table} SET ${column} = 7`, [])).rejects.toMatchObject(
        refused,
      );
      await expect(database.run(`DELETE FROM ${table}`, [])).rejects.toMatchObject(refused);
      await database.close();
      rmSync(counter.folder, { recursive: true });
    },
  );
});

async function firstColumn(database: JournalDatabase, table: string): Promise<string> {
  const [row] = await database.all(`SELECT * FROM ${table} LIMIT 1`);
  const [column] = Object.keys(row!);
  return column!;
}
