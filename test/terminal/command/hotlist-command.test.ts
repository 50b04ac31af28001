import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hexToBytes } from '@noble/ciphers/utils.js';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { addHotListCommand } from '../../../terminal/command/hotlist-command.ts';
import { terminalFolder } from '../../../terminal/config.ts';
import batch from '../../vectors/batch.json' with { type: 'json' };
import vectors from '../../vectors/hotlist.json' with { type: 'json' };
import { samFileText } from '../sam-file-text.ts';

let path: string;
let printed: string;

beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'kazasu-command-'));
  const folder = terminalFolder(path);
  writeFileSync(folder.samPath, samFileText('pos', 7));
  writeFileSync(folder.issuerKeyPath, batch.publicKeyPem);
  for (const [name, hex] of [
    ['first', vectors.first.list],
    ['second', vectors.second.list],
    ['delta', vectors.second.delta],
  ] as const) {
    writeFileSync(join(path, name), hexToBytes(hex));
  }
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = 0;
  rmSync(path, { recursive: true });
});

async function run(...words: readonly string[]): Promise<string> {
  const command = new Command();
  addHotListCommand(command);
  printed = '';
  await command.parseAsync(['hotlist', ...words, '--data', path], { from: 'user' });
  return printed;
}

const importFile = (name: string, ...words: readonly string[]): Promise<string> =>
  run('import', join(path, name), ...words);

describe('kazasu terminal hotlist', () => {
  it('tells which list is here, before and after it came', async () => {
    expect(await run('status')).toBe('There is no hot list here.\n');
    expect(await importFile('first')).toBe('Hot list 1 is here now: 43 cards.\n');
    expect(await importFile('delta')).toBe('Hot list 2 is here now: 43 cards.\n');
    expect(await importFile('first')).toBe('Hot list 1 is not newer than what is here.\n');
    expect(await run('status')).toBe('Hot list 2 of 2026-11-24T03:00:00.000Z: 43 cards.\n');
    expect(process.exitCode ?? 0).toBe(0);
  });

  it('tells the same to a program', async () => {
    expect(JSON.parse(await run('status', '--json'))).toEqual({ sequence: null });
    const imported = { result: 'imported', sequence: 1, cards: 43 };
    expect(JSON.parse(await importFile('first', '--json'))).toEqual(imported);
    expect(JSON.parse(await run('status', '--json'))).toEqual({
      sequence: 1,
      created: '2026-11-23T03:00:00.000Z',
      cards: 43,
      bytes: hexToBytes(vectors.first.list).length,
    });
  });

  it('ends with status 3 where it refuses, and says why', async () => {
    expect(await importFile('delta')).toMatch(/^Refused: HOTLIST_GAP, .*no list\n$/);
    expect(process.exitCode).toBe(3);
  });
});
