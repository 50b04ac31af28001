import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ROOT } from '../tidy/tree.ts';

const run = promisify(execFile);

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
  const backend = async (command: string, ...args: readonly string[]): Promise<Ran> => {
    const data = ['--data', join(folder, 'data'), '--json'];
    const program = join(ROOT, 'dist/backend/main.js');
    try {
      return { code: 0, ...(await run(process.execPath, [program, command, ...data, ...args])) };
    } catch (error) {
      return error as Ran;
    }
  };

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
    const ran = await run(process.execPath, [join(ROOT, 'dist/backend/main.js'), ...args]).catch(
      (error: unknown) => error,
    );
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining('DATABASE_FOREIGN') });
    expect(readdirSync(folder)).toEqual(['data']);
  });

  it('says that the server is backed up by its own tools', async () => {
    const ran = await backend('backup', '--out', join(folder, 'backup'));
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining('pg_dump') });
    expect(readdirSync(folder)).toEqual(['data']);
  });
});
