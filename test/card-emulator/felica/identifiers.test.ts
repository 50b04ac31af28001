import { describe, expect, it } from 'vitest';
import {
  decodeNodeCodes,
  decodeSystemCode,
  encodeNodeCode,
  encodeSystemCode,
  formatIdm,
  idm,
  nodeCode,
  parseIdm,
  pmm,
  sameBytes,
  shortIdm,
  systemCode,
} from '#felica/identifiers';
import { hex } from './hex.ts';

describe('IDm', () => {
  it.each([0, 7, 9])('is not made of %d bytes', (length) => {
    expect(() => idm(new Uint8Array(length))).toThrow(RangeError);
    expect(() => pmm(new Uint8Array(length))).toThrow(RangeError);
  });

  it('keeps its bytes when the buffer it came from is used again', () => {
    const buffer = hex('0102030405060708');
    const card = idm(buffer);
    buffer.fill(0);
    expect(formatIdm(card)).toBe('0102030405060708');
  });

  it('is written in lower case and read in either', () => {
    expect(formatIdm(idm(hex('02fe0102030405ab')))).toBe('02fe0102030405ab');
    expect(parseIdm('02FE0102030405AB')).toEqual(hex('02fe0102030405ab'));
  });

  it.each(['', '0102030405060', '010203040506070809', '01020304050607zz', ' 0102030405060708'])(
    'is not read from "%s"',
    (text) => {
      expect(parseIdm(text)).toBeUndefined();
    },
  );

  it('is shortened to its last two bytes for messages', () => {
    expect(shortIdm(idm(hex('0102030405060708')))).toBe('0708');
  });
});

describe('codes', () => {
  it('sends a system code big endian and a node code little endian', () => {
    expect(encodeSystemCode(systemCode(0x4b5a))).toEqual(hex('4b5a'));
    expect(encodeNodeCode(nodeCode(0x1014))).toEqual(hex('1410'));
  });

  it('reads them back in the same order', () => {
    expect(decodeSystemCode(hex('4b5a'))).toBe(0x4b5a);
    expect(decodeNodeCodes(hex('1410 0810'))).toEqual([0x1014, 0x1008]);
  });

  it('takes no system code from another number of bytes', () => {
    expect(decodeSystemCode(hex('4b'))).toBeUndefined();
    expect(decodeSystemCode(hex('4b5a00'))).toBeUndefined();
  });

  it.each([-1, 0x1_0000, 1.5])('are not %d', (value) => {
    expect(() => systemCode(value)).toThrow(RangeError);
    expect(() => nodeCode(value)).toThrow(RangeError);
  });
});

describe('same bytes', () => {
  it('compares content and length', () => {
    expect(sameBytes(hex('0102'), hex('0102'))).toBe(true);
    expect(sameBytes(hex('0102'), hex('0103'))).toBe(false);
    expect(sameBytes(hex('0102'), hex('010203'))).toBe(false);
    expect(sameBytes(hex(''), hex(''))).toBe(true);
  });
});
