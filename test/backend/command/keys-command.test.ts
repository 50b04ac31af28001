import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { businessDate } from '#units';
import {
  addKeysCommand,
  encryptKeys,
  type KeysContext,
  listGenerations,
  makeGeneration,
  retire,
} from '../../../backend/command/keys-command.ts';
import { backendFolder } from '../../../backend/config.ts';
import { environmentSecret, openKeystore } from '../../../backend/open-keystore.ts';
import { SCRYPT_COST_MIN } from '../../../card-emulator/purse/file-encryption.ts';
import { PLAIN_KEYSTORE, seededRandom } from '../../scheme.ts';
import { later, Scenario } from '../scenario.ts';

const CONTEXT: KeysContext = { ...PLAIN_KEYSTORE, random: seededRandom('keys') };
const LAST_DAY = businessDate('2026-11-30');

let scenario: Scenario;
beforeEach(async () => {
  scenario = await Scenario.open();
});
afterEach(async () => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
  await scenario.remove();
});

/** Makes a generation and opens the issuer again, as another command does. */
async function make(context = CONTEXT): Promise<unknown> {
  const options = { data: scenario.folder };
  const { json } = await makeGeneration(scenario.backend, options, context, scenario.clock);
  await scenario.stop();
  await scenario.start();
  return json;
}

async function list(): Promise<readonly string[]> {
  return (await listGenerations(scenario.backend, scenario.clock)).lines;
}

const retireOn = async (keyVersion: number, lastDay = LAST_DAY): Promise<unknown> =>
  (await retire(scenario.backend, { keyVersion, lastDay }, scenario.clock)).json;

describe('a new key generation', () => {
  it('has masters of its own and leaves every other key as it was', async () => {
    const before = (await openKeystore(backendFolder(scenario.folder), PLAIN_KEYSTORE)).reveal();
    expect(await make()).toEqual({ result: 'made', keyVersion: 2 });
    const { keystore } = scenario.backend;
    const after = keystore.reveal();
    expect(after).toMatchObject({ issuerId: before.issuerId, keyVersion: 2 });
    expect(after.generations.get(1)).toEqual(before.generations.get(1));
    expect(after.samMaster).toEqual(before.samMaster);
    expect(after.signingSeed).toEqual(before.signingSeed);
    const hexOf = (key: Uint8Array): string => Buffer.from(key).toString('hex');
    const masters = [...after.generations.values()].flatMap((one) => Object.values(one).map(hexOf));
    expect(new Set(masters).size).toBe(22);
  });

  it('is made in an encrypted keystore, which stays encrypted under the same secret', async () => {
    const keyFile = join(scenario.folder, 'key');
    const options = { data: scenario.folder, keyFile };
    await encryptKeys(options, CONTEXT);
    const secret = environmentSecret({ KAZASU_ISSUER_KEY_FILE: keyFile });
    const context = { ...CONTEXT, secret, cost: SCRYPT_COST_MIN };
    await makeGeneration(scenario.backend, options, context, scenario.clock);
    const { keystorePath } = backendFolder(scenario.folder);
    expect(readFileSync(keystorePath, 'utf8')).not.toContain('masters');
    const access = { ...PLAIN_KEYSTORE, secret };
    expect(await openKeystore(backendFolder(scenario.folder), access)).toMatchObject({
      keyVersion: 2,
    });
  });

  it('is refused where a SAM would have to hold a fifth, until an old one is over', async () => {
    for (const keyVersion of [2, 3, 4]) expect(await make()).toMatchObject({ keyVersion });
    await expect(make()).rejects.toMatchObject({ code: 'KEYSTORE_GENERATIONS_FULL' });
    await retireOn(1);
    await expect(make()).rejects.toMatchObject({ code: 'KEYSTORE_GENERATIONS_FULL' });
    scenario.clock = later(scenario.clock, 8);
    expect(await make()).toMatchObject({ keyVersion: 5 });
  });
});

