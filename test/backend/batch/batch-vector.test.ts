import { createPrivateKey, createPublicKey } from 'node:crypto';
import { bytesToHex, hexToBytes } from '@noble/ciphers/utils.js';
import { describe, expect, it } from 'vitest';
import { signAcknowledgement, verifyAcknowledgement } from '#batch/acknowledgement';
import { decodeBatch, encodeBatch, hashOf } from '#batch/batch';
import { signBatch, verifyBatchSignature } from '#batch/batch-signature';
import {
  certifiedWriteOf,
  decodeRecord,
  encodeRecord,
  encodeUnsealedRecord,
  type PurseRecord,
  sealRecord,
  type UnsealedRecord,
} from '#batch/record';
import { parseIdm } from '#felica/identifiers';
import { epochMs, yen } from '#units';
import vectors from '../../vectors/batch.json' with { type: 'json' };
import purse from '../../vectors/purse.json' with { type: 'json' };

const samKey = hexToBytes(vectors.samKey);
const privateKey = createPrivateKey(vectors.privateKeyPem);
const publicKey = createPublicKey(vectors.publicKeyPem);

function unsealed(vector: (typeof vectors.records)[number]): UnsealedRecord {
  const write = purse.writes[vector.write]!;
  return {
    kind: 'debit',
    issuerId: 81,
    idm: parseIdm(vectors.idm)!,
    keyVersion: 1,
    cardCounter: write.cardCounter,
    terminalId: 42,
    samId: vectors.batch.samId,
    samNumber: vector.samNumber,
    terminalTransactionNumber: write.number,
    amount: yen(write.amount),
    balanceBefore: yen(write.balanceBefore),
    balanceAfter: yen(write.balanceAfter),
    time: epochMs(vectors.time),
    executionId: hexToBytes(write.executionId),
    certificate: vector.certified ? hexToBytes(write.certificate) : undefined,
    certificateBefore: hexToBytes(vector.certificateBefore),
    resolution: vector.resolution === 'at-tap' ? 'at-tap' : 'at-re-tap',
  };
}

const records: readonly PurseRecord[] = vectors.records.map((vector) =>
  sealRecord(samKey, unsealed(vector)),
);

describe.each(vectors.records)('record $samNumber', (vector) => {
  it('has the bytes of the page', () => {
    expect(bytesToHex(encodeUnsealedRecord(unsealed(vector)))).toBe(vector.unsealed);
  });

  it('is sealed as OpenSSL seals it', () => {
    const record = sealRecord(samKey, unsealed(vector));
    expect(bytesToHex(encodeRecord(record))).toBe(vector.record);
    expect(decodeRecord(hexToBytes(vector.record))).toEqual({ result: 'decoded', record });
  });

  it('speaks of the history entry that lies on the card', () => {
    const { history } = certifiedWriteOf(unsealed(vector));
    expect(bytesToHex(history)).toBe(purse.writes[vector.write]!.historyBlock);
  });
});

describe('batch', () => {
  const content = {
    terminalId: 42,
    merchantId: vectors.batch.merchantId,
    batchNumber: 1,
    samId: vectors.batch.samId,
    openedAt: epochMs(vectors.batch.openedAt),
    closedAt: epochMs(vectors.batch.closedAt),
    previousBatchHash: hexToBytes(vectors.batch.previousBatchHash),
    records,
  };

  it('has the bytes, the hash and the signature that OpenSSL gives', () => {
    const bytes = encodeBatch(content, (signed) => signBatch(privateKey, signed));
    expect(bytesToHex(bytes)).toBe(vectors.batch.bytes);
    expect(bytesToHex(hashOf(bytes))).toBe(vectors.batch.hash);
  });

  it('is read back whole', () => {
    const decoded = decodeBatch(hexToBytes(vectors.batch.bytes));
    if (decoded.result === 'refused') throw new Error(decoded.reason);
    expect(decoded.batch.records).toEqual(records);
    expect(decoded.batch.header.recordCount).toBe(2);
    expect(decoded.batch.trailer.debitTotal).toBe(470);
    expect(bytesToHex(decoded.batch.trailer.contentHash)).toBe(vectors.batch.contentHash);
    expect(verifyBatchSignature(publicKey, decoded.batch)).toBe(true);
  });
});

describe('acknowledgement', () => {
  const { terminalId, batchNumber, receivedAt, bytes } = vectors.acknowledgement;

  it('has the bytes of the page', () => {
    const acknowledgement = {
      terminalId,
      batchNumber,
      batchHash: hexToBytes(vectors.batch.hash),
      receivedAt: epochMs(receivedAt),
    };
    expect(bytesToHex(signAcknowledgement(privateKey, acknowledgement))).toBe(bytes);
    expect(verifyAcknowledgement(publicKey, hexToBytes(bytes))).toEqual(acknowledgement);
  });

  it('is refused when any bit of it is another', () => {
    for (let bit = 0; bit < (bytes.length / 2) * 8; bit += 1) {
      const forged = hexToBytes(bytes);
      forged[bit >> 3]! ^= 1 << (bit & 7);
      expect(verifyAcknowledgement(publicKey, forged)).toBeUndefined();
    }
  });
});
