import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { addSamCommand } from '../../../terminal/command/sam-command.ts';
import { importSam } from '../../../terminal/sam/import-sam.ts';
import { openSam } from '../../../terminal/sam/open-sam.ts';
import { pkcs11Sam, tokenKeyId } from '../../../terminal/sam/pkcs11-sam.ts';
import { Pkcs11Token } from '../../../terminal/sam/pkcs11-token.ts';
import { parseSamFile } from '../../../terminal/sam/sam-file.ts';
import { FRESH_STATE, fileSamMemory } from '../../../terminal/sam/sam-state.ts';
import type { SamTokenFile } from '../../../terminal/sam/sam-token-file.ts';
import { softwareSam } from '../../../terminal/sam/software-sam.ts';
import { bytesFrom, samKeys, seededRandom } from '../../scheme.ts';
import { samContract, twoGenerations } from './sam-contract.ts';
import { PIN, REQUIRES_PKCS11, SOFTHSM_LIBRARY, SoftToken } from './soft-token.ts';

describe('SAM contract: keys in this process', () => {
  samContract((keys, random) => Promise.resolve(softwareSam(keys, random)));
});

it.runIf(REQUIRES_PKCS11)('SoftHSM2 is installed where KAZASU_REQUIRE_PKCS11=1 says so', () => {
  expect(SOFTHSM_LIBRARY).toBeDefined();
});

const withToken = describe.skipIf(SOFTHSM_LIBRARY === undefined);

function tokenFile(text: string): SamTokenFile {
  const parsed = parseSamFile(text);
  if (parsed.form === 'token') return parsed.file;
  throw new Error('expected the file of a token');
}

withToken('SAM contract: keys in a PKCS#11 token (skipped without SoftHSM2)', () => {
  let token: SoftToken;
  beforeEach(() => {
    token = new SoftToken('contract');
  });
  afterEach(() => token.remove());

  samContract(async (keys, random) => {
    const importing = Pkcs11Token.open(token.place, PIN);
    const text = importSam(keys, importing, token.place);
    importing.close();
    return pkcs11Sam(tokenFile(text), Pkcs11Token.open(token.place, PIN), random);
  });
});

