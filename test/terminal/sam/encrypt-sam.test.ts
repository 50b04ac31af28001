import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SCRYPT_COST_MIN } from '../../../card-emulator/purse/file-encryption.ts';
import { encryptSamFile, newOrOldKeyFile } from '../../../terminal/sam/encrypt-sam.ts';
import { openSam, PLAIN_WARNING, samKeysIn } from '../../../terminal/sam/open-sam.ts';
import { parseSamFile, publicPartOf } from '../../../terminal/sam/sam-file.ts';
import { environmentSecrets, type SecretSource } from '../../../terminal/sam/sam-secret.ts';
import { FRESH_STATE, fileSamMemory, UNLOCKS_FAILED_MAX } from '../../../terminal/sam/sam-state.ts';
import { clearLock } from '../../../terminal/sam/unlock-guard.ts';
import { cardIdm, samKeys, seededRandom } from '../../scheme.ts';

const PASSPHRASE = 'correct horse battery';
const random = seededRandom('encrypt');

let folder: string;
const at = (name: string): string => join(folder, name);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kazasu-sam-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const typed =
  (text: string): SecretSource =>
  () =>
    Promise.resolve(new TextEncoder().encode(text));

async function encrypted(): Promise<void> {
  const secret = { by: 'passphrase', bytes: new TextEncoder().encode(PASSPHRASE) } as const;
  await encryptSamFile(at('sam.json'), samKeys('pos', 7), {
    secret,
    random,
    cost: SCRYPT_COST_MIN,
  });
}

function open(secrets: SecretSource, warn: (line: string) => void = () => undefined) {
  const text = readFileSync(at('sam.json'), 'utf8');
  return openSam({ text, statePath: at('sam-state.json'), secrets, warn });
}

const memory = () => fileSamMemory(at('sam-state.json'), 7);

