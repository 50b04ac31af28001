import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const KAZASU = fileURLToPath(new URL('../../dist/terminal/kazasu.js', import.meta.url));

/** The programs of `kazasu`; the compiled binary starts each of them by its path. */
export const PROGRAMS = {
  card: 'dist/card-emulator/main.js',
  handset: 'dist/card-emulator/handset/main.js',
  terminal: 'dist/terminal/main.js',
  backend: 'dist/backend/main.js',
  audit: 'dist/backend/auditor.js',
  'first-tap': 'dist/terminal/first-tap/main.js',
} as const;

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `kazasu …args` as a person does, from the compiled files. */
export function kazasu(...args: readonly string[]): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, [KAZASU, ...args], {
    encoding: 'utf8',
    timeout: 180_000,
  });
  return { status, stdout, stderr };
}
