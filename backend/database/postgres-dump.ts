import { spawn } from 'node:child_process';
import { DatabaseError } from './database-error.ts';

/** What the server's own programs find their way with, such as `PATH` and `PGPASSFILE`. */
export type ToolEnvironment = Readonly<Record<string, string | undefined>>;

interface ToolPlace {
  readonly address: string;
  readonly schema: string;
  /** Not in the address, which every user of the machine sees in the list of processes. */
  readonly password: Readonly<Record<string, string>>;
}

// Who restores it owns it, with the rights that are usual there.
const WITHOUT_ROLES = ['--no-owner', '--no-privileges'];

/**
 * Writes the schema of an address into a new file by `pg_dump`, as it stands at one moment, while others go
 * on writing. Rejects with `DatabaseError`.
 */
export function dumpPostgres(
  place: string,
  to: string,
  environment: ToolEnvironment,
): Promise<void> {
  const { address, schema, password } = toolPlaceOf(place);
  const what = ['--format=custom', `--schema=${schema}`, ...WITHOUT_ROLES];
  const args = [...what, `--file=${to}`, `--dbname=${address}`];
  return runTool('pg_dump', args, { ...environment, ...password });
}

/**
 * Makes the schema of an address of a file of {@link dumpPostgres}, whole or not at all, by `pg_restore`. The
 * schema must not be there, and has the name that it had. Rejects with `DatabaseError`.
 */
export function restorePostgres(
  from: string,
  place: string,
  environment: ToolEnvironment,
): Promise<void> {
  const { address, password } = toolPlaceOf(place);
  const how = ['--exit-on-error', '--single-transaction', ...WITHOUT_ROLES];
  return runTool('pg_restore', [...how, `--dbname=${address}`, from], {
    ...environment,
    ...password,
  });
}

function toolPlaceOf(place: string): ToolPlace {
  const url = new URL(place);
  const schema = url.searchParams.get('schema') ?? '';
  const password = decodeURIComponent(url.password);
  url.searchParams.delete('schema');
  url.password = '';
  return {
    address: url.href,
    schema,
    password: password === '' ? {} : { PGPASSWORD: password },
  };
}

function runTool(
  program: string,
  args: readonly string[],
  environment: ToolEnvironment,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const tool = spawn(program, args, { env: environment, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    tool.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    tool.on('error', (cause) => {
      const message = `database: ${program} cannot be run (${cause.message}); Debian: apt-get install postgresql-client`;
      reject(new DatabaseError('DATABASE_UNAVAILABLE', message, { cause }));
    });
    tool.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new DatabaseError('DATABASE_FAILED', `database: ${said.trim() || program}`));
    });
  });
}
