import { hexToBytes } from '@noble/ciphers/utils.js';
import { describe, expect, it } from 'vitest';
import { decodeHotList, encodeUnsignedHotList, isHotList } from '#hotlist/hotlist';
import { epochMs } from '#units';
import vectors from '../../vectors/hotlist.json' with { type: 'json' };

const LIST = hexToBytes(vectors.small.list);
const CARDS_AT = 24;

/** The list with other bytes at one place. */
function changed(offset: number, ...bytes: readonly number[]): Uint8Array {
  const copy = LIST.slice();
  copy.set(bytes, offset);
  return copy;
}

describe('a hot list', () => {
  it.each([
    ['length', LIST.subarray(0, 87)],
    ['magic', changed(3, 0x32)],
    ['issuer id', changed(4, 0, 0)],
    ['reserved', changed(7, 1)],
    ['sequence', changed(8, 0, 0, 0, 0)],
    ['count', changed(12, 0xff)],
    ['created at', changed(16, 0xff)],
    ['cards', changed(15, 2)],
    ['cards', changed(15, 4)],
    ['cards', Uint8Array.of(...LIST.subarray(0, -64), 0, ...LIST.subarray(-64))],
    // The second card keeps one byte less than it could, all eight, or is not greater.
    ['cards', changed(CARDS_AT + 8, 6)],
    ['cards', changed(CARDS_AT + 8, 8)],
    ['cards', changed(CARDS_AT + 9, 1)],
    ['cards', changed(CARDS_AT + 9, 0)],
    ['cards', changed(CARDS_AT + 11, 1, 0x11)],
  ])('that is wrong in its %s is refused', (field, bytes) => {
    expect(decodeHotList(bytes)).toEqual({ result: 'refused', field });
  });

  it('names the first field that is wrong, in the order of the page', () => {
    const wrong = LIST.slice().fill(0xff, 4, 8).fill(0, 8, 12).fill(0xff, 12, 24);
    wrong.fill(0, 4, 6);
    const steps: readonly (readonly [number, number, number])[] = [
      [4, 6, 1],
      [6, 8, 0],
      [8, 12, 1],
      [12, 16, 0],
      [16, 18, 0],
    ];
    const named = [decodeHotList(wrong)];
    for (const [from, to, value] of steps) {
      wrong.fill(value, from, to);
      named.push(decodeHotList(wrong));
    }
    expect(named).toMatchObject(
      ['issuer id', 'reserved', 'sequence', 'count', 'created at', 'cards'].map((field) => ({
        field,
      })),
    );
  });

  it('is not taken for one when it is shorter than its magic', () => {
    expect(isHotList(LIST.subarray(0, 3))).toBe(false);
    expect(isHotList(LIST)).toBe(true);
  });

  it.each([
    ['issuer id', { issuerId: 0, sequence: 1 }],
    ['issuer id', { issuerId: 0x1_0000, sequence: 1 }],
    ['sequence', { issuerId: 1, sequence: 0 }],
    ['sequence', { issuerId: 1, sequence: 1.5 }],
  ])('with a %s that the format cannot hold is not made', (field, header) => {
    const cards = { count: 0, bytes: new Uint8Array() };
    expect(() => encodeUnsignedHotList({ ...header, createdAt: epochMs(0) }, cards)).toThrow(field);
  });
});
