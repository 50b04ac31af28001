import { describe, expect, it } from 'vitest';
import { databaseErrorOf } from '../../../backend/database/database-error.ts';

describe('databaseErrorOf', () => {
  it.each([
    ['SQLITE_BUSY', 'DATABASE_BUSY'],
    ['SQLITE_LOCKED', 'DATABASE_BUSY'],
    ['SQLITE_FULL', 'DATABASE_FULL'],
    ['SQLITE_CONSTRAINT', 'DATABASE_CONFLICT'],
    ['SQLITE_CORRUPT', 'DATABASE_DAMAGED'],
    ['SQLITE_NOTADB', 'DATABASE_DAMAGED'],
    ['SQLITE_CANTOPEN', 'DATABASE_UNAVAILABLE'],
    ['SQLITE_IOERR', 'DATABASE_FAILED'],
  ])('says of %s: %s', (engineCode, code) => {
    const cause = Object.assign(new Error('no'), { code: engineCode });
    const error = databaseErrorOf(cause);
    expect(error).toMatchObject({ code, cause, message: 'database: no' });
  });

  it('has a code for an error without one', () => {
    expect(databaseErrorOf(new Error('no')).code).toBe('DATABASE_FAILED');
  });
});
