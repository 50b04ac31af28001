import type { Connection } from './connection.ts';
import { PostgresConnection } from './postgres-connection.ts';
import { SqliteConnection } from './sqlite-connection.ts';

/**
 * What a connection is for. `read`: beside one that writes. `snapshot`: of a database that is there, and
 * is not changed in any way.
 */
export type ConnectionAccess = 'write' | 'read' | 'snapshot';

// With WAL a commit is durable only under synchronous=FULL; from a thousand rows in a commit on it
// costs nothing measurable. A large cache and rare checkpoints keep each page of a random key from
// being written again and again (storage.md 1.2, 1.5, 1.7).
const SETTINGS = `
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA foreign_keys = ON;
PRAGMA cache_size = -262144;
PRAGMA temp_store = MEMORY;
PRAGMA wal_autocheckpoint = 20000;`;

/** Every other place is the path of a SQLite file. */
export function isPostgresAddress(place: string): boolean {
  return /^postgres(?:ql)?:/u.test(place);
}

/**
 * Opens, and creates where it is asked to write, a database: the path of a SQLite file, or a PostgreSQL
 * address whose parameter `schema` names the schema. Rejects with `DatabaseError`.
 */
export function openConnection(place: string, access: ConnectionAccess): Promise<Connection> {
  if (isPostgresAddress(place)) return PostgresConnection.open(place, access);
  if (access === 'snapshot') return SqliteConnection.openReadOnly(place);
  const settings = access === 'read' ? `${SETTINGS} PRAGMA query_only = ON;` : SETTINGS;
  return SqliteConnection.open(place, settings);
}
