import { bytesToHex, hexToBytes } from '@noble/ciphers/utils.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBatchRecord, encodeBatchRecord } from '#batch/batch-record';
import {
  decodeHit,
  encodeHit,
  encodeUnsealedHit,
  sealHit,
  type UnsealedHit,
} from '#batch/hit-record';
import { RECORD_BYTES } from '#batch/record';
import { parseIdm } from '#felica/identifiers';
import { epochMs } from '#units';
import vectors from '../../vectors/batch.json' with { type: 'json' };

const samKey = hexToBytes(vectors.samKey);
const HIT: UnsealedHit = {
  kind: 'hit',
  issuerId: 81,
  idm: parseIdm(vectors.idm)!,
  terminalId: 42,
  samId: vectors.batch.samId,
  samNumber: vectors.hit.samNumber,
  listSequence: vectors.hit.listSequence,
  isBlockedOnCard: vectors.hit.isBlockedOnCard,
  time: epochMs(vectors.time),
};
const bytes = encodeHit(sealHit(samKey, HIT));

describe('a record of a hit', () => {
  it('has the bytes of the page, sealed as OpenSSL seals them', () => {
    expect(bytesToHex(encodeUnsealedHit(HIT))).toBe(vectors.hit.unsealed);
    expect(bytesToHex(bytes)).toBe(vectors.hit.record);
    const record = sealHit(samKey, HIT);
    expect(decodeHit(hexToBytes(vectors.hit.record))).toEqual({ result: 'decoded', record });
  });

  it.each([
    ['version', 0, 2],
    ['kind', 1, 2],
    ['reserved', 12, 1],
    ['reserved', 15, 1],
    ['terminal id', 16, 1],
    ['list sequence', 31, 0],
    ['blocked', 32, 2],
    ['reserved', 33, 1],
    ['reserved', 43, 1],
    ['time', 44, 1],
    ['reserved', 52, 1],
    ['reserved', 75, 1],
  ])('names the field that is wrong: %s', (field, position, value) => {
    expect(decodeHit(bytes.with(position, value))).toEqual({ result: 'refused', field });
  });

  it('names every id that is zero, and a length that is another', () => {
    const zeroed = (from: number, to: number): Uint8Array => bytes.slice().fill(0, from, to);
    expect(decodeHit(zeroed(2, 4))).toMatchObject({ field: 'issuer id' });
    expect(decodeHit(zeroed(16, 20))).toMatchObject({ field: 'terminal id' });
    expect(decodeHit(zeroed(20, 24))).toMatchObject({ field: 'SAM id' });
    expect(decodeHit(zeroed(24, 28))).toMatchObject({ field: 'SAM number' });
    expect(decodeHit(bytes.slice(1))).toMatchObject({ field: 'length' });
  });

  it('gives the same bytes back for whatever is accepted, as a hit or as a purse write', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(RECORD_BYTES - 1), fc.nat(255)), { maxLength: 4 }),
        (changes) => {
          const changed = bytes.slice();
          for (const [position, value] of changes) changed[position] = value;
          const decoded = decodeBatchRecord(changed);
          if (decoded.result === 'decoded') {
            expect(encodeBatchRecord(decoded.record)).toEqual(changed);
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
