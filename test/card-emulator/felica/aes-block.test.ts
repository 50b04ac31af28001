import { describe, expect, it } from 'vitest';
import { decryptBlock, encryptBlock, xorBytes } from '#felica/aes-block';
import { hex } from './hex.ts';

const key = hex('000102030405060708090a0b0c0d0e0f');
const plain = hex('00112233445566778899aabbccddeeff');
const encrypted = hex('69c4e0d86a7b0430d8cdb78070b4c55a');

describe('AES block', () => {
  it('is encrypted as in FIPS 197, appendix C.1', () => {
    expect(encryptBlock(key, plain)).toEqual(encrypted);
    expect(decryptBlock(key, encrypted)).toEqual(plain);
  });

  it('leaves key and block as they were', () => {
    encryptBlock(key, plain);
    expect(key).toEqual(hex('000102030405060708090a0b0c0d0e0f'));
    expect(plain).toEqual(hex('00112233445566778899aabbccddeeff'));
  });

  it.each([0, 15, 17, 24, 32])('takes no key of %d bytes', (length) => {
    expect(() => encryptBlock(new Uint8Array(length), plain)).toThrow(RangeError);
    expect(() => decryptBlock(new Uint8Array(length), plain)).toThrow(RangeError);
  });

  it.each([0, 15, 17, 32])('takes no block of %d bytes', (length) => {
    expect(() => encryptBlock(key, new Uint8Array(length))).toThrow(RangeError);
    expect(() => decryptBlock(key, new Uint8Array(length))).toThrow(RangeError);
  });
});

describe('exclusive or', () => {
  it('changes as many bytes as the second value has', () => {
    expect(xorBytes(hex('ff00ff00'), hex('0f0f'))).toEqual(hex('f00fff00'));
  });

  it('ignores what the second value has too much', () => {
    expect(xorBytes(hex('ff00'), hex('0f0f0f'))).toEqual(hex('f00f'));
  });
});
