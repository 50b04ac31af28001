import { describe, expect, it } from 'vitest';
import { certifiedWriteOf, type PurseRecord } from '#batch/record';
import { deriveCardKey } from '#purse/card-key';
import { transactionCertificate } from '#purse/transaction-certificate';
import { yen } from '#units';
import { expectedCertificates } from '../../../backend/collection/expected-certificate.ts';
import { bytesFrom, cardIdm, ISSUER_ID, NOON } from '../../scheme.ts';

function record(number: number, keyVersion: number): PurseRecord {
  return {
    kind: number % 2 === 0 ? 'load' : 'debit',
    issuerId: ISSUER_ID,
    idm: cardIdm(number),
    keyVersion,
    cardCounter: number,
    terminalId: 42,
    samId: 7,
    samNumber: number,
    terminalTransactionNumber: 65_536 + number,
    amount: yen(number),
    balanceBefore: yen(1_000),
    balanceAfter: yen(900),
    time: NOON,
    executionId: Uint8Array.of(0, number, 0, 0),
    certificate: undefined,
    certificateBefore: undefined,
    resolution: 'at-tap',
    samMac: new Uint8Array(16),
  };
}

describe('expectedCertificates', () => {
  const masterOf = (keyVersion: number): Uint8Array | undefined =>
    keyVersion < 3 ? bytesFrom(`master ${keyVersion}`) : undefined;
  const records = [record(1, 1), record(2, 2), record(3, 1), record(4, 3), record(5, 2)];

  it('are what each card computes under its own key, whatever the mix of key versions', () => {
    const expected = records.map((one) => {
      const master = masterOf(one.keyVersion);
      if (master === undefined) return undefined;
      const context = { label: 'CERT', idm: one.idm, version: one.keyVersion } as const;
      return transactionCertificate(deriveCardKey(master, context), certifiedWriteOf(one));
    });
    expect(expectedCertificates(records, masterOf)).toEqual(expected);
    expect(expected[3]).toBeUndefined();
  });

  it('are none for no records', () => {
    expect(expectedCertificates([], masterOf)).toEqual([]);
  });
});
