import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeSamKeyList, encodeSamKeyList } from '../../../card-emulator/purse/sam-key-list.ts';
import { bytesFrom } from '../../scheme.ts';

const entry = fc.record({
  version: fc.integer({ min: 0, max: 255 }),
  label: fc.stringMatching(/^[A-Z]{4}$/),
  key: fc.uint8Array({ minLength: 16, maxLength: 16 }),
});

describe('the list of keys in a SAM file', () => {
  it('is given back as it was, in memory of its own', () => {
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 30 }), (entries) => {
        const bytes = Buffer.from(encodeSamKeyList(entries));
        const decoded = decodeSamKeyList(bytes);
        bytes.fill(0);
        expect(decoded).toEqual(entries);
      }),
    );
  });

  it('has 21 bytes an entry: version, label, key', () => {
    const key = bytesFrom('key');
    const bytes = encodeSamKeyList([{ version: 3, label: 'DEBI', key }]);
    expect(bytes).toEqual(Uint8Array.of(3, 0x44, 0x45, 0x42, 0x49, ...key));
  });

  it('is nothing else, and no bytes make it throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const decoded = decodeSamKeyList(bytes);
        if (decoded !== undefined) expect(encodeSamKeyList(decoded)).toEqual(bytes);
      }),
    );
    expect(decodeSamKeyList(new Uint8Array(0))).toBeUndefined();
  });

  it.each([
    { version: 256, label: 'DEBI', key: new Uint8Array(16) },
    { version: 1, label: 'debi', key: new Uint8Array(16) },
    { version: 1, label: 'DEBI', key: new Uint8Array(15) },
  ])('takes no key that does not fit: $version $label', (wrong) => {
    expect(() => encodeSamKeyList([wrong])).toThrow(RangeError);
  });
});
