import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';

const KAZASU = fileURLToPath(new URL('../../dist/terminal/kazasu.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'kazasu-output-'));

afterAll(() => rmSync(folder, { recursive: true }));

it('a program whose output nobody reads to its end does all of its work, and says nothing of it', () => {
  const shop = join(folder, 'shop');
  const init = ['terminal', 'init', '--data', shop, '--terminal', '1', '--merchant', '1'];
  const issuer = ['--merchant-name', 'Kissa', '--issuer-url', 'http://127.0.0.1:9'];
  const command = [process.execPath, KAZASU, ...init, ...issuer].map((word) => `'${word}'`);
  // `true` has ended before the program says its first word.
  const script = `set -o pipefail; ${command.join(' ')} | true`;
  const { status, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
  expect(readFileSync(join(shop, 'terminal-public.pem'), 'utf8')).toContain('PUBLIC KEY');
});
