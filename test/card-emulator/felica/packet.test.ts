import { describe, expect, it } from 'vitest';
import { decodePacket, encodePacket } from '#felica/packet';
import { hex } from './hex.ts';

describe('packet', () => {
  it('begins with a length byte that counts itself', () => {
    expect(encodePacket(0x04, hex('0102030405060708'))).toEqual(hex('0a 04 0102030405060708'));
  });

  it('holds at most 255 bytes', () => {
    expect(encodePacket(0x00, new Uint8Array(253))).toHaveLength(255);
    expect(() => encodePacket(0x00, new Uint8Array(254))).toThrow(RangeError);
  });

  it('may have no data', () => {
    expect(decodePacket(encodePacket(0x70, hex('')))).toEqual({ code: 0x70, data: hex('') });
  });

  it.each([
    ['nothing', ''],
    ['a length byte alone', '01'],
    ['a length that counts one byte less', '09 04 0102030405060708'],
    ['a length that counts one byte more', '0b 04 0102030405060708'],
    ['a length of zero', '00 04'],
  ])('is not %s', (_, bytes) => {
    expect(decodePacket(hex(bytes))).toBeUndefined();
  });

  it('keeps its data when the buffer it came from is used again', () => {
    const buffer = hex('04 f0 a55a');
    const packet = decodePacket(buffer);
    buffer.fill(0);
    expect(packet).toEqual({ code: 0xf0, data: hex('a55a') });
  });

  it.each([-1, 0x100])('has no code %d', (code) => {
    expect(() => encodePacket(code, hex(''))).toThrow(RangeError);
  });
});
