import { describe, expect, it } from 'vitest';
import {
  decryptDes,
  decryptDesCbc,
  decryptTripleDes,
  encryptDes,
  encryptDesCbc,
  encryptTripleDes,
} from '#felica/des-block';
import { hex, inHex } from './hex.ts';

describe('DES', () => {
  it('has the known answers of FIPS 81, block by block and chained', () => {
    const key = hex('0123456789abcdef');
    const plain = hex('4e6f77206973207468652074696d6520666f7220616c6c20');
    const blocks = [0, 8, 16].map((start) => inHex(encryptDes(key, plain.slice(start, start + 8))));
    expect(blocks).toEqual(['3fa40e8a984d4815', '6a271787ab8883f9', '893d51ec4b563b53']);
    expect(inHex(decryptDes(key, hex('3fa40e8a984d4815')))).toBe('4e6f772069732074');
    expect(decryptDesCbc(key, encryptDesCbc(key, plain))).toEqual(plain);
  });

  it('chains from a vector of zeros', () => {
    const key = hex('0123456789abcdef');
    const first = hex('4e6f772069732074');
    expect(inHex(encryptDesCbc(key, first))).toBe(inHex(encryptDes(key, first)));
  });

  it('encrypts, decrypts and encrypts with two keys', () => {
    const [first, second] = [hex('0123456789abcdef'), hex('fedcba9876543210')];
    const block = hex('0011223344556677');
    const expected = encryptDes(first, decryptDes(second, encryptDes(first, block)));
    expect(encryptTripleDes(first, second, block)).toEqual(expected);
    expect(decryptTripleDes(first, second, expected)).toEqual(block);
  });

  it('takes equal and weak keys: a card may hold any', () => {
    const [weak, block] = [hex('0101010101010101'), hex('0011223344556677')];
    expect(encryptTripleDes(weak, weak, block)).toEqual(encryptDes(weak, block));
    expect(encryptDes(weak, encryptDes(weak, block))).toEqual(block);
  });

  it('does not look at parity bits', () => {
    const block = hex('0011223344556677');
    expect(encryptDes(hex('0022446688aaccee'), block)).toEqual(
      encryptDes(hex('0123456789abcdef'), block),
    );
  });

  it('takes no key and no data of another length', () => {
    const key = hex('0123456789abcdef');
    expect(() => encryptDes(key.slice(1), key)).toThrow('DES key: expected 8 bytes');
    expect(() => encryptDes(key, key.slice(1))).toThrow('DES block: expected 8 bytes');
    expect(() => encryptDesCbc(key, key.slice(1))).toThrow('whole blocks');
  });
});
