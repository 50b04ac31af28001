import { basename } from 'node:path';
import { afterAll, inject, vi } from 'vitest';
import type { Transaction } from '../../backend/database/database.ts';
import type { ConnectionAccess } from '../../backend/database/open-connection.ts';
import { PostgresConnection } from '../../backend/database/postgres-connection.ts';
import { SchemaPool } from './schema-pool.ts';

declare module 'vitest' {
  interface ProvidedContext {
    postgresAddress: string;
  }
}

const pool = SchemaPool.ofProcess(inject('postgresAddress'));

// Every database that a test puts at a path becomes a schema of its own, so the same tests run over both.
vi.mock('../../backend/database/open-connection.ts', () => ({
  isPostgresAddress: (path: string) => path.startsWith('postgresql:'),
  openConnection: (path: string, access: ConnectionAccess) =>
    PostgresConnection.open(placeOf(path), access),
}));

vi.mock('../backend/database/editor.ts', () => ({
  openToChanges: async (transaction: Transaction, table: string) => {
    for (const verb of ['update', 'delete']) {
      await transaction.run(`DROP TRIGGER IF EXISTS ${table}_no_${verb} ON ${table}`);
    }
  },
}));

afterAll(() => pool.clean());

/** What a test puts into PostgreSQL itself is where it says. */
function placeOf(path: string): string {
  return path.startsWith('postgresql:') ? path : pool.placeOf(path, basename(path));
}
