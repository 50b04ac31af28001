import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encryptKeys } from '../../backend/command/keys-command.ts';
import { type BackendFolder, createBackendFolder } from '../../backend/config.ts';
import type { KeystoreContent } from '../../backend/issuer/keystore.ts';
import {
  changeKeystore,
  environmentSecret,
  openKeystore,
  PLAIN_WARNING,
} from '../../backend/open-keystore.ts';
import { SCRYPT_COST_MIN } from '../../card-emulator/purse/file-encryption.ts';
import { PLAIN_KEYSTORE, seededRandom } from '../scheme.ts';

const random = seededRandom('encrypt');
let data: string;
let folder: BackendFolder;
let content: KeystoreContent;

beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'kazasu-keystore-'));
  folder = createBackendFolder(data, 81, seededRandom('issuer'));
  content = (await openKeystore(folder, PLAIN_KEYSTORE)).reveal();
});
afterEach(() => rmSync(data, { recursive: true }));

const at = (name: string): string => join(data, name);

function passphraseFile(text = 'a tap a day keeps'): string {
  writeFileSync(at('passphrase'), `${text}\n`, { mode: 0o600 });
  return at('passphrase');
}

/** The variables that name the files of these secrets. */
const variables = (by: 'PASSPHRASE' | 'KEY', path: string): Record<string, string> => ({
  [`KAZASU_ISSUER_${by}_FILE`]: path,
});

function encrypt(
  options: { readonly keyFile?: string; readonly passphraseFile?: string },
  environment: Record<string, string> = {},
): Promise<unknown> {
  const secret = environmentSecret(environment);
  return encryptKeys({ data, ...options }, { secret, random, cost: SCRYPT_COST_MIN });
}

async function open(environment: Record<string, string> = {}): Promise<KeystoreContent> {
  const secret = environmentSecret(environment);
  const warn = (line: string): never => expect.unreachable(line);
  return (await openKeystore(folder, { secret, warn })).reveal();
}

describe('a keystore that is not encrypted', () => {
  it('opens, with a warning', async () => {
    const warnings: string[] = [];
    const warn = (line: string): unknown => warnings.push(line);
    await openKeystore(folder, { ...PLAIN_KEYSTORE, warn });
    expect(warnings).toEqual([PLAIN_WARNING]);
  });
});

describe('an encrypted keystore', () => {
  it('has the same keys for who has the key file, and shows none', async () => {
    await encrypt({ keyFile: at('key') });
    expect(await open(variables('KEY', at('key')))).toEqual(content);
    const text = readFileSync(folder.keystorePath, 'utf8');
    expect(text).not.toContain(Buffer.from(content.samMaster).toString('hex'));
    expect(text).not.toContain('masters');
    expect(statSync(folder.keystorePath).mode & 0o077).toBe(0);
  });

  it('has the same keys for who has the passphrase', async () => {
    await encrypt({ passphraseFile: passphraseFile() });
    expect(await open(variables('PASSPHRASE', at('passphrase')))).toEqual(content);
  });

  it('is encrypted anew by who has the old secret, and then opens with the new one only', async () => {
    await encrypt({ keyFile: at('key') });
    await expect(encrypt({ keyFile: at('other') })).rejects.toMatchObject({
      code: 'KEYSTORE_SECRET_MISSING',
    });
    await encrypt({ keyFile: at('other') }, variables('KEY', at('key')));
    expect(await open(variables('KEY', at('other')))).toEqual(content);
    await expect(open(variables('KEY', at('key')))).rejects.toMatchObject({
      code: 'KEYSTORE_SECRET_WRONG',
    });
  });

  it.each([
    ['KEYSTORE_SECRET_MISSING', {}, 'set KAZASU_ISSUER_KEY_FILE'],
    ['KEYSTORE_SECRET_MISSING', { KAZASU_ISSUER_KEY_FILE: '/none/key' }, 'cannot be read'],
  ])('says %s where nothing opens it: %j', async (code, environment, message) => {
    await encrypt({ keyFile: at('key') });
    const expected = expect.objectContaining({ code, message: expect.stringContaining(message) });
    await expect(open(environment)).rejects.toEqual(expected);
  });

  it('tells another passphrase from a changed file', async () => {
    await encrypt({ passphraseFile: passphraseFile() });
    const text = readFileSync(folder.keystorePath, 'utf8');
    writeFileSync(folder.keystorePath, text.replace('"issuerId": 81', '"issuerId": 82'));
    const opening = (): Promise<unknown> => open(variables('PASSPHRASE', at('passphrase')));
    await expect(opening()).rejects.toMatchObject({ code: 'KEYSTORE_TAMPERED' });
    passphraseFile('a tap a day kept');
    await expect(opening()).rejects.toMatchObject({ code: 'KEYSTORE_SECRET_WRONG' });
    writeFileSync(folder.keystorePath, text.replace('"n": 16384', '"n": 1024'));
    await expect(opening()).rejects.toMatchObject({ code: 'KEYSTORE_INVALID' });
  });

  it('is not made under a secret that protects nothing, or none', async () => {
    const before = readFileSync(folder.keystorePath, 'utf8');
    await expect(encrypt({ passphraseFile: passphraseFile('short') })).rejects.toMatchObject({
      code: 'KEYSTORE_SECRET_INVALID',
    });
    await expect(encrypt({})).rejects.toMatchObject({ code: 'KEYSTORE_SECRET_MISSING' });
    expect(readFileSync(folder.keystorePath, 'utf8')).toBe(before);
  });
});

describe('a change of the keystore', () => {
  it('is refused while another one goes on, and leaves that one alone', async () => {
    writeFileSync(`${folder.keystorePath}.new`, 'another');
    await expect(encrypt({ keyFile: at('key') })).rejects.toMatchObject({ code: 'KEYSTORE_BUSY' });
    expect(readFileSync(`${folder.keystorePath}.new`, 'utf8')).toBe('another');
  });

  it('that fails leaves the keys as they were, and can be made again', async () => {
    const before = readFileSync(folder.keystorePath, 'utf8');
    const change = (): never => {
      throw new Error('the change failed');
    };
    const changing = changeKeystore(folder, PLAIN_KEYSTORE.secret, { change, random });
    await expect(changing).rejects.toThrow('the change failed');
    expect(readFileSync(folder.keystorePath, 'utf8')).toBe(before);
    expect(existsSync(`${folder.keystorePath}.new`)).toBe(false);
    await encrypt({ keyFile: at('key') });
  });
});
