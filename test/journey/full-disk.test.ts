import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const PROGRAM = fileURLToPath(new URL('../../dist/', import.meta.url));
const parent = mkdtempSync(join(tmpdir(), 'kazasu-full-'));

afterAll(() => rmSync(parent, { recursive: true }));

/** Runs it where each file may be made, and no byte be written into it. */
function runOnFullDisk(
  program: string,
  words: readonly string[],
): readonly [number | null, string] {
  const command = [process.execPath, join(PROGRAM, program), ...words].map((word) => `'${word}'`);
  const script = `ulimit -f 0; exec ${command.join(' ')}`;
  const { status, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
  return [status, stderr];
}

// Such a limit is not known there.
describe.skipIf(process.platform === 'win32')('on a full disk', () => {
  it('no issuer is made, and nothing says that there is one', () => {
    const folder = join(parent, 'issuer');
    const init = ['init', '--data', folder, '--issuer-id', '7'];
    expect(runOnFullDisk('backend/main.js', init)).toEqual([1, 'EFBIG: file too large, write\n']);
    expect(readdirSync(folder)).not.toContain('issuer-keys.json');
    expect(readdirSync(folder)).not.toContain('issuer-keys.json.new');
  });

  it('no terminal is made, and nothing says that there is one', () => {
    const folder = join(parent, 'shop');
    const init = ['init', '--data', folder, '--terminal', '1', '--merchant', '1'];
    const issuer = ['--merchant-name', 'Kissa', '--issuer-url', 'http://127.0.0.1:9'];
    const outcome = runOnFullDisk('terminal/main.js', [...init, ...issuer]);
    expect(outcome).toEqual([1, 'EFBIG: file too large, write\n']);
    expect(readdirSync(folder)).toEqual([]);
  });
});
