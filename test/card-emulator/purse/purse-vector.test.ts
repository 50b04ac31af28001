import { bytesToHex, hexToBytes } from '@noble/ciphers/utils.js';
import { describe, expect, it } from 'vitest';
import { parseIdm } from '#felica/identifiers';
import { decodeCardData, encodeCardData } from '#purse/card-data';
import {
  type CardKeyLabel,
  cardKeyDerivationBlock,
  deriveCardKey,
  deriveSamKey,
} from '#purse/card-key';
import { decodeHistoryEntry, encodeHistoryEntry } from '#purse/history-block';
import {
  cardCounterOf,
  decodePurseBlock,
  encodePurseAmount,
  encodePurseBlock,
} from '#purse/purse-block';
import {
  decodeCertificateBlock,
  encodeCertificateBlock,
  transactionCertificate,
} from '#purse/transaction-certificate';
import { businessDate, yen } from '#units';
import vectors from '../../vectors/purse.json' with { type: 'json' };

const idm = parseIdm(vectors.idm)!;
const certificateKey = hexToBytes(
  vectors.cardKeys.find(({ label, version }) => label === 'CERT' && version === 1)!.key,
);

describe('card key', () => {
  it.each(vectors.cardKeys)(
    '$label version $version is derived as OpenSSL derives it',
    (vector) => {
      const label = vector.label as CardKeyLabel;
      const key = deriveCardKey(hexToBytes(vector.master), { label, idm, version: vector.version });
      expect(bytesToHex(key)).toBe(vector.key);
    },
  );

  it('differs for each label, card and version under one master', () => {
    const master = new Uint8Array(16);
    const other = parseIdm('02fe010203040507')!;
    const keys = [
      deriveCardKey(master, { label: 'DEBI', idm, version: 1 }),
      deriveCardKey(master, { label: 'LOAD', idm, version: 1 }),
      deriveCardKey(master, { label: 'DEBI', idm, version: 2 }),
      deriveCardKey(master, { label: 'DEBI', idm: other, version: 1 }),
      deriveSamKey(master, 1),
    ].map(bytesToHex);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('takes exactly one AES block as input', () => {
    expect(bytesToHex(cardKeyDerivationBlock({ label: 'DEBI', idm, version: 1 }))).toBe(
      `014445424900${vectors.idm}0180`,
    );
  });

  it('gives a SAM its record key', () => {
    const { master, samId, key } = vectors.samKey;
    expect(bytesToHex(deriveSamKey(hexToBytes(master), samId))).toBe(key);
  });

  it('refuses a master of another length and a version that does not fit', () => {
    const context = { label: 'DEBI', idm, version: 1 } as const;
    expect(() => deriveCardKey(new Uint8Array(15), context)).toThrow('expected 16 bytes, got 15');
    expect(() => deriveCardKey(new Uint8Array(16), { ...context, version: 256 })).toThrow(
      RangeError,
    );
  });
});

describe.each(vectors.writes)('purse write $cardCounter, a $kind of $amount yen', (write) => {
  const executionId = hexToBytes(write.executionId);

  it('lies in the purse block little endian', () => {
    const purse = decodePurseBlock(hexToBytes(write.storedBlock));
    expect(purse.balance).toBe(write.balanceAfter);
    expect(purse.cashback).toBe(write.kind === 'debit' ? write.amount : 0);
    expect(cardCounterOf(purse.executionId)).toBe(write.cardCounter);
    expect(bytesToHex(encodePurseBlock(purse))).toBe(write.storedBlock);
  });

  it('is asked for with the bytes of the manual', () => {
    const block =
      write.kind === 'debit'
        ? encodePurseAmount({ amount: yen(write.amount), executionId })
        : hexToBytes(write.storedBlock);
    expect(bytesToHex(block)).toBe(write.writeBlock);
  });

  it('names terminal, number and counter in the history entry', () => {
    const entry = {
      kind: write.kind as 'load' | 'debit',
      cardCounter: write.cardCounter,
      terminalId: write.terminalId,
      terminalNumber: write.number % 65_536,
      amount: yen(write.amount),
      balanceAfter: yen(write.balanceAfter),
      date: businessDate(vectors.date),
    };
    expect(bytesToHex(encodeHistoryEntry(entry))).toBe(write.historyBlock);
    expect(decodeHistoryEntry(hexToBytes(write.historyBlock))).toEqual(entry);
  });

  it('is certified by the card', () => {
    const operation = write.kind === 'debit' ? 'decrement' : 'direct';
    const certificate = transactionCertificate(certificateKey, {
      idm,
      operation,
      balanceBefore: yen(write.balanceBefore),
      balanceAfter: yen(write.balanceAfter),
      executionId,
      history: hexToBytes(write.historyBlock),
    });
    expect(bytesToHex(certificate)).toBe(write.certificate);
    const content = { executionId, operation, keyVersion: 1, certificate } as const;
    expect(bytesToHex(encodeCertificateBlock(content))).toBe(write.certificateBlock);
    expect(decodeCertificateBlock(hexToBytes(write.certificateBlock))).toEqual(content);
  });
});

describe('card data', () => {
  it.each([
    { isBlocked: false, bytes: vectors.cardData.open },
    { isBlocked: true, bytes: vectors.cardData.blocked },
  ])('says whether the card is blocked ($isBlocked)', ({ isBlocked, bytes }) => {
    const data = {
      keyVersion: vectors.cardData.keyVersion,
      issuerId: vectors.cardData.issuerId,
      expiry: businessDate(vectors.cardData.expiry),
      isBlocked,
      balanceMax: yen(vectors.cardData.balanceMax),
      debitMax: yen(vectors.cardData.debitMax),
    };
    expect(bytesToHex(encodeCardData(data))).toBe(bytes);
    expect(decodeCardData(hexToBytes(bytes))).toEqual(data);
  });

  it('of another scheme version is not guessed at', () => {
    expect(decodeCardData(new Uint8Array(16))).toBeUndefined();
    expect(decodeCardData(Uint8Array.of(1))).toBeUndefined();
  });
});
