import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  newSecretOf,
  type SecretFileOptions,
  secretIn,
} from '../../../backend/issuer/secret-file.ts';
import { seededRandom } from '../../scheme.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kazasu-sam-secret-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const random = seededRandom('secret');
const samSecretOf = (options: SecretFileOptions): ReturnType<typeof newSecretOf> =>
  newSecretOf(options, 'SAM_SECRET_INVALID', random);
const invalid = expect.objectContaining({ code: 'SAM_SECRET_INVALID' });

describe('the secret of a new SAM file', () => {
  it('is none where none is given', () => {
    expect(samSecretOf({})).toBeUndefined();
  });

  it('is a key file, made for its owner only', () => {
    const keyFile = join(folder, 'key');
    const secret = samSecretOf({ keyFile });
    expect(secret).toMatchObject({ by: 'key-file' });
    expect(statSync(keyFile).mode & 0o077).toBe(0);
    expect(samSecretOf({ keyFile })).toEqual(secret);
  });

  it('is a passphrase without the end of its line, not too short, not for all to read', () => {
    const passphraseFile = join(folder, 'passphrase');
    writeFileSync(passphraseFile, 'a tap a day keeps\r\n', { mode: 0o600 });
    const bytes = new TextEncoder().encode('a tap a day keeps');
    expect(samSecretOf({ passphraseFile })).toEqual({ by: 'passphrase', bytes });
    const short = join(folder, 'short');
    writeFileSync(short, 'tap\n', { mode: 0o600 });
    expect(() => samSecretOf({ passphraseFile: short })).toThrow(invalid);
    const open = join(folder, 'open');
    writeFileSync(open, 'a tap a day keeps\n', { mode: 0o644 });
    expect(() => samSecretOf({ passphraseFile: open })).toThrow(invalid);
    expect(() => samSecretOf({ passphraseFile, keyFile: short })).toThrow(invalid);
  });

  it('may be short where it is old, but not empty or of another length', () => {
    const file = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text, { mode: 0o600 });
      return join(folder, name);
    };
    const code = 'KEYSTORE_SECRET_INVALID';
    const bytes = new TextEncoder().encode('tap');
    expect(secretIn(file('old', 'tap\n'), 'passphrase', code)).toEqual({ by: 'passphrase', bytes });
    const unfit = expect.objectContaining({ code });
    expect(() => secretIn(file('empty', '\n'), 'passphrase', code)).toThrow(unfit);
    expect(() => secretIn(file('short', 'key'), 'key-file', code)).toThrow(unfit);
  });
});
