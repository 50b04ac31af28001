import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PartialUploads } from '../../../backend/http/partial-upload.ts';

const nameOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const MEBIBYTE = 1024 * 1024;

describe('a batch in pieces', () => {
  it('is whole once every byte has come, in pieces of any size, some of them twice', () => {
    const pieces = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 60 }), pieces, (whole, sizes) => {
        const uploads = new PartialUploads();
        const hash = nameOf(whole);
        const byteCount = whole.length;
        for (const size of [...sizes, byteCount]) {
          const offset = uploads.received(7, hash);
          const bytes = whole.slice(offset, offset + size);
          const taken = uploads.take(7, hash, { byteCount, offset, bytes });
          const again = uploads.take(7, hash, { byteCount, offset, bytes });
          if (offset + size < byteCount) {
            expect(taken).toEqual({ result: 'partial', received: offset + size });
          } else {
            expect(taken).toEqual({ result: 'whole', bytes: whole });
          }
          expect(again).toEqual(taken);
        }
      }),
    );
  });

  it('takes no piece that leaves a gap or is more than was announced', () => {
    const uploads = new PartialUploads();
    const whole = Uint8Array.of(1, 2, 3, 4);
    const hash = nameOf(whole);
    const take = (offset: number, bytes: Uint8Array) =>
      uploads.take(7, hash, { byteCount: 4, offset, bytes });
    expect(take(1, whole.slice(1))).toEqual({ result: 'partial', received: 0 });
    expect(take(0, Uint8Array.of(1, 2, 3, 4, 5))).toEqual({ result: 'partial', received: 0 });
    expect(take(0, whole.slice(0, 2))).toEqual({ result: 'partial', received: 2 });
    expect(take(3, whole.slice(3))).toEqual({ result: 'partial', received: 2 });
  });

  it('remembers nothing of a piece without bytes, and does not change its length', () => {
    const uploads = new PartialUploads();
    const whole = Uint8Array.of(1, 2);
    const hash = nameOf(whole);
    const take = (byteCount: number, offset: number, bytes: Uint8Array) =>
      uploads.take(7, hash, { byteCount, offset, bytes });
    expect(take(2, 0, new Uint8Array(0))).toEqual({ result: 'partial', received: 0 });
    expect(take(2, 0, whole.slice(0, 1))).toEqual({ result: 'partial', received: 1 });
    expect(take(1, 1, new Uint8Array(0))).toEqual({ result: 'partial', received: 1 });
    expect(take(3, 1, Uint8Array.of(2))).toEqual({ result: 'partial', received: 1 });
    expect(take(2, 1, Uint8Array.of(2))).toEqual({ result: 'whole', bytes: whole });
    expect(take(2, 2, new Uint8Array(0))).toEqual({ result: 'whole', bytes: whole });
  });

  it('forgets bytes that make up another batch', () => {
    const uploads = new PartialUploads();
    const hash = nameOf(Uint8Array.of(1));
    const other = { byteCount: 1, offset: 0, bytes: Uint8Array.of(2) };
    expect(uploads.take(7, hash, other)).toEqual({ result: 'partial', received: 0 });
    expect(uploads.received(7, hash)).toBe(0);
  });

  it('keeps terminals apart', () => {
    const uploads = new PartialUploads();
    const hash = nameOf(Uint8Array.of(1, 2));
    uploads.take(7, hash, { byteCount: 2, offset: 0, bytes: Uint8Array.of(1) });
    expect(uploads.received(8, hash)).toBe(0);
  });

  it('lets the oldest give way when many are begun and never ended', () => {
    const uploads = new PartialUploads();
    const begin = (number: number): unknown =>
      uploads.take(number, '0'.repeat(64), {
        byteCount: MEBIBYTE,
        offset: 0,
        bytes: new Uint8Array(1),
      });
    for (let number = 1; number <= 70; number += 1) begin(number);
    expect(uploads.received(6, '0'.repeat(64))).toBe(0);
    expect(uploads.received(7, '0'.repeat(64))).toBe(1);
    expect(uploads.received(70, '0'.repeat(64))).toBe(1);
  });
});
