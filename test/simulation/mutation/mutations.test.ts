import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../tidy/tree.ts';
import { type Mutation, mutatedCopy } from './mutation.ts';
import { MUTATIONS } from './mutations.ts';

const run = promisify(execFile);
const TIMEOUT_MS = 120_000;
/** Every mistake of the list shows within so many taps of this seed, or in an episode that it names. */
const TAPS = 2_000;
const SEED = 4;

interface Ran {
  readonly exitCode: number;
  readonly output: string;
}

async function simulate(folder: string, episode?: Mutation['episode']): Promise<Ran> {
  const program = join(folder, 'dist/test/simulation/main.js');
  const seed = episode?.seed ?? SEED;
  const alone = episode === undefined ? [] : ['--episode', `${episode.number}`];
  const args = [program, '--taps', `${TAPS}`, '--seed', `${seed}`, '--json', ...alone];
  try {
    const { stdout } = await run(process.execPath, args, { maxBuffer: 1 << 26 });
    return { exitCode: 0, output: stdout };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { exitCode: code, output: stdout + stderr };
  }
}

// Each is a process of its own.
describe.concurrent('the simulation', { timeout: TIMEOUT_MS }, () => {
  it('finds nothing wrong with the program as it is', async () => {
    const { exitCode, output } = await simulate(ROOT);
    expect(output).toContain('"violations":[]');
    expect(exitCode).toBe(0);
  });

  it.each(MUTATIONS.flatMap(({ episode }) => (episode === undefined ? [] : [episode])))(
    'finds nothing wrong with it in episode $number of seed $seed either',
    async (episode) => {
      const { exitCode, output } = await simulate(ROOT, episode);
      expect(output).toContain('"violations":[]');
      expect(exitCode).toBe(0);
    },
  );

  // A mistake shows as yen that the auditor misses, or the program runs into one of its own walls.
  it.each(MUTATIONS.map((mutation): [string, Mutation] => [mutation.mistake, mutation]))(
    'finds out when %s',
    async (_, mutation) => {
      const folder = mutatedCopy(ROOT, mutation);
      try {
        const { exitCode, output } = await simulate(folder, mutation.episode);
        expect(exitCode, output.slice(0, 500)).not.toBe(0);
        expect(output).toMatch(
          /"violations":\["|AssertionError|JournalError|DatabaseError|RangeError/,
        );
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );

  it('refuses a mistake that fits nowhere any more', () => {
    const edits = [{ file: 'terminal/debit/debit.js', from: 'no such code', to: '' }];
    expect(() => mutatedCopy(ROOT, { mistake: 'none', edits })).toThrow(RangeError);
  });
});
