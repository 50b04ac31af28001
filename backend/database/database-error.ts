/**
 * `DATABASE_UNAVAILABLE`: the file cannot be opened. `DATABASE_FOREIGN`: it is the file of another
 * party or of another program. `DATABASE_SCHEMA_UNKNOWN`: a newer program has changed it.
 * `DATABASE_BUSY`: another process held it for too long. `DATABASE_FULL`: the disk is full.
 * `DATABASE_CONFLICT`: a constraint or an append-only table refused. `DATABASE_DAMAGED`: the file is
 * not what was written. `DATABASE_FAILED`: anything else.
 */
export type DatabaseErrorCode =
  | 'DATABASE_UNAVAILABLE'
  | 'DATABASE_FOREIGN'
  | 'DATABASE_SCHEMA_UNKNOWN'
  | 'DATABASE_BUSY'
  | 'DATABASE_FULL'
  | 'DATABASE_CONFLICT'
  | 'DATABASE_DAMAGED'
  | 'DATABASE_FAILED';

export class DatabaseError extends Error {
  readonly code: DatabaseErrorCode;

  constructor(code: DatabaseErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DatabaseError';
    this.code = code;
  }
}

const CODE_BY_ENGINE_CODE: Readonly<Record<string, DatabaseErrorCode>> = {
  SQLITE_BUSY: 'DATABASE_BUSY',
  SQLITE_LOCKED: 'DATABASE_BUSY',
  SQLITE_FULL: 'DATABASE_FULL',
  SQLITE_CONSTRAINT: 'DATABASE_CONFLICT',
  SQLITE_CORRUPT: 'DATABASE_DAMAGED',
  SQLITE_NOTADB: 'DATABASE_DAMAGED',
  SQLITE_CANTOPEN: 'DATABASE_UNAVAILABLE',
};

/** What the engine's error means to whoever asked. */
export function databaseErrorOf(cause: Error): DatabaseError {
  const engineCode = 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  const code = CODE_BY_ENGINE_CODE[engineCode] ?? 'DATABASE_FAILED';
  return new DatabaseError(code, `database: ${cause.message}`, { cause });
}
