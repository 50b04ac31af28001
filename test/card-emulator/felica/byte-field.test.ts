import { describe, expect, it } from 'vitest';
import {
  decodeU8,
  decodeU16BE,
  decodeU16LE,
  encodeU8,
  encodeU16BE,
  encodeU16LE,
  requireCount,
  requireLength,
  requireWhole,
} from '#felica/byte-field';
import { hex } from './hex.ts';

describe('byte field', () => {
  it('puts the low byte first in little endian', () => {
    expect(encodeU16LE('value', 0x1234)).toEqual(hex('34 12'));
    expect(decodeU16LE(hex('00 34 12'), 1)).toBe(0x1234);
  });

  it('puts the high byte first in big endian', () => {
    expect(encodeU16BE('value', 0x1234)).toEqual(hex('12 34'));
    expect(decodeU16BE(hex('00 12 34'), 1)).toBe(0x1234);
  });

  it('reads from a part of a larger buffer', () => {
    expect(decodeU16LE(hex('ff ff 34 12').subarray(2), 0)).toBe(0x1234);
    expect(decodeU8(hex('ff 07').subarray(1), 0)).toBe(7);
  });

  it.each([-1, 0x100, 1.5, Number.NaN])('refuses %d as one byte', (value) => {
    expect(() => encodeU8('value', value)).toThrow(RangeError);
  });

  it.each([-1, 0x1_0000, 0.5])('refuses %d as two bytes', (value) => {
    expect(() => encodeU16LE('value', value)).toThrow(RangeError);
    expect(() => encodeU16BE('value', value)).toThrow(RangeError);
  });

  it('accepts both ends of a range', () => {
    expect(requireWhole('value', 0, 7)).toBe(0);
    expect(requireWhole('value', 7, 7)).toBe(7);
    expect(requireCount('list', 1, 1, 2)).toBe(1);
    expect(requireCount('list', 2, 1, 2)).toBe(2);
  });

  it('refuses a list outside its limits', () => {
    expect(() => requireCount('list', 0, 1, 2)).toThrow('list: expected 1 to 2 entries, got 0');
    expect(() => requireCount('list', 3, 1, 2)).toThrow(RangeError);
  });

  it('does not show the bytes of a wrong length, which may be a key', () => {
    expect(() => requireLength('key', hex('5e c2 e7'), 16)).toThrow(
      /^key: expected 16 bytes, got 3$/,
    );
  });
});
