import { expect, it } from 'vitest';
import { DatabaseError } from '../../../backend/database/database-error.ts';
import { postgresErrorOf } from '../../../backend/database/postgres-error.ts';

it.each([
  ['23505', 'DATABASE_CONFLICT'],
  ['23001', 'DATABASE_CONFLICT'],
  ['53100', 'DATABASE_FULL'],
  ['53300', 'DATABASE_UNAVAILABLE'],
  ['55P03', 'DATABASE_BUSY'],
  ['40001', 'DATABASE_BUSY'],
  ['57P01', 'DATABASE_UNAVAILABLE'],
  ['28P01', 'DATABASE_UNAVAILABLE'],
  ['XX001', 'DATABASE_DAMAGED'],
  ['42601', 'DATABASE_FAILED'],
  ['ECONNREFUSED', 'DATABASE_UNAVAILABLE'],
])('of PostgreSQL, %s, is told as %s', (state, code) => {
  const cause = Object.assign(new Error('what it says'), { code: state });
  expect(postgresErrorOf(cause)).toMatchObject({ code, message: 'database: what it says', cause });
});

it('of ours stays what it is', () => {
  const error = new DatabaseError('DATABASE_FOREIGN', 'of somebody else');
  expect(postgresErrorOf(error)).toBe(error);
});