describe('a SAM file that was encrypted', () => {
  it('is for its owner only, and has the keys of the plain one', async () => {
    await encrypted();
    expect(statSync(at('sam.json')).mode & 0o077).toBe(0);
    const file = parseSamFile(readFileSync(at('sam.json'), 'utf8'));
    expect(publicPartOf(file).samId).toBe(7);
    const keys = await samKeysIn(file, typed(PASSPHRASE), memory());
    expect(keys).toMatchObject(samKeys('pos', 7));
    expect(memory().read()).toEqual(FRESH_STATE);
  });

  it('refuses a wrong passphrase without saying it', async () => {
    await encrypted();
    await expect(open(typed('incorrect horse battery'))).rejects.toMatchObject({
      code: 'SAM_SECRET_WRONG',
      message: expect.not.stringContaining('horse'),
    });
    expect(memory().read()).toMatchObject({ failedUnlocks: 1 });
    await (await open(typed(PASSPHRASE))).close();
    expect(memory().read()).toMatchObject({ failedUnlocks: 0 });
  });

  it('is locked after ten wrong ones, for the right one too, until an operator has it', async () => {
    await encrypted();
    memory().write({ ...FRESH_STATE, failedUnlocks: UNLOCKS_FAILED_MAX - 1 });
    await expect(open(typed('wrong'))).rejects.toMatchObject({ code: 'SAM_SECRET_WRONG' });
    await expect(open(typed(PASSPHRASE))).rejects.toMatchObject({ code: 'SAM_LOCKED' });
    const file = parseSamFile(readFileSync(at('sam.json'), 'utf8'));
    const unlock = (text: string) =>
      clearLock(memory(), (trial) => samKeysIn(file, typed(text), trial));
    await expect(unlock('wrong')).rejects.toMatchObject({ code: 'SAM_SECRET_WRONG' });
    await expect(open(typed(PASSPHRASE))).rejects.toMatchObject({ code: 'SAM_LOCKED' });
    await unlock(PASSPHRASE);
    await expect(open(typed(PASSPHRASE))).resolves.toMatchObject({ samId: 7 });
  });

  it('is as locked on disk while its operator is asked as it was before', async () => {
    await encrypted();
    const locked = { ...FRESH_STATE, failedCards: 50, lockedBy: 'cards' as const };
    memory().write(locked);
    const file = parseSamFile(readFileSync(at('sam.json'), 'utf8'));
    let asked: unknown;
    const looking: SecretSource = async () => {
      asked = memory().read();
      return new TextEncoder().encode(PASSPHRASE);
    };
    await clearLock(memory(), (trial) => samKeysIn(file, looking, trial));
    expect(asked).toEqual(locked);
    expect(memory().read()).toEqual(FRESH_STATE);
  });

  it('counts a wrong passphrase for a SAM that is not locked at all', async () => {
    await encrypted();
    const file = parseSamFile(readFileSync(at('sam.json'), 'utf8'));
    const wrong = clearLock(memory(), (trial) => samKeysIn(file, typed('wrong'), trial));
    await expect(wrong).rejects.toMatchObject({ code: 'SAM_SECRET_WRONG' });
    expect(memory().read()).toMatchObject({ failedUnlocks: 1 });
  });

  it('counts an attempt before it makes it', async () => {
    await encrypted();
    let during: number | undefined;
    const watching: SecretSource = async () => new TextEncoder().encode(PASSPHRASE);
    const spied = {
      ...memory(),
      write: (state: ReturnType<ReturnType<typeof memory>['read']>) => {
        during ??= state.failedUnlocks;
        memory().write(state);
      },
    };
    const file = parseSamFile(readFileSync(at('sam.json'), 'utf8'));
    await samKeysIn(file, watching, spied);
    expect(during).toBe(1);
  });

  it('tells a changed file from a wrong passphrase, and does not count it', async () => {
    await encrypted();
    const file = JSON.parse(readFileSync(at('sam.json'), 'utf8'));
    writeFileSync(at('sam.json'), JSON.stringify({ ...file, kind: 'load' }));
    await expect(open(typed(PASSPHRASE))).rejects.toMatchObject({ code: 'SAM_FILE_TAMPERED' });
    expect(memory().read()).toEqual(FRESH_STATE);
  });

  it('names the field of a file that is none', () => {
    expect(() => parseSamFile('{"version":2,"kind":"pos"}')).toThrow(/SAM file samId/);
  });
});

describe('a key file', () => {
  it('is made once, read again, and opens the SAM', async () => {
    const bytes = newOrOldKeyFile(at('key'), random);
    expect(newOrOldKeyFile(at('key'), random)).toEqual(bytes);
    await encryptSamFile(at('sam.json'), samKeys('load', 7), {
      secret: { by: 'key-file', bytes },
      random,
    });
    const secrets = environmentSecrets({ KAZASU_SAM_KEY_FILE: at('key') }, undefined);
    expect(await open(secrets)).toMatchObject({ kind: 'load' });
    // 32 random bytes are not guessed: nothing is counted, and the disk is left alone.
    expect(existsSync(at('sam-state.json'))).toBe(false);
  });
});

describe('opening', () => {
  it('a plain file warns, and closing erases its keys', async () => {
    const { masters, recordKey, ...rest } = samKeys('pos', 7);
    const hex = (key: Uint8Array): string => Buffer.from(key).toString('hex');
    const hexMasters = Object.fromEntries([...masters].map(([label, key]) => [label, hex(key)]));
    const file = { version: 1, ...rest, masters: hexMasters, recordKey: hex(recordKey) };
    writeFileSync(at('sam.json'), JSON.stringify(file));
    const lines: string[] = [];
    const sam = await open(typed('never asked'), (line) => lines.push(line));
    expect(lines).toEqual([PLAIN_WARNING]);
    const before = (await sam.startAuthentication(cardIdm(1), 1)).request;
    await sam.close();
    expect(before.length).toBeGreaterThan(0);
  });
});