withToken('a PKCS#11 token (skipped without SoftHSM2)', () => {
  let soft: SoftToken;
  let token: Pkcs11Token;
  beforeAll(() => {
    soft = new SoftToken('kazasu');
    token = Pkcs11Token.open(soft.place, PIN);
  });
  afterAll(() => {
    token.close();
    soft.remove();
  });

  const random = seededRandom('token');

  it('computes AES-CMAC as RFC 4493 says (example 2), under a key it never shows', () => {
    const key = token.create(
      Uint8Array.of(1),
      'RFC 4493',
      Buffer.from('2b7e151628aed2a6abf7158809cf4f3c', 'hex'),
    );
    const message = Buffer.from('6bc1bee22e409f96e93d7e117393172a', 'hex');
    const mac = Buffer.from(token.cmac(key, message)).toString('hex');
    expect(mac).toBe('070a16b46b4d4144f79bdd9dd04a287c');
    expect(key.isConfined).toBe(true);
    token.destroy(key);
    expect(token.keys(Uint8Array.of(1))).toEqual([]);
  });

  it('takes the keys of one SAM once', () => {
    const text = importSam(twoGenerations('pos', 50), token, soft.place);
    expect(text).not.toContain(Buffer.from(bytesFrom('2 DEBI')).toString('hex'));
    const labels = token.keys(tokenKeyId(50)).map(({ label }) => label);
    expect(labels).toHaveLength(13);
    expect(labels).toEqual(expect.arrayContaining(['DEBI 1', 'DEBI 2', 'SAMR 0']));
    expect(() => importSam(samKeys('pos', 50), token, soft.place)).toThrow(
      expect.objectContaining({ code: 'SAM_TOKEN_UNSUITABLE' }),
    );
  });

  it('takes no SAM with the key of Lite-S cards, and opens none that was given it', () => {
    const keys = { ...samKeys('pos', 52), liteRoot: bytesFrom('LITE') };
    expect(() => importSam(keys, token, soft.place)).toThrow(
      expect.objectContaining({
        code: 'SAM_TOKEN_UNSUITABLE',
        message: expect.stringContaining('Lite-S') as unknown,
      }),
    );
    const file = tokenFile(importSam(samKeys('pos', 52), token, soft.place));
    expect(pkcs11Sam(file, token, random).startLiteAuthentication).toBeUndefined();
    token.create(tokenKeyId(52), 'LITE 1', keys.liteRoot);
    expect(() => pkcs11Sam(file, token, random)).toThrow(
      expect.objectContaining({ code: 'SAM_FILE_RIGHTS_EXCESSIVE' }),
    );
  });

  it('keeps nothing of an import that failed', () => {
    const keys = { ...samKeys('pos', 51), recordKey: new Uint8Array(5) };
    expect(() => importSam(keys, token, soft.place)).toThrow(
      expect.objectContaining({ code: 'SAM_TOKEN_UNAVAILABLE' }),
    );
    expect(token.keys(tokenKeyId(51))).toEqual([]);
  });

  it.each([
    ['SAM_FILE_TAMPERED', { ceilings: { count: 1, amount: 1 } }],
    ['SAM_FILE_TAMPERED', { issuerId: 99 }],
    ['SAM_TOKEN_UNSUITABLE', { samId: 99 }],
    ['SAM_TOKEN_UNSUITABLE', { kind: 'load' }],
    ['SAM_TOKEN_UNSUITABLE', { keyVersions: [2, 1] }],
  ] as const)('opens with %s for a changed file: %j', (code, change) => {
    const samId = 60 + Object.keys(change).join().length + code.length;
    for (const key of token.keys(tokenKeyId(samId))) token.destroy(key);
    const file = tokenFile(importSam(samKeys('pos', samId), token, soft.place));
    expect(() => pkcs11Sam({ ...file, ...change }, token, random)).toThrow(
      expect.objectContaining({ code }),
    );
    expect(pkcs11Sam(file, token, random)).toMatchObject({ samId });
  });

  it('is refused with one right too many', () => {
    const file = tokenFile(importSam(samKeys('pos', 70), token, soft.place));
    token.create(tokenKeyId(70), 'LOAD 1', bytesFrom('excess'));
    expect(() => pkcs11Sam(file, token, random)).toThrow(
      expect.objectContaining({ code: 'SAM_FILE_RIGHTS_EXCESSIVE' }),
    );
  });

  it('serves two SAMs of one process, and the one that stays when the other is closed', () => {
    const other = Pkcs11Token.open(soft.place, PIN);
    expect(other.keys(tokenKeyId(50))).toHaveLength(13);
    other.close();
    expect(token.keys(tokenKeyId(50))).toHaveLength(13);
  });

  it('is not opened under another label or without its library', () => {
    const code = (expected: string) => expect.objectContaining({ code: expected });
    const { library, label } = soft.place;
    expect(() => Pkcs11Token.open({ library, label: 'other' }, PIN)).toThrow(
      code('SAM_TOKEN_UNAVAILABLE'),
    );
    expect(() => Pkcs11Token.open({ library: '/nonexistent.so', label }, PIN)).toThrow(
      code('SAM_TOKEN_UNAVAILABLE'),
    );
  });
});

