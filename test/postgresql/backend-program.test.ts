import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { dropPostgres } from '../../backend/database/unused-database.ts';
import { ROOT } from '../tidy/tree.ts';

const run = promisify(execFile);
const PROGRAM = join(ROOT, 'dist/backend/main.js');

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

describe('kazasu backend over PostgreSQL', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'kazasu-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const address = `${inject('postgresAddress')}&schema=program`;
  const program = async (...args: readonly string[]): Promise<Ran> => {
    try {
      return { code: 0, ...(await run(process.execPath, [PROGRAM, ...args])) };
    } catch (error) {
      return error as Ran;
    }
  };
  const backend = (command: string, ...args: readonly string[]): Promise<Ran> =>
    program(command, '--data', join(folder, 'data'), '--json', ...args);

  it('keeps its books there and in no file, found by every command', async () => {
    expect(await backend('init', '--issuer-id', '81', '--postgresql', address)).toMatchObject({
      code: 0,
    });
    const file = join(folder, 'data', 'database-address');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const merchant = [
      '--merchant',
      '7',
      '--name',
      'Kissaten',
      '--fee',
      '300',
      '--commission',
      '100',
    ];
    expect(await backend('add-merchant', ...merchant)).toMatchObject({ code: 0 });
    const again = await backend('add-merchant', ...merchant.with(3, 'Another'));
    expect(again.code).not.toBe(0);
    expect(JSON.parse((await backend('books')).stdout)).toMatchObject({
      issuer: expect.anything(),
    });
    expect(readdirSync(join(folder, 'data')).filter((name) => name.endsWith('.db'))).toEqual([]);
  });

  it('is not made where another issuer keeps its books', async () => {
    const data = join(folder, 'another');
    const args = ['init', '--data', data, '--issuer-id', '82', '--postgresql', address];
    const ran = await program(...args);
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining('DATABASE_FOREIGN') });
    expect(readdirSync(folder)).toEqual(['data']);
  });

  it('is backed up while it stands, and restored whole where it is not', async () => {
    const out = join(folder, 'backup');
    expect(await backend('backup', '--out', out)).toMatchObject({ code: 0 });
    expect(readdirSync(out)).toContain('issuer.dump');
    const again = ['restore', '--data', join(folder, 'second'), '--from', out, '--json'];
    expect(await program(...again)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('DATABASE_FOREIGN'),
    });
    const other = [...again, '--postgresql', address.replace('schema=program', 'schema=other')];
    expect(await program(...other)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('BACKUP_ELSEWHERE'),
    });
    for (const party of ['issuer', 'carrier']) await dropPostgres(`${address}_${party}`);
    expect(await program(...again)).toMatchObject({ code: 0 });
    expect(readdirSync(join(folder, 'second')).filter((name) => /dump|db$/u.test(name))).toEqual(
      [],
    );
    const merchant = [
      '--merchant',
      '7',
      '--name',
      'Kissaten',
      '--fee',
      '300',
      '--commission',
      '100',
    ];
    const known = await program(
      'add-merchant',
      '--data',
      join(folder, 'second'),
      '--json',
      ...merchant,
    );
    expect(JSON.parse(known.stdout)).toMatchObject({ result: 'repeated' });
  });

  it('is restored into both schemas or none', async () => {
    const out = join(folder, 'backup');
    const third = ['restore', '--data', join(folder, 'third'), '--from', out];
    await dropPostgres(`${address}_issuer`);
    expect(await program(...third)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('DATABASE_FOREIGN'),
    });
    await dropPostgres(`${address}_carrier`);
    const whole = readFileSync(join(out, 'carrier.dump'));
    replaceInBackup(out, 'carrier.dump', whole.subarray(0, whole.length / 2));
    expect(await program(...third)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('DATABASE_FAILED'),
    });
    expect(readdirSync(folder)).not.toContain('third');
    replaceInBackup(out, 'carrier.dump', whole);
    expect(await program(...third)).toMatchObject({ code: 0 });
  });
});

/** As if this had been what was backed up. */
function replaceInBackup(folder: string, name: string, bytes: Uint8Array): void {
  writeFileSync(join(folder, name), bytes);
  const path = join(folder, 'backup.json');
  const backup = JSON.parse(readFileSync(path, 'utf8'));
  const file = backup.files.find((each: { readonly name: string }) => each.name === name);
  file.byteCount = bytes.length;
  file.sha256 = createHash('sha256').update(bytes).digest('hex');
  writeFileSync(path, JSON.stringify(backup));
}
