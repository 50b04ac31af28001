import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { postgresPrograms } from './postgresql/server.ts';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** They ask the server itself. */
const OF_POSTGRESQL_ONLY = 'test/backend/database/postgres-{connection,function}.test.ts';

/** Both engines: what a test puts into a file is put into a schema of PostgreSQL here. */
const OVER_POSTGRESQL = {
  extends: true as const,
  test: {
    name: 'postgresql',
    include: [
      'test/postgresql/*.test.ts',
      OF_POSTGRESQL_ONLY,
      'test/journey/killed-backend.test.ts',
      'test/backend/{audit,carrier,collection,issuer,ledger,replacement,settlement,top-up}/**/*.test.ts',
    ],
    // Long ones whose statements are those of the suites beside them.
    exclude: [
      'test/backend/collection/refund-storm.test.ts',
      'test/backend/settlement/payment/reorder-payments.test.ts',
    ],
    globalSetup: [here('postgresql/server.ts')],
    setupFiles: [here('postgresql/instead-of-sqlite.ts')],
  },
};

const hasPostgres =
  postgresPrograms() !== undefined || process.env['KAZASU_REQUIRE_POSTGRESQL'] === '1';

export default defineConfig({
  root: here('..'),
  // Sources run without a build: only vitest knows this condition of package.json's imports map.
  ssr: { resolve: { conditions: ['kazasu-source'] } },
  test: {
    // Tests share no state but what they make, so the files share what they import: a third of the time.
    isolate: false,
    // Half of the time goes by waiting for processes, readers and disks.
    maxWorkers: '100%',
    maxConcurrency: 2,
    // No test is about time: one that hangs ends here, and a slow disk or a busy machine fails none.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    setupFiles: [here('clean-process.ts')],
    projects: [
      {
        extends: true,
        test: {
          name: 'kazasu',
          include: ['test/**/*.test.ts'],
          exclude: ['test/postgresql/**', OF_POSTGRESQL_ONLY],
        },
      },
      ...(hasPostgres ? [OVER_POSTGRESQL] : []),
    ],
  },
});
