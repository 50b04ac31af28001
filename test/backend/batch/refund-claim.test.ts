import { createCipheriv } from 'node:crypto';
import { hexToBytes } from '@noble/ciphers/utils.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBatchRecord, encodeBatchRecord, sortedByKind } from '#batch/batch-record';
import { decodeRecord, encodeRecord, RECORD_BYTES, sealRecord } from '#batch/record';
import {
  decodeRefundClaim,
  encodeRefundClaim,
  sealRefundClaim,
  type UnsealedRefundClaim,
} from '#batch/refund-claim';
import { parseIdm } from '#felica/identifiers';
import { epochMs, yen } from '#units';
import vectors from '../../vectors/batch.json' with { type: 'json' };

const samKey = hexToBytes(vectors.samKey);
const CLAIM: UnsealedRefundClaim = {
  kind: 'refund-claim',
  issuerId: 81,
  idm: parseIdm(vectors.idm)!,
  cardCounter: 2,
  terminalId: 42,
  samId: 7,
  samNumber: 9,
  terminalTransactionNumber: 70_001,
  amount: yen(350),
  time: epochMs(vectors.time),
};
const bytes = encodeRefundClaim(sealRefundClaim(samKey, CLAIM));

/** By the table of batch-format.md. */
const WRITTEN_OUT = [
  ...['01', '05', '0051', '02fe010203040506', '0000', '0002', '0000002a', '00000007', '00000009'],
  ...['00011171', '0000015e', '0000000000000000', '000001a206589b80', '00'.repeat(24)],
].join('');

describe('a refund claim', () => {
  it('has the bytes of the page, and a seal that AES-CMAC in OpenSSL makes', () => {
    expect(Buffer.from(bytes.subarray(0, 76)).toString('hex')).toBe(WRITTEN_OUT);
    expect(Buffer.from(bytes.subarray(76))).toEqual(cmacByCbc(samKey, bytes.subarray(0, 76)));
    const record = sealRefundClaim(samKey, CLAIM);
    expect(decodeRefundClaim(bytes)).toEqual({ result: 'decoded', record });
  });

  it.each([
    ['version', 0, 2],
    ['kind', 1, 4],
    ['reserved', 12, 1],
    ['terminal id', 16, 1],
    ['amount', 32, 1],
    ['reserved', 36, 1],
    ['time', 44, 1],
    ['reserved', 75, 1],
  ])('names the field that is wrong: %s', (field, position, value) => {
    expect(decodeRefundClaim(bytes.with(position, value))).toEqual({ result: 'refused', field });
  });

  it.each([
    ['issuer id', 2, 4],
    ['card counter', 14, 16],
    ['terminal id', 16, 20],
    ['SAM id', 20, 24],
    ['SAM number', 24, 28],
    ['terminal transaction number', 28, 32],
    ['amount', 32, 36],
  ])('is none without a %s', (field, from, to) => {
    expect(decodeRefundClaim(bytes.slice().fill(0, from, to))).toMatchObject({ field });
    expect(decodeRefundClaim(bytes.slice(1))).toMatchObject({ field: 'length' });
  });

  it('gives the same bytes back for whatever is accepted, as a claim or as something else', () => {
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

  it('is sorted apart from purse writes and hits', () => {
    const claim = sealRefundClaim(samKey, CLAIM);
    expect(sortedByKind([claim])).toEqual({ records: [], hits: [], claims: [claim] });
  });
});

describe('a load of what waited at the issuer', () => {
  const load = hexToBytes(vectors.records[0]!.record);
  const written = decodeRecord(load);

  it('says so in its record, and only a load can', () => {
    if (written.result === 'refused') throw new Error(written.field);
    const { samMac, ...unsealed } = written.record;
    const funded = { ...unsealed, kind: 'load', fundedBy: 'pending-load' } as const;
    const again = decodeRecord(encodeRecord(sealRecord(samKey, funded)));
    expect(again).toMatchObject({ result: 'decoded', record: { fundedBy: 'pending-load' } });
    const debit = encodeRecord(sealRecord(samKey, { ...funded, kind: 'debit' }));
    expect(decodeRecord(debit)).toEqual({ result: 'refused', field: 'funding' });
    expect(decodeRecord(encodeRecord(written.record))).not.toHaveProperty('record.fundedBy');
    expect(samMac).toHaveLength(16);
  });
});

/** RFC 4493 over whole and part blocks, with the block cipher of OpenSSL. */
function cmacByCbc(key: Uint8Array, message: Uint8Array): Buffer {
  const encrypt = (block: Uint8Array): Buffer =>
    createCipheriv('aes-128-ecb', key, null).setAutoPadding(false).update(block);
  const double = (block: Buffer): Buffer => {
    const shifted = (BigInt(`0x${block.toString('hex')}`) << 1n) & ((1n << 128n) - 1n);
    const value = (block[0] ?? 0) & 0x80 ? shifted ^ 0x87n : shifted;
    return Buffer.from(value.toString(16).padStart(32, '0'), 'hex');
  };
  const first = double(encrypt(new Uint8Array(16)));
  const padded = Buffer.alloc(Math.ceil(message.length / 16) * 16);
  padded.set(message);
  const isWhole = message.length % 16 === 0;
  if (!isWhole) padded[message.length] = 0x80;
  const last = isWhole ? first : double(first);
  const tail = padded.subarray(-16);
  for (const [index, byte] of last.entries()) tail[index] = (tail[index] ?? 0) ^ byte;
  const cbc = createCipheriv('aes-128-cbc', key, Buffer.alloc(16)).setAutoPadding(false);
  return cbc.update(padded).subarray(-16);
}
