import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { addSamCommand } from '../../../terminal/command/sam-command.ts';
import { fileSamMemory } from '../../../terminal/sam/sam-state.ts';
import { samKeys } from '../../scheme.ts';

let folder: string;
const at = (name: string): string => join(folder, name);
let printed = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kazasu-sam-command-'));
  const { masters, recordKey, ...rest } = samKeys('pos', 7);
  const hex = (key: Uint8Array): string => Buffer.from(key).toString('hex');
  const hexMasters = Object.fromEntries([...masters].map(([label, key]) => [label, hex(key)]));
  const file = { version: 1, ...rest, masters: hexMasters, recordKey: hex(recordKey) };
  writeFileSync(at('sam.json'), JSON.stringify(file));
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

async function sam(...args: readonly string[]): Promise<unknown> {
  const command = new Command();
  addSamCommand(command);
  printed = '';
  await command.parseAsync(['sam', ...args, '--data', folder, '--json'], { from: 'user' });
  return JSON.parse(printed);
}

describe('kazasu terminal sam', () => {
  it('encrypts a plain file under a new key file, and tells so', async () => {
    expect(await sam('status')).toMatchObject({ samId: 7, kind: 'pos', form: 'plain' });
    expect(await sam('encrypt', '--key-file', at('key'))).toMatchObject({ by: 'key-file' });
    expect(await sam('status')).toMatchObject({ form: 'key-file', keyVersion: 1 });
    expect(readFileSync(at('sam.json'), 'utf8')).not.toContain('masters');
  });

  it('encrypts anew with the old secret only', async () => {
    await sam('encrypt', '--key-file', at('key'));
    const again = (): Promise<unknown> => sam('encrypt', '--key-file', at('other'));
    await expect(again()).rejects.toMatchObject({ code: 'SAM_SECRET_MISSING' });
    vi.stubEnv('KAZASU_SAM_KEY_FILE', at('key'));
    expect(await again()).toMatchObject({ result: 'encrypted' });
    await expect(again()).rejects.toMatchObject({ code: 'SAM_SECRET_WRONG' });
  });

  it('takes a short passphrase for none', async () => {
    writeFileSync(at('passphrase'), 'short\n', { mode: 0o600 });
    await expect(sam('encrypt', '--passphrase-file', at('passphrase'))).rejects.toMatchObject({
      code: 'SAM_SECRET_INVALID',
    });
    expect(await sam('status')).toMatchObject({ form: 'plain' });
  });

  it('takes a lock back from who has the secret', async () => {
    await sam('encrypt', '--key-file', at('key'));
    const locked = { failedUnlocks: 0, failedCards: 50, lockedBy: 'cards' } as const;
    fileSamMemory(at('sam-state.json'), 7).write(locked);
    expect(await sam('status')).toMatchObject({ lockedBy: 'cards', failedCards: 50 });
    await expect(sam('unlock')).rejects.toMatchObject({ code: 'SAM_SECRET_MISSING' });
    expect(await sam('status')).toMatchObject({ lockedBy: 'cards' });
    vi.stubEnv('KAZASU_SAM_KEY_FILE', at('key'));
    expect(await sam('unlock')).toMatchObject({ result: 'unlocked' });
    expect(await sam('status')).toMatchObject({ lockedBy: null, failedCards: 0 });
  });
});
