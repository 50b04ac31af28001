import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeDataObjects, encodeDataObject } from '../../../terminal/reader/data-object.ts';
import { hex } from '../../card-emulator/felica/hex.ts';

describe('data objects', () => {
  it('are read one after another, with tags of one byte and of two', () => {
    expect(decodeDataObjects(hex('c0 03 00 90 00 5f46 04 801a0600 96 00'))).toEqual([
      { tag: 0xc0, value: hex('00 90 00') },
      { tag: 0x5f46, value: hex('80 1a 06 00') },
      { tag: 0x96, value: hex('') },
    ]);
  });

  it.each([
    [127, '95 7f'],
    [128, '95 81 80'],
    [255, '95 81 ff'],
    [256, '95 82 01 00'],
  ])('have lengths of one to three bytes: %i', (length, header) => {
    const value = new Uint8Array(length).fill(0x5a);
    expect(encodeDataObject(0x95, value)).toEqual(Uint8Array.of(...hex(header), ...value));
  });

  it.each([
    ['a tag alone', 'c0'],
    ['half a tag', '5f'],
    ['a value cut off', 'c0 03 00 90'],
    ['half a length', '97 81'],
    ['half a long length', '97 82 01'],
    ['a length of three bytes', '97 83 00 00 01 00'],
    ['a length without end', '97 80 00 00'],
    ['bytes behind', '96 00 00'],
  ])('are none with %s', (_, bytes) => {
    expect(decodeDataObjects(hex(bytes))).toBeUndefined();
  });

  it('come back as they were', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (value) => {
        expect(decodeDataObjects(encodeDataObject(0x97, value))).toEqual([{ tag: 0x97, value }]);
      }),
    );
  });
});
