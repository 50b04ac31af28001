import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDiskFile } from '../../../terminal/journal/disk-file.ts';
import { Journal } from '../../../terminal/journal/journal.ts';
import { issuedCard, NOON, testSam } from '../../scheme.ts';
import { Counter } from '../counter.ts';

const WRITER = fileURLToPath(new URL('killed-writer.mjs', import.meta.url));
const LINES_BEFORE_KILL = 50;

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kazasu-journal-'));
  path = join(folder, 'journal.log');
});

afterEach(() => rmSync(folder, { recursive: true }));

async function open(terminalId = 42): Promise<Journal> {
  const file = await openDiskFile(path);
  return Journal.open({ file, terminalId, sam: testSam('pos', terminalId), now: () => NOON });
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

  it('is unavailable in a folder that does not exist, and names the path', async () => {
    path = join(folder, 'nowhere', 'journal.log');
    await expect(open()).rejects.toMatchObject({
      code: 'JOURNAL_UNAVAILABLE',
      message: expect.stringContaining(path) as unknown,
    });
  });

  it.each(['not a journal, but somebody needs it', 'line 1\nline 2\n'])(
    'leaves a file alone that is none of its own: %j',
    async (text) => {
      writeFileSync(path, text);
      await expect(open()).rejects.toMatchObject({ code: 'JOURNAL_FOREIGN' });
      expect(readFileSync(path, 'utf8')).toBe(text);
    },
  );
});
