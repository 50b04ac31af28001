import { describe, expect, it } from 'vitest';
import { postgresColumn, postgresParameter } from '../../../backend/database/postgres-value.ts';

describe('a column of PostgreSQL', () => {
  it.each([
    ['int8', 20, '-9007199254740991', -9_007_199_254_740_991],
    ['a sum', 1700, '42', 42],
    ['float8', 701, '35.5', 35.5],
    ['a condition that holds', 16, 't', 1],
    ['one that does not', 16, 'f', 0],
    ['bytes', 17, '\\x00ff', Buffer.of(0, 255)],
    ['no bytes', 17, '\\x', Buffer.of()],
    ['text', 25, '42', '42'],
  ])('is %s', (_what, type, text, expected) => {
    expect(postgresColumn(type)(text)).toEqual(expected);
  });

  it('is never a number with fewer digits', () => {
    expect(() => postgresColumn(20)('9007199254740993')).toThrow('too large a number');
  });
});

describe('a parameter for PostgreSQL', () => {
  it('is the bytes that are asked for, and not those around them', () => {
    const bytes = Uint8Array.of(1, 2, 3, 4).subarray(1, 3);
    expect(postgresParameter(bytes)).toEqual(Buffer.of(2, 3));
    expect([null, 'a', 7].map(postgresParameter)).toEqual([null, 'a', 7]);
  });
});
