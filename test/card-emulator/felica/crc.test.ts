import { describe, expect, it } from 'vitest';
import { crc16 } from '#felica/crc';
import vectors from '../../vectors/felica-crc.json' with { type: 'json' };
import { hex } from './hex.ts';

describe('CRC of a frame', () => {
  it.each(vectors)('of $packet is $crc', ({ packet, crc }) => {
    expect(crc16(hex(packet))).toBe(Number.parseInt(crc, 16));
  });

  it.each(vectors)('over packet and CRC is zero: $packet', ({ packet, crc }) => {
    expect(crc16(hex(packet + crc))).toBe(0);
  });

  it('of nothing is zero', () => {
    expect(crc16(hex(''))).toBe(0);
  });
});
