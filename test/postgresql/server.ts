import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

const DEBIAN = '/usr/lib/postgresql';
const ROOT = 0;
const NOBODY = 65_534;

/** Nothing here outlives the tests, so the disk is not waited for. */
const SETTINGS = ['fsync=off', 'full_page_writes=off', 'autovacuum=off', 'max_connections=400'];

/** The folder of the server's programs, of the newest version that is installed. */
export function postgresPrograms(): string | undefined {
  if (!existsSync(DEBIAN)) return undefined;
  const versions = readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a));
  return versions
    .map((version) => join(DEBIAN, version, 'bin'))
    .find((folder) => existsSync(join(folder, 'initdb')));
}

/** Starts a real server of its own for the tests, on a socket in a temporary folder, and ends it. */
export function setup(project: TestProject): () => void {
  const programs = postgresPrograms();
  if (programs === undefined) {
    throw new Error(`${DEBIAN}: no PostgreSQL server here; apt-get install postgresql`);
  }
  const folder = mkdtempSync(join(tmpdir(), 'kazasu-postgresql-'));
  const data = join(folder, 'data');
  // The server refuses to run as root.
  const isRoot = process.getuid?.() === ROOT;
  if (isRoot) chownSync(folder, NOBODY, NOBODY);
  const run = (program: string, ...args: string[]): void => {
    const ran = spawnSync(join(programs, program), args, {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'ignore', 'pipe'],
      ...(isRoot ? { uid: NOBODY, gid: NOBODY } : {}),
    });
    if (ran.status !== 0) throw new Error(`${program}: ${ran.error?.message ?? ran.stderr}`);
  };
  run('initdb', '-D', data, '-A', 'trust', '-E', 'UTF8', '--locale=C', '-U', 'kazasu', '-N');
  const settings = SETTINGS.map((setting) => `-c ${setting}`).join(' ');
  const options = `-c listen_addresses= -c unix_socket_directories=${folder} ${settings}`;
  run('pg_ctl', '-D', data, '-o', options, '-l', join(folder, 'log'), '-w', 'start');
  project.provide('postgresAddress', `postgresql://kazasu@localhost/postgres?host=${folder}`);
  return () => {
    run('pg_ctl', '-D', data, '-m', 'immediate', '-w', 'stop');
    rmSync(folder, { recursive: true, force: true });
  };
}
