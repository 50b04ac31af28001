import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { balanceCommand } from '../../../terminal/command/balance-command.ts';
import { createTerminalFolder } from '../../../terminal/config.ts';
import { issuedCard } from '../../scheme.ts';
import { samFileText } from '../sam-file-text.ts';

let base: string;
let said: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'kazasu-balance-'));
  const folder = createTerminalFolder(join(base, 'shop'), {
    terminalId: 42,
    merchantId: 1001,
    merchantName: 'Kissa',
    issuerUrl: 'http://127.0.0.1:9',
    amountMax: 30_000,
  });
  writeFileSync(folder.samPath, samFileText('pos', 42));
  said = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
  rmSync(base, { recursive: true });
});

async function run(image: string, ...args: readonly string[]): Promise<void> {
  const path = join(base, 'card.json');
  writeFileSync(path, image);
  const terminal = new Command('terminal');
  balanceCommand(terminal);
  const options = ['--data', join(base, 'shop'), '--card', path];
  await terminal.parseAsync(['balance', ...options, ...args], { from: 'user' });
}

describe('kazasu terminal balance', () => {
  it('tells the balance in words', async () => {
    await run(issuedCard(1).image());
    expect(said).toMatch(
      /^Balance 0 yen; card ends in [0-9a-f]{4}, valid until \d{4}-\d\d-\d\d\n$/,
    );
    expect(process.exitCode).toBeUndefined();
  });

  it('tells the log, too, as JSON', async () => {
    await run(issuedCard(1).image(), '--history', '--json');
    expect(JSON.parse(said)).toMatchObject({ outcome: 'read', balance: 0, history: [] });
  });
});
