import { DatabaseError, type DatabaseErrorCode } from './database-error.ts';

/** By the whole code, or by its class, the first two characters (PostgreSQL manual, appendix A). */
const CODE_BY_STATE: Readonly<Record<string, DatabaseErrorCode>> = {
  '08': 'DATABASE_UNAVAILABLE',
  '23': 'DATABASE_CONFLICT',
  '28': 'DATABASE_UNAVAILABLE',
  '3D': 'DATABASE_UNAVAILABLE',
  '40': 'DATABASE_BUSY',
  '53': 'DATABASE_UNAVAILABLE',
  '53100': 'DATABASE_FULL',
  '55P03': 'DATABASE_BUSY',
  '57P': 'DATABASE_UNAVAILABLE',
  XX001: 'DATABASE_DAMAGED',
  XX002: 'DATABASE_DAMAGED',
};

/** What an error of the driver means to whoever asked. One without a state is of the network. */
export function postgresErrorOf(cause: unknown): DatabaseError {
  if (cause instanceof DatabaseError) return cause;
  const state = stateOf(cause);
  const message = `database: ${cause instanceof Error ? cause.message : String(cause)}`;
  return new DatabaseError(codeOf(state), message, { cause });
}

function codeOf(state: string | undefined): DatabaseErrorCode {
  if (state === undefined) return 'DATABASE_UNAVAILABLE';
  const lengths = [state.length, 3, 2];
  const found = lengths.map((length) => CODE_BY_STATE[state.slice(0, length)]);
  return found.find((code) => code !== undefined) ?? 'DATABASE_FAILED';
}

/** Five characters; the network's own codes, such as `ECONNREFUSED`, are longer. */
function stateOf(cause: unknown): string | undefined {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/u.test(code) ? code : undefined;
}
