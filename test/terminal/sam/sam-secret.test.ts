import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  environmentSecrets,
  readKeyFile,
  requireStrongPassphrase,
} from '../../../terminal/sam/sam-secret.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kazasu-secret-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array, mode = 0o600): string {
  const path = join(folder, name);
  writeFileSync(path, content, { mode });
  return path;
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

describe('what unlocks a SAM', () => {
  it('comes from the file first, then from the variable, then from a person', async () => {
    const path = file('passphrase', 'from the file\n');
    const prompt = (question: string): Promise<string> => Promise.resolve(`asked: ${question}`);
    const all = { KAZASU_SAM_PASSPHRASE_FILE: path, KAZASU_SAM_PASSPHRASE: 'from the variable' };
    expect(text(await environmentSecrets(all, prompt)('passphrase'))).toBe('from the file');
    const { KAZASU_SAM_PASSPHRASE } = all;
    expect(text(await environmentSecrets({ KAZASU_SAM_PASSPHRASE }, prompt)('passphrase'))).toBe(
      'from the variable',
    );
    expect(text(await environmentSecrets({}, prompt)('pin'))).toBe('asked: PIN of the SAM: ');
  });

  it('that is missing is named by its variables', async () => {
    await expect(environmentSecrets({}, undefined)('passphrase')).rejects.toMatchObject({
      code: 'SAM_SECRET_MISSING',
      message: expect.stringContaining('KAZASU_SAM_PASSPHRASE_FILE'),
    });
    const gone = { KAZASU_SAM_PIN_FILE: join(folder, 'gone') };
    await expect(environmentSecrets(gone, undefined)('pin')).rejects.toMatchObject({
      code: 'SAM_SECRET_MISSING',
    });
  });

  it.runIf(process.platform !== 'win32')('is not read where others may read it, too', () => {
    expect(() => readKeyFile(file('key', new Uint8Array(32), 0o644))).toThrow(
      expect.objectContaining({ code: 'SAM_SECRET_INVALID' }),
    );
  });

  it('is a key file of 32 bytes and no other', () => {
    expect(readKeyFile(file('key', new Uint8Array(32)))).toHaveLength(32);
    expect(() => readKeyFile(file('short', new Uint8Array(31)))).toThrow('expected 32 bytes');
  });

  it('is the same from two keyboards: composed and decomposed letters', async () => {
    const given = (passphrase: string): Promise<Uint8Array> =>
      environmentSecrets({ KAZASU_SAM_PASSPHRASE: passphrase }, undefined)('passphrase');
    expect(await given('caf\u00e9')).toEqual(await given('cafe\u0301'));
    await expect(given('')).rejects.toMatchObject({ code: 'SAM_SECRET_INVALID' });
  });

  it('is a new passphrase of twelve characters or more', () => {
    const bytes = new TextEncoder().encode('twelve chars');
    expect(requireStrongPassphrase(bytes)).toBe(bytes);
    expect(() => requireStrongPassphrase(bytes.slice(1))).toThrow('12 characters');
  });
});
