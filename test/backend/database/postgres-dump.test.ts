import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dumpPostgres, restorePostgres } from '../../../backend/database/postgres-dump.ts';

const PLACE = 'postgresql://kazasu:s%40cret@db.example/money?schema=kazasu_issuer';

/** The server's own programs, which write down what they were asked, and then do as `answer` says. */
describe("the server's own programs", () => {
  let folder: string;
  let asked: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kazasu-'));
    asked = join(folder, 'asked');
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const put = (program: string, answer: string): void => {
    const path = join(folder, program);
    writeFileSync(path, `#!/bin/sh\necho "$PGPASSWORD $*" > ${asked}\n${answer}\n`);
    chmodSync(path, 0o755);
  };
  const environment = (): Record<string, string> => ({ PATH: folder });

  it('dump a schema without telling its password to who looks at processes', async () => {
    put('pg_dump', 'exit 0');
    await dumpPostgres(PLACE, '/backup/issuer.dump', environment());
    expect(readFileSync(asked, 'utf8')).toBe(
      's@cret --format=custom --schema=kazasu_issuer --no-owner --no-privileges ' +
        '--file=/backup/issuer.dump --dbname=postgresql://kazasu@db.example/money\n',
    );
  });

  it('restore a schema in one transaction', async () => {
    put('pg_restore', 'exit 0');
    await restorePostgres('/backup/issuer.dump', PLACE, environment());
    expect(readFileSync(asked, 'utf8')).toContain('--exit-on-error --single-transaction');
  });

  it('say why they failed', async () => {
    put('pg_dump', 'echo "server version mismatch" >&2; exit 1');
    await expect(dumpPostgres(PLACE, '/x', environment())).rejects.toMatchObject({
      code: 'DATABASE_FAILED',
      message: 'database: server version mismatch',
    });
  });

  it('are asked for by name where they are missing', async () => {
    await expect(restorePostgres('/x', PLACE, environment())).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
      message: expect.stringContaining('apt-get install postgresql-client'),
    });
  });
});
