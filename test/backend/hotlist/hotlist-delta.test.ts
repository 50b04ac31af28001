import { hexToBytes } from '@noble/ciphers/utils.js';
import { describe, expect, it } from 'vitest';
import { decodeHotList } from '#hotlist/hotlist';
import { applyDelta, decodeDelta, isDelta } from '#hotlist/hotlist-delta';
import vectors from '../../vectors/hotlist.json' with { type: 'json' };

const DELTA = hexToBytes(vectors.second.delta);

/** The delta with other bytes at one place. */
function changed(offset: number, ...bytes: readonly number[]): Uint8Array {
  const copy = DELTA.slice();
  copy.set(bytes, offset);
  return copy;
}

describe('a delta', () => {
  it.each([
    ['length', DELTA.subarray(0, 155)],
    ['magic', changed(2, 0x48)],
    ['issuer id', changed(4, 0, 0)],
    ['reserved', changed(6, 1)],
    ['sequence', changed(8, 0, 0, 0, 1)],
    ['added count', changed(12, 1)],
    ['removed count', changed(16, 1)],
    ['created at', changed(20, 0xff)],
    ['added', changed(92 + 8, 8)],
    ['removed', changed(19, 1)],
    ['removed', changed(19, 3)],
    ['removed', Uint8Array.of(...DELTA.subarray(0, -64), 0, ...DELTA.subarray(-64))],
  ])('that is wrong in its %s is refused', (field, bytes) => {
    expect(decodeDelta(bytes)).toEqual({ result: 'refused', field });
  });

  it('is no whole list, and a whole list is no delta', () => {
    expect(isDelta(DELTA)).toBe(true);
    expect(isDelta(hexToBytes(vectors.first.list))).toBe(false);
    expect(decodeHotList(DELTA)).toEqual({ result: 'refused', field: 'magic' });
  });

  it('of another issuer does not fit', () => {
    const list = decodeHotList(hexToBytes(vectors.first.list));
    const delta = decodeDelta(changed(5, 82));
    if (list.result === 'refused' || delta.result === 'refused') throw new Error('not decoded');
    const expected = { result: 'unfit', field: 'issuer id' };
    expect(applyDelta(list.list, delta.delta)).toEqual(expected);
  });
});
