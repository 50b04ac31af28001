import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { Connection } from '../../../backend/database/connection.ts';
import {
  encodeFixedRows,
  type FixedColumn,
  fixedRowsInput,
} from '../../../backend/database/fixed-row.ts';

const COLUMNS: readonly FixedColumn[] = [
  { name: 'number', kind: 'digits', width: 8 },
  { name: 'bytes', kind: 'bytes', width: 3 },
  { name: 'flag', kind: 'digits', width: 1 },
];
const STATEMENT = `${fixedRowsInput(COLUMNS)} SELECT number, hex(bytes) AS hex, flag FROM input`;

describe('encodeFixedRows', async () => {
  const connection = await Connection.open(':memory:', '');
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
