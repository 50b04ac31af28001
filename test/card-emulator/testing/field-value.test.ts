import { describe, expect, it } from 'vitest';
import {
  blockOf,
  bytesOf,
  bytesOfLength,
  dayOf,
  idmOf,
  pmmOf,
  wholeOf,
  yenOf,
} from '../../../card-emulator/testing/field-value.ts';

const fault = (field: string): unknown =>
  expect.objectContaining({ code: 'CARD_STRUCTURE_INVALID', field });

describe('a plain value', () => {
  it('may be bytes or hexadecimal digits with blanks between them', () => {
    expect(bytesOf('a', '01 fE\n03')).toEqual(Uint8Array.of(1, 0xfe, 3));
    expect(bytesOf('a', Uint8Array.of(1, 2))).toEqual(Uint8Array.of(1, 2));
    expect(bytesOf('a', '')).toEqual(new Uint8Array(0));
  });

  it('is a copy of the bytes', () => {
    const given = Uint8Array.of(1);
    const taken = bytesOf('a', given);
    given[0] = 2;
    expect(taken).toEqual(Uint8Array.of(1));
  });

  it.each(['0', '0g', '0x01', 'ab c'])('is no hexadecimal digits: %j', (text) => {
    expect(() => bytesOf('a', text)).toThrow(fault('a'));
  });

  it('has the length of its field', () => {
    expect(bytesOfLength('a', '0102', 2)).toHaveLength(2);
    expect(() => bytesOfLength('a', '0102', 3)).toThrow('a: expected 3 bytes, got 2');
    expect(() => idmOf('a', '01')).toThrow(fault('a'));
    expect(() => pmmOf('a', '01')).toThrow(fault('a'));
    expect(blockOf('a', '00'.repeat(16))).toHaveLength(16);
    expect(() => blockOf('a', '00'.repeat(17))).toThrow(fault('a'));
  });

  it('is a whole number up to the limit of its field', () => {
    expect([wholeOf('a', 0, 9), wholeOf('a', 9, 9), yenOf('a', 9, 9)]).toEqual([0, 9, 9]);
    for (const value of [-1, 10, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => wholeOf('a', value, 9)).toThrow(fault('a'));
      expect(() => yenOf('a', value, 9)).toThrow(fault('a'));
    }
  });

  it('is a day that fits the two bytes of the card', () => {
    expect([dayOf('a', '2020-01-01'), dayOf('a', '2199-06-06')]).toHaveLength(2);
    for (const day of ['2019-12-31', '2199-06-07', '2026-02-29', 'today']) {
      expect(() => dayOf('a', day)).toThrow(fault('a'));
    }
  });
});
