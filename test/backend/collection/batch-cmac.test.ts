import { cmac } from '@noble/ciphers/aes.js';
import { hexToBytes } from '@noble/ciphers/utils.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cmacOfEach, KeyedCmac } from '../../../backend/collection/batch-cmac.ts';

const KEY = hexToBytes('2b7e151628aed2a6abf7158809cf4f3c');
const MESSAGE = hexToBytes(
  '6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710',
);
const key = fc.uint8Array({ minLength: 16, maxLength: 16 });

describe('cmacOfEach', () => {
  it.each([
    [16, '070a16b46b4d4144f79bdd9dd04a287c'],
    [40, 'dfa66747de9ae63030ca32611497c827'],
    [64, '51f0bebf7e3b9d92fc49741779363cfe'],
  ])('gives the MAC of RFC 4493 §4 for %i bytes', (messageBytes, mac) => {
    const run = { bytes: MESSAGE, offset: 0, stride: 0, messageBytes, count: 1 };
    expect(Uint8Array.from(cmacOfEach(KEY, run))).toEqual(hexToBytes(mac));
  });

  it('agrees with another implementation for every run of messages', () => {
    const shape = fc.record({
      key,
      messageBytes: fc.integer({ min: 1, max: 70 }),
      gap: fc.nat(20),
      offset: fc.nat(20),
      count: fc.nat(8),
    });
    fc.assert(
      fc.property(shape, fc.infiniteStream(fc.nat(255)), (given, stream) => {
        const { messageBytes, gap, offset, count } = given;
        const stride = messageBytes + gap;
        const length = offset + stride * count;
        const bytes = Uint8Array.from({ length }, () => stream.next().value);
        const macs = cmacOfEach(given.key, { bytes, offset, stride, messageBytes, count });
        expect(macs.length).toBe(16 * count);
        for (let index = 0; index < count; index++) {
          const from = offset + stride * index;
          const expected = cmac(bytes.slice(from, from + messageBytes), given.key);
          expect(Uint8Array.from(macs.subarray(16 * index, 16 * index + 16))).toEqual(expected);
        }
      }),
    );
  });
});

describe('KeyedCmac', () => {
  it('agrees with another implementation for every key and message', () => {
    const keyed = new KeyedCmac();
    const message = fc.uint8Array({ minLength: 1, maxLength: 70 });
    fc.assert(
      fc.property(key, message, fc.nat(5), (own, bytes, offset) => {
        const keys = Uint8Array.of(...new Uint8Array(offset), ...own);
        const macs = new Uint8Array(offset + 16).fill(0xee);
        keyed.writeMac(bytes, { keys, macs, offset });
        expect(macs.subarray(offset)).toEqual(cmac(bytes, own));
        expect(macs.subarray(0, offset)).toEqual(new Uint8Array(offset).fill(0xee));
      }),
      { numRuns: 500 },
    );
  });
});
