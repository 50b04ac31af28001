import { describe, expect, it } from 'vitest';
import { decodeAddressedPacket, encodeAddressedPacket } from '#felica/addressed-packet';
import { idm } from '#felica/identifiers';
import { hex } from './hex.ts';

const card = idm(hex('0102030405060708'));

describe('addressed packet', () => {
  it('carries the IDm after the code, then the parameters in order', () => {
    expect(encodeAddressedPacket(0x0a, card, hex('01'), hex('00'))).toEqual(
      hex('0c 0a 0102030405060708 0100'),
    );
  });

  it('is read into IDm and parameters', () => {
    const decoded = decodeAddressedPacket(hex('0c 0a 0102030405060708 0100'), 0x0a);
    expect(decoded).toEqual({ idm: card, parameters: hex('0100') });
  });

  it('is not read as another code', () => {
    expect(decodeAddressedPacket(hex('0c 0a 0102030405060708 0100'), 0x0b)).toBeUndefined();
  });

  it('is not read when the IDm is cut off', () => {
    expect(decodeAddressedPacket(hex('09 04 01020304050607'), 0x04)).toBeUndefined();
  });
});
