import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { journalCommand } from '../../../terminal/command/journal-command.ts';
import { openDiskFile } from '../../../terminal/journal/disk-file.ts';
import { Journal } from '../../../terminal/journal/journal.ts';
import { NOON, testSam } from '../../scheme.ts';

let folder: string;
let said: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kazasu-journal-'));
  said = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
  const file = await openDiskFile(join(folder, 'journal.log'));
  const sam = testSam('pos', 42);
  await (await Journal.open({ file, terminalId: 42, sam, now: () => NOON })).close();
});

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
  rmSync(folder, { recursive: true });
});

async function run(...args: readonly string[]): Promise<void> {
  const terminal = new Command('terminal');
  journalCommand(terminal);
  await terminal.parseAsync(['journal', ...args, '--data', folder], { from: 'user' });
}

describe('kazasu terminal journal', () => {
  it('says that a journal is whole', async () => {
    await run('check');
    expect(said).toMatch(/\d+ bytes, 0 intents, 0 records, 0 unresolved\nEvery entry can be read/);
    expect(process.exitCode).toBeUndefined();
  });

  it('names a damage until it is accepted, and exits with 3', async () => {
    appendFileSync(join(folder, 'journal.log'), 'rubbish\n');
    await run('check', '--json');
    const { damages } = JSON.parse(said);
    expect(damages).toMatchObject([{ kind: 'unreadable', byteCount: 8 }]);
    expect(process.exitCode).toBe(3);
    process.exitCode = undefined;
    await run('accept-damage');
    expect(said).toMatch(/Accepted:\nBytes \d+ to \d+ cannot be read\./);
    await run('check');
    expect(process.exitCode).toBeUndefined();
    await run('accept-damage');
    expect(said).toMatch(/Nothing is damaged\.\n$/);
  });

  it('names an entry that does not follow', async () => {
    const path = join(folder, 'journal.log');
    const [first] = readFileSync(path, 'utf8').split('\n');
    writeFileSync(path, `${first}\n${first}\n`);
    await run('check');
    expect(said).toMatch(/The entry at byte \d+ does not follow the one before it\./);
  });
});
