import { generateKeyPairSync } from 'node:crypto';
import { hexToBytes } from '@noble/ciphers/utils.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BATCH_HEADER_BYTES,
  type BatchContent,
  decodeBatch,
  encodeBatch,
  hashOf,
} from '#batch/batch';
import { signBatch, verifyBatchSignature } from '#batch/batch-signature';
import {
  decodeRecord,
  encodeRecord,
  type PurseRecord,
  RECORD_BYTES,
  sealRecord,
} from '#batch/record';
import { idm } from '#felica/identifiers';
import { executionIdOf } from '#purse/purse-block';
import { epochMs, yen } from '#units';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const SAM_KEY = hexToBytes('00112233445566778899aabbccddeeff');
const NOON = epochMs(Date.parse('2026-11-23T03:00:00Z'));
const sign = (bytes: Uint8Array): Uint8Array => signBatch(privateKey, bytes);

function record(samNumber: number, changes: Partial<PurseRecord> = {}): PurseRecord {
  return sealRecord(SAM_KEY, {
    kind: 'debit',
    issuerId: 81,
    idm: idm(Uint8Array.of(2, 254, 1, 2, 3, 4, 5, 6)),
    keyVersion: 1,
    cardCounter: samNumber,
    terminalId: 42,
    samId: 7,
    samNumber,
    terminalTransactionNumber: samNumber,
    amount: yen(100),
    balanceBefore: yen(1_000),
    balanceAfter: yen(900),
    time: NOON,
    executionId: executionIdOf(samNumber, 9),
    certificate: new Uint8Array(8).fill(5),
    certificateBefore: undefined,
    resolution: 'at-tap',
    ...changes,
  });
}

function content(changes: Partial<BatchContent> = {}): BatchContent {
  return {
    terminalId: 42,
    merchantId: 1001,
    batchNumber: 3,
    samId: 7,
    openedAt: NOON,
    closedAt: NOON,
    previousBatchHash: new Uint8Array(32).fill(1),
    records: [record(5), record(6, { kind: 'load' }), record(7)],
    ...changes,
  };
}

const BYTES = encodeBatch(content(), sign);

/** The batch with some content bytes changed, and everything but the signature made good again. */
function rehashed(change: (bytes: Uint8Array) => void): Uint8Array {
  const bytes = BYTES.slice();
  change(bytes);
  const contentEnd = BATCH_HEADER_BYTES + 3 * RECORD_BYTES;
  bytes.set(hashOf(bytes.subarray(0, contentEnd)), contentEnd + 36);
  return bytes;
}

function reasonFor(bytes: Uint8Array): string {
  const decoded = decodeBatch(bytes);
  return decoded.result === 'refused' ? decoded.reason : 'decoded';
}

