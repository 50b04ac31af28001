import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import {
  encodeFixedRows,
  type FixedColumn,
  fixedRowsInput,
  postgresFixedRows,
} from '../../../backend/database/fixed-row.ts';
import { SqliteConnection } from '../../../backend/database/sqlite-connection.ts';

const COLUMNS: readonly FixedColumn[] = [
  { name: 'number', kind: 'digits', width: 8 },
  { name: 'bytes', kind: 'bytes', width: 3 },
  { name: 'flag', kind: 'digits', width: 1 },
];
const STATEMENT = `${fixedRowsInput(COLUMNS)} SELECT number, hex(bytes) AS hex, flag FROM input`;

describe('encodeFixedRows', async () => {
  const connection = await SqliteConnection.open(':memory:', '');
  afterAll(() => connection.close());

  it('writes numbers as digits and bytes as they are', () => {
    const bytes = encodeFixedRows(COLUMNS, [[120, Uint8Array.of(0, 65, 255), 1]]);
    expect(Buffer.from(bytes).toString('latin1')).toBe('00000120\u0000Aÿ1');
  });

  it('is read back by SQL row by row, whatever the values', async () => {
    const row = fc.tuple(
      fc.nat(99_999_999),
      fc.uint8Array({ minLength: 3, maxLength: 3 }),
      fc.nat(9),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 20 }), async (rows) => {
        const found = await connection.all(STATEMENT, [encodeFixedRows(COLUMNS, rows)]);
        const expected = rows.map(([number, bytes, flag]) => ({
          number,
          hex: Buffer.from(bytes).toString('hex').toUpperCase(),
          flag,
        }));
        expect(found).toEqual(expected);
      }),
    );
  });

  it('reads no rows from no bytes', async () => {
    expect(await connection.all(STATEMENT, [new Uint8Array(0)])).toEqual([]);
  });

  it.each([
    ['a number that is too wide', [100_000_000, new Uint8Array(3), 1]],
    ['a number below zero', [-1, new Uint8Array(3), 1]],
    ['a fraction', [0.5, new Uint8Array(3), 1]],
    ['bytes of another length', [1, new Uint8Array(4), 1]],
    ['a number for bytes', [1, 2, 3]],
    ['a value too few', [1, new Uint8Array(3)]],
  ])('takes %s for a mistake of ours', (_what, row) => {
    expect(() => encodeFixedRows(COLUMNS, [row])).toThrow();
  });
});

describe('postgresFixedRows', () => {
  it('finds the places without a recursion, and reads digits from a text', () => {
    expect(
      postgresFixedRows(STATEMENT),
    ).toBe(`WITH place(at) AS (SELECT generate_series(1, length(CAST(?1 AS BLOB)), 12) AS at),
input(number, bytes, flag) AS (SELECT CAST(convert_from(substr(?1, at + 0, 8), 'SQL_ASCII') AS INTEGER), substr(?1, at + 8, 3), CAST(convert_from(substr(?1, at + 11, 1), 'SQL_ASCII') AS INTEGER) FROM place) SELECT number, hex(bytes) AS hex, flag FROM input`);
  });

  it('leaves every other statement alone', () => {
    expect(postgresFixedRows('SELECT substr(?1, 1, 2)')).toBe('SELECT substr(?1, 1, 2)');
  });
});
