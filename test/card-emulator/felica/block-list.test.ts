import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AccessMode,
  type BlockListElement,
  decodeBlockList,
  encodeBlockList,
  encodeBlockListElement,
} from '#felica/block-list';
import { hex } from './hex.ts';

const MODES: readonly AccessMode[] = ['normal', 'cashback', 2, 3, 'key-change', 5, 6, 7];

function element(changes: Partial<BlockListElement>): BlockListElement {
  return { serviceIndex: 0, accessMode: 'normal', blockNumber: 0, ...changes };
}

describe('block list element', () => {
  it.each<[string, Partial<BlockListElement>]>([
    ['80 0c', { blockNumber: 12 }],
    ['b0 0c', { blockNumber: 12, accessMode: 3 }],
    ['b1 0c', { blockNumber: 12, accessMode: 3, serviceIndex: 1 }],
    ['80 ff', { blockNumber: 255 }],
    ['00 0001', { blockNumber: 256 }],
    ['30 0001', { blockNumber: 256, accessMode: 3 }],
    ['31 0001', { blockNumber: 256, accessMode: 3, serviceIndex: 1 }],
    ['00 ffff', { blockNumber: 65_535 }],
    ['90 00', { accessMode: 'cashback' }],
    ['c0 05', { accessMode: 'key-change', blockNumber: 5 }],
    ['8f 00', { serviceIndex: 15 }],
  ])('is %s', (bytes, changes) => {
    expect(encodeBlockListElement(element(changes))).toEqual(hex(bytes));
    expect(decodeBlockList(hex(bytes), 1)?.elements).toEqual([element(changes)]);
  });

  it('may spend three bytes on a small block number', () => {
    expect(decodeBlockList(hex('01 0200'), 1)).toEqual({
      elements: [element({ serviceIndex: 1, blockNumber: 2 })],
      byteCount: 3,
    });
  });

  it.each<[string, Partial<BlockListElement>]>([
    ['a service index above 15', { serviceIndex: 16 }],
    ['a negative service index', { serviceIndex: -1 }],
    ['a block number above 65535', { blockNumber: 65_536 }],
    ['an unknown access mode', { accessMode: 8 as unknown as AccessMode }],
  ])('is not written with %s', (_, changes) => {
    expect(() => encodeBlockListElement(element(changes))).toThrow(RangeError);
  });
});

describe('block list', () => {
  it('mixes elements of two and three bytes and says where it ends', () => {
    const elements = [element({}), element({ blockNumber: 300 }), element({ serviceIndex: 1 })];
    expect(encodeBlockList(elements)).toEqual(hex('8000 00 2c01 8100'));
    expect(decodeBlockList(hex('8000 00 2c01 8100 ffff'), 3)).toEqual({ elements, byteCount: 7 });
  });

  it('may be empty', () => {
    expect(decodeBlockList(hex(''), 0)).toEqual({ elements: [], byteCount: 0 });
  });

  it.each([
    ['before the last element', '8000', 2],
    ['inside an element of two bytes', '8000 81', 2],
    ['inside an element of three bytes', '00 01', 1],
  ])('is not read when the bytes end %s', (_, bytes, count) => {
    expect(decodeBlockList(hex(bytes), count)).toBeUndefined();
  });

  it('reads back whatever it wrote', () => {
    const anyElement = fc.record({
      serviceIndex: fc.integer({ min: 0, max: 15 }),
      accessMode: fc.constantFrom(...MODES),
      blockNumber: fc.integer({ min: 0, max: 0xffff }),
    });
    fc.assert(
      fc.property(fc.array(anyElement, { maxLength: 20 }), (elements) => {
        const bytes = encodeBlockList(elements);
        expect(decodeBlockList(bytes, elements.length)).toEqual({
          elements,
          byteCount: bytes.length,
        });
      }),
    );
  });
});