describe('decodeBatch', () => {
  it('counts loads and debits apart', () => {
    const decoded = decodeBatch(BYTES);
    if (decoded.result === 'refused') throw new Error(decoded.reason);
    expect(decoded.batch.trailer).toMatchObject({
      loadCount: 1,
      debitCount: 2,
      voidCount: 0,
      loadTotal: 100,
      debitTotal: 200,
      voidTotal: 0,
    });
  });

  it('refuses in the documented order: truncation, magic, length, header, hash, records, totals', () => {
    const offset = (index: number): number => BATCH_HEADER_BYTES + index * RECORD_BYTES;
    expect(reasonFor(BYTES.slice(0, 199))).toBe('BATCH_TRUNCATED');
    expect(reasonFor(BYTES.slice(0, -1))).toBe('BATCH_TRUNCATED');
    expect(reasonFor(BYTES.with(0, 0))).toBe('BATCH_MAGIC_UNKNOWN');
    expect(reasonFor(Uint8Array.of(...BYTES, 0))).toBe('BATCH_LENGTH_MISMATCH');
    expect(reasonFor(BYTES.with(32, 0xff))).toBe('BATCH_HEADER_INVALID');
    expect(reasonFor(BYTES.with(15, 0))).toBe('BATCH_HEADER_INVALID');
    expect(reasonFor(BYTES.with(offset(1) + 35, 9))).toBe('BATCH_HASH_MISMATCH');
    expect(reasonFor(rehashed((bytes) => bytes.set([9], offset(1))))).toBe('RECORD_MALFORMED');
    expect(reasonFor(rehashed((bytes) => bytes.set([43], offset(1) + 19)))).toBe(
      'BATCH_RECORD_FOREIGN',
    );
    expect(reasonFor(rehashed((bytes) => bytes.set([9], offset(1) + 27)))).toBe(
      'BATCH_NUMBERING_BROKEN',
    );
    expect(reasonFor(rehashed((bytes) => bytes.set([9], offset(1) + 35)))).toBe(
      'BATCH_TOTAL_MISMATCH',
    );
  });

  it('reads any bytes without throwing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        expect(decodeBatch(bytes).result).toBe('refused');
      }),
    );
  });

  it('never accepts a mutated batch under the signature of the true one', () => {
    fc.assert(
      fc.property(
        fc.nat(BYTES.length - 1),
        fc.integer({ min: 1, max: 255 }),
        fc.boolean(),
        (position, mask, isRehashed) => {
          const mutate = (bytes: Uint8Array): void => {
            bytes[position]! ^= mask;
          };
          const forged = isRehashed ? rehashed(mutate) : BYTES.slice();
          if (!isRehashed) mutate(forged);
          // Rehashing mends a change of the hash itself.
          fc.pre(forged.some((byte, index) => byte !== BYTES[index]));
          const decoded = decodeBatch(forged);
          if (decoded.result === 'refused') return;
          expect(verifyBatchSignature(publicKey, decoded.batch)).toBe(false);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('holds what it was given apart from later changes of the buffer', () => {
    const buffer = BYTES.slice();
    const decoded = decodeBatch(buffer);
    if (decoded.result === 'refused') throw new Error(decoded.reason);
    buffer.fill(0);
    expect(verifyBatchSignature(publicKey, decoded.batch)).toBe(true);
    expect(decoded.batch.records[0]!.samNumber).toBe(5);
  });
});

describe('encodeBatch', () => {
  it('refuses what its receiver would refuse', () => {
    expect(() => encodeBatch(content({ records: [] }), sign)).toThrow('batch: no records');
    expect(() => encodeBatch(content({ records: [record(5), record(7)] }), sign)).toThrow(
      RangeError,
    );
    expect(() => encodeBatch(content({ samId: 8 }), sign)).toThrow('BATCH_RECORD_FOREIGN');
    expect(() => encodeBatch(content({ closedAt: epochMs(NOON - 1) }), sign)).toThrow('closed at');
  });
});

describe('decodeRecord', () => {
  const bytes = encodeRecord(record(5));

  it('takes the evidence of a Lite-S where both certificates stand, and no shorter one', () => {
    const evidence = Uint8Array.from({ length: 16 }, (_, index) => index + 1);
    const lite = { cardProfile: 'lite-s', certificate: evidence } as const;
    const encoded = encodeRecord(record(5, lite));
    expect(decodeRecord(encoded)).toEqual({ result: 'decoded', record: record(5, lite) });
    expect([...encoded.subarray(60, 76)]).toEqual([...evidence]);
    const missing = record(5, { ...lite, certificate: undefined });
    expect(decodeRecord(encodeRecord(missing))).toEqual({ result: 'decoded', record: missing });
    for (const [field, position, value] of [
      ['state of the certificate before', 58, 1],
      ['certificate', 56, 0],
    ] as const) {
      const changed = encoded.with(position, value);
      expect(decodeRecord(changed)).toEqual({ result: 'refused', field });
    }
    const short = { ...lite, certificate: new Uint8Array(8) };
    expect(() => record(5, short)).toThrow('certificate: expected 16 bytes');
    expect(() => record(5, { certificate: evidence })).toThrow('certificate: expected 8 bytes');
    expect(() => record(5, { ...lite, certificateBefore: new Uint8Array(8) })).toThrow(RangeError);
  });

  it.each([
    ['version', 0, 2],
    ['kind', 1, 4],
    ['card profile', 12, 3],
    ['terminal id', 16, 1],
    ['amount', 32, 1],
    ['balance before', 36, 1],
    ['balance after', 40, 1],
    ['time', 44, 1],
    ['execution ID', 52, 9],
    ['certificate state', 56, 2],
    ['certificate', 56, 0],
    ['certificate state', 57, 2],
    ['resolution', 57, 3],
    ['state of the certificate before', 58, 2],
    ['certificate before', 68, 1],
    ['funding', 59, 1],
  ])('names the field that is wrong: %s', (field, position, value) => {
    expect(decodeRecord(bytes.with(position, value))).toEqual({ result: 'refused', field });
  });

  it('gives the same bytes back for whatever it accepts', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(RECORD_BYTES - 1), fc.nat(255)), { maxLength: 4 }),
        (changes) => {
          const changed = bytes.slice();
          for (const [position, value] of changes) changed[position] = value;
          const decoded = decodeRecord(changed);
          if (decoded.result === 'decoded') expect(encodeRecord(decoded.record)).toEqual(changed);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('reads any bytes without throwing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 80, maxLength: 88 }), (random) => {
        const decoded = decodeRecord(random);
        if (random.length !== RECORD_BYTES) expect(decoded.result).toBe('refused');
      }),
    );
  });
});