withToken('kazasu terminal sam import-pkcs11 (skipped without SoftHSM2)', () => {
  let soft: SoftToken;
  beforeEach(() => {
    soft = new SoftToken('import');
    const { masters, recordKey, ...rest } = samKeys('pos', 7);
    const hex = (key: Uint8Array): string => Buffer.from(key).toString('hex');
    const plain = Object.fromEntries([...masters].map(([label, key]) => [label, hex(key)]));
    const ceilings = { count: 5, amount: 500 };
    const file = { version: 1, ...rest, masters: plain, recordKey: hex(recordKey), ceilings };
    writeFileSync(at('sam.json'), JSON.stringify(file));
    vi.stubEnv('KAZASU_SAM_PIN', PIN);
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed += String(text);
      return true;
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    soft.remove();
  });

  const at = (name: string): string => join(soft.folder, name);
  let printed = '';
  const sam = async (...args: readonly string[]): Promise<unknown> => {
    const command = new Command();
    addSamCommand(command);
    printed = '';
    const words = ['sam', ...args, '--data', soft.folder, '--json'];
    await command.parseAsync(words, { from: 'user' });
    return JSON.parse(printed);
  };
  const importing = (): Promise<unknown> => {
    const { library, label } = soft.place;
    const place = ['--library', library, '--token', label];
    return sam('import-pkcs11', ...place, '--out', at('token.json'));
  };
  const open = (pin: string): ReturnType<typeof openSam> =>
    openSam({
      text: readFileSync(at('token.json'), 'utf8'),
      statePath: at('sam-state.json'),
      secrets: () => Promise.resolve(new TextEncoder().encode(pin)),
      warn: (line) => expect.unreachable(line),
    });

  it('gives a file without keys, which a PIN opens, with its ceilings', async () => {
    expect(await importing()).toMatchObject({ result: 'imported', samId: 7 });
    const opened = await open(PIN);
    expect(opened).toMatchObject({ kind: 'pos', samId: 7, keyVersions: [1] });
    expect(opened.room).toEqual({ count: 5, amount: 500 });
    await opened.close();
    writeFileSync(at('sam.json'), readFileSync(at('token.json')));
    expect(await sam('status')).toMatchObject({ form: 'token', keyVersion: 1 });
    await expect(sam('encrypt', '--key-file', at('key'))).rejects.toMatchObject({
      code: 'SAM_FILE_INVALID',
    });
    expect(await sam('unlock')).toMatchObject({ result: 'unlocked' });
  });

  it('puts nothing into the token where the file to make is there already', async () => {
    writeFileSync(at('token.json'), 'another');
    await expect(importing()).rejects.toThrow('EEXIST');
    rmSync(at('token.json'));
    expect(await importing()).toMatchObject({ result: 'imported', samId: 7 });
  });

  it('counts wrong PINs', async () => {
    await importing();
    await expect(open('0000')).rejects.toMatchObject({ code: 'SAM_SECRET_WRONG' });
    const memory = fileSamMemory(at('sam-state.json'), 7);
    expect(memory.read()).toMatchObject({ failedUnlocks: 1 });
    await (await open(PIN)).close();
    expect(memory.read()).toEqual(FRESH_STATE);
  });

  it('leaves no token open after a file that was changed', async () => {
    await importing();
    const file = JSON.parse(readFileSync(at('token.json'), 'utf8'));
    writeFileSync(at('token.json'), JSON.stringify({ ...file, issuerId: 9 }));
    await expect(open(PIN)).rejects.toMatchObject({ code: 'SAM_FILE_TAMPERED' });
    await expect(open(PIN)).rejects.toMatchObject({ code: 'SAM_FILE_TAMPERED' });
  });
});

describe('the file of a SAM in a token', () => {
  it.each([
    ['keyVersions', { keyVersions: [] }],
    ['token', { token: { library: '', label: 'x' } }],
    ['mac', { mac: 'zz' }],
  ])('names the field that is wrong: %s', (field, change) => {
    const token = { library: '/lib.so', label: 'x' };
    const file = { version: 3, kind: 'pos', samId: 7, issuerId: 81, keyVersions: [1], token };
    const text = JSON.stringify({ ...file, mac: '00'.repeat(16), ...change });
    expect(() => parseSamFile(text)).toThrow(new RegExp(`SAM file ${field}`));
  });
});