describe('the list of generations', () => {
  it('tells what each is for, until when, and never a key', async () => {
    await make();
    await make();
    await retireOn(1);
    expect(await list()).toEqual([
      'Generation 3: cards and SAMs are issued with it.',
      'Generation 2: on older cards.',
      'Generation 1: on older cards, ends on 2026-11-30.',
    ]);
    scenario.clock = later(scenario.clock, 8);
    expect((await list()).at(-1)).toBe('Generation 1: ended on 2026-11-30.');
    const outcome = await listGenerations(scenario.backend, scenario.clock);
    expect(outcome.json).toEqual({
      issuerId: 81,
      generations: [
        { keyVersion: 3, isInUse: true, lastDay: null },
        { keyVersion: 2, isInUse: false, lastDay: null },
        { keyVersion: 1, isInUse: false, lastDay: '2026-11-30' },
      ],
    });
    const printed = inspect(outcome, { depth: 9 });
    for (const masters of scenario.backend.keystore.reveal().generations.values()) {
      for (const key of Object.values(masters)) {
        expect(printed).not.toContain(Buffer.from(key).toString('hex'));
      }
    }
  });
});

describe('the end of a generation', () => {
  it('is decided once, and may be decided otherwise later', async () => {
    await make();
    expect(await retireOn(1)).toEqual({ result: 'registered', keyVersion: 1, lastDay: LAST_DAY });
    expect(await retireOn(1)).toMatchObject({ result: 'repeated' });
    expect(await retireOn(1, businessDate('2026-12-31'))).toMatchObject({ result: 'registered' });
    expect((await list()).at(-1)).toContain('2026-12-31');
    expect(await scenario.count('SELECT count(*) FROM key_retirement')).toBe(2);
  });

  it.each([
    ['KEYSTORE_GENERATION_UNKNOWN', 7, LAST_DAY],
    ['KEYSTORE_GENERATION_IN_USE', 2, LAST_DAY],
    ['KEYSTORE_GENERATION_DAY_PAST', 1, businessDate('2026-11-22')],
  ])('is refused with %s', async (code, keyVersion, lastDay) => {
    await make();
    expect(await retireOn(keyVersion, lastDay)).toMatchObject({ result: 'refused', code });
    expect(await scenario.count('SELECT count(*) FROM key_retirement')).toBe(0);
  });
});

describe('kazasu backend keys', () => {
  let printed = '';
  const keys = async (...words: readonly string[]): Promise<unknown> => {
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed += String(text);
      return true;
    });
    const command = new Command();
    addKeysCommand(command);
    printed = '';
    const args = ['keys', ...words, '--data', scenario.folder, '--json'];
    await command.parseAsync(args, { from: 'user' });
    return JSON.parse(printed);
  };

  it('makes, lists and retires generations, and encrypts the keys', async () => {
    await scenario.stop();
    expect(await keys('new')).toMatchObject({ keyVersion: 2 });
    const far = ['--last-day', '2099-12-31'];
    expect(await keys('retire', '--generation', '1', ...far)).toMatchObject({ keyVersion: 1 });
    expect(process.exitCode).not.toBe(3);
    expect(await keys('retire', '--generation', '2', ...far)).toMatchObject({ result: 'refused' });
    expect(process.exitCode).toBe(3);
    const keyFile = join(scenario.folder, 'key');
    writeFileSync(keyFile, new Uint8Array(32), { mode: 0o600 });
    expect(await keys('encrypt', '--key-file', keyFile)).toMatchObject({ by: 'key-file' });
    vi.stubEnv('KAZASU_ISSUER_KEY_FILE', keyFile);
    expect(await keys('list')).toMatchObject({
      generations: [{ keyVersion: 2 }, { keyVersion: 1, lastDay: '2099-12-31' }],
    });
    vi.unstubAllEnvs();
  });
});
