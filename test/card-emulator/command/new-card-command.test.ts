import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCardImage } from '#emulated-card';
import { idm } from '#felica/identifiers';
import { businessDate, yen } from '#units';
import { summaryOf } from '../../../card-emulator/command/card-text.ts';
import { CommandError } from '../../../card-emulator/command/command-error.ts';
import { makeCard, NEW_CARD_NAMES } from '../../../card-emulator/command/new-card-command.ts';
import { countingRandom, hex } from '../card/test-card.ts';

const OPTIONS = { balance: yen(1_200) };

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kazasu-new-'));
  path = join(folder, 'card.json');
});

afterEach(() => rm(folder, { recursive: true }));

describe('a new card', () => {
  it.each(NEW_CARD_NAMES)('of the kind %s is an image that nobody else reads', async (name) => {
    const card = await makeCard(path, { personality: name });
    const opened = openCardImage(await readFile(path, 'utf8'), { random: countingRandom });
    expect(opened.image()).toBe(card.image());
    expect(summaryOf(opened).personality).toBe(name);
    expect((await stat(path)).mode & 0o077).toBe(0);
  });

  it('has the IDm it is given, and keys that no other has', async () => {
    const given = { ...OPTIONS, personality: 'purse', idm: idm(hex('0112233445566778')) } as const;
    const first = await makeCard(path, given);
    const second = await makeCard(join(folder, 'other.json'), given);
    expect(summaryOf(first)).toMatchObject({ idm: '0112233445566778', balance: 1_200 });
    expect(first.image()).not.toBe(second.image());
  });

  it('never takes the place of a file', async () => {
    await writeFile(path, 'money');
    const made = makeCard(path, { ...OPTIONS, personality: 'purse' });
    await expect(made).rejects.toThrow(CommandError);
    expect(await readFile(path, 'utf8')).toBe('money');
  });

  it.each([
    ['lite', { balance: yen(1) }, '--balance'],
    ['lite-s', { balance: yen(1) }, '--balance'],
    ['lite', { expiry: businessDate('2031-03-31') }, '--expiry'],
    ['suica', { expiry: businessDate('2031-03-31') }, '--expiry'],
  ] as const)('of the kind %s does not take %j', async (personality, options, named) => {
    const made = makeCard(path, { ...options, personality });
    await expect(made).rejects.toMatchObject({
      code: 'CARD_COMMAND_REFUSED',
      message: expect.stringContaining(named),
    });
    await expect(stat(path)).rejects.toThrow('ENOENT');
  });
});
