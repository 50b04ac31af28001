import { describe, expect, it } from 'vitest';
import { sonyFffe } from '../../../terminal/reader/sony-fffe.ts';
import { hex } from '../../card-emulator/felica/hex.ts';

describe('sony-fffe', () => {
  it('puts the packet behind FF FE 01 00 Lc', () => {
    const packet = hex('10 06 0102030405060708 01 0901 01 8000');
    expect(sonyFffe.wrap(packet)).toEqual(
      hex('ff fe 01 00 10 10 06 0102030405060708 01 0901 01 8000'),
    );
  });

  it('has room for the longest packet, and refuses what is none', () => {
    expect(sonyFffe.wrap(new Uint8Array(255).fill(255))).toHaveLength(260);
    expect(() => sonyFffe.wrap(hex('03 00'))).toThrow(RangeError);
  });

  it('needs no opening', () => {
    expect(sonyFffe.opening).toEqual([]);
  });

  it.each([
    ['a packet and 90 00', '03 3f 00 90 00', { result: 'packet', packet: hex('03 3f 00') }],
    ['90 00 alone', '90 00', { result: 'silent' }],
    ['63 00', '63 00', { result: 'silent' }],
    ['6d 00', '6d 00', { result: 'refused', statusWord: 0x6d00 }],
    ['an unknown status word', '6f 00', { result: 'broken' }],
    ['nothing', '', { result: 'broken' }],
  ])('reads %s', (_, reply, expected) => {
    expect(sonyFffe.unwrap(hex(reply))).toEqual(expected);
  });
});
