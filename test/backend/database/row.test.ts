import { describe, expect, it } from 'vitest';
import { bytesIn, numberIn, textIn } from '../../../backend/database/row.ts';

describe('row', () => {
  const row = { n: 7, t: 'seven', b: Buffer.from([7, 8]), z: null };

  it('reads a column of the type that the schema says', () => {
    expect(numberIn(row, 'n')).toBe(7);
    expect(textIn(row, 't')).toBe('seven');
    expect(bytesIn(row, 'b')).toEqual(Uint8Array.of(7, 8));
  });

  it('hands out no Buffer', () => {
    expect(Buffer.isBuffer(bytesIn(row, 'b'))).toBe(false);
  });

  it('takes another type, or no row, for a mistake of ours', () => {
    expect(() => numberIn(row, 't')).toThrow('t: expected a number');
    expect(() => textIn(row, 'z')).toThrow('z: expected a text');
    expect(() => bytesIn(row, 'n')).toThrow('n: expected bytes');
    expect(() => numberIn(undefined, 'n')).toThrow('n: expected a number');
  });
});
