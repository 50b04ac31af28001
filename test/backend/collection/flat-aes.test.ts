import { createCipheriv } from 'node:crypto';
import { hexToBytes } from '@noble/ciphers/utils.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FlatAes } from '../../../backend/collection/flat-aes.ts';

const block = fc.uint8Array({ minLength: 16, maxLength: 16 });

describe('FlatAes', () => {
  it('encrypts the example of FIPS 197, appendix B', () => {
    const aes = new FlatAes();
    const bytes = hexToBytes('3243f6a8885a308d313198a2e0370734');
    aes.setKey(hexToBytes('2b7e151628aed2a6abf7158809cf4f3c'), 0);
    aes.encrypt(bytes, 0);
    expect(bytes).toEqual(hexToBytes('3925841d02dc09fbdc118597196a0b32'));
  });

  it('encrypts the example of FIPS 197, appendix C.1, at any place of an array', () => {
    const aes = new FlatAes();
    const keys = hexToBytes('ffff000102030405060708090a0b0c0d0e0f');
    const bytes = hexToBytes('ee00112233445566778899aabbccddeeffee');
    aes.setKey(keys, 2);
    aes.encrypt(bytes, 1);
    expect(bytes).toEqual(hexToBytes('ee69c4e0d86a7b0430d8cdb78070b4c55aee'));
  });

  it('agrees with the platform for every key and block, one after the other', () => {
    const aes = new FlatAes();
    fc.assert(
      fc.property(block, block, (key, plain) => {
        const expected = createCipheriv('aes-128-ecb', key, null).update(plain);
        const bytes = plain.slice();
        aes.setKey(key, 0);
        aes.encrypt(bytes, 0);
        expect(bytes).toEqual(Uint8Array.from(expected));
      }),
      { numRuns: 1_000 },
    );
  });

  it('refuses a key that is too short', () => {
    expect(() => new FlatAes().setKey(new Uint8Array(15), 0)).toThrow('16 bytes');
  });
});
