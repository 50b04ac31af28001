import { describe, expect, it } from 'vitest';
import { decodeHistoryEntry, encodeHistoryEntry } from '#purse/history-block';
import {
  cardCounterOf,
  decodePurseBlock,
  encodePurseAmount,
  encodePurseBlock,
  executionIdOf,
  sameExecutionId,
} from '#purse/purse-block';
import { decodeCertificateBlock } from '#purse/transaction-certificate';
import { businessDate, yen } from '#units';

const executionId = executionIdOf(1, 2);
const userData = new Uint8Array(4);

describe('execution ID', () => {
  it('holds the card counter in its high half', () => {
    expect(executionIdOf(0x0102, 0x0304)).toEqual(Uint8Array.of(1, 2, 3, 4));
    expect(cardCounterOf(Uint8Array.of(0xff, 0xff, 0, 0))).toBe(0xffff);
  });

  it('does not wrap around: counter 65536 is refused', () => {
    expect(() => executionIdOf(0x1_0000, 0)).toThrow('card counter: expected 0 to 65535');
    expect(() => executionIdOf(0, -1)).toThrow(RangeError);
  });

  it('is compared byte for byte', () => {
    expect(sameExecutionId(executionId, executionIdOf(1, 2))).toBe(true);
    expect(sameExecutionId(executionId, executionIdOf(1, 3))).toBe(false);
    expect(sameExecutionId(executionId, Uint8Array.of(0, 1, 0))).toBe(false);
  });
});

describe('purse block', () => {
  it('holds up to 4 bytes of yen', () => {
    const full = { balance: yen(0xffff_ffff), cashback: yen(0), userData, executionId };
    expect(decodePurseBlock(encodePurseBlock(full))).toEqual(full);
    expect(() => encodePurseBlock({ ...full, balance: yen(0x1_0000_0000) })).toThrow(RangeError);
    expect(() => encodePurseAmount({ amount: yen(0x1_0000_0000), executionId })).toThrow(
      RangeError,
    );
  });

  it('is read at its own offset in a larger buffer', () => {
    const buffer = new Uint8Array(48).fill(0xee);
    buffer.set(encodePurseBlock({ balance: yen(7), cashback: yen(0), userData, executionId }), 20);
    expect(decodePurseBlock(buffer.subarray(20, 36)).balance).toBe(7);
  });

  it('of another length is a mistake of the caller', () => {
    expect(() => decodePurseBlock(new Uint8Array(15))).toThrow('expected 16 bytes, got 15');
  });
});

describe('history entry', () => {
  const entry = {
    kind: 'debit',
    cardCounter: 0xffff,
    terminalId: 0xff_ffff,
    terminalNumber: 0xffff,
    amount: yen(0xff_ffff),
    balanceAfter: yen(0xff_ffff),
    date: businessDate('2199-06-06'),
  } as const;

  it('holds the largest value of every field', () => {
    expect(decodeHistoryEntry(encodeHistoryEntry(entry))).toEqual(entry);
  });

  it('refuses what does not fit, and never cuts it', () => {
    expect(() => encodeHistoryEntry({ ...entry, amount: yen(0x100_0000) })).toThrow(RangeError);
    expect(() => encodeHistoryEntry({ ...entry, terminalId: 0x100_0000 })).toThrow(RangeError);
    expect(() => encodeHistoryEntry({ ...entry, date: businessDate('2199-06-07') })).toThrow(
      RangeError,
    );
    expect(() => encodeHistoryEntry({ ...entry, date: businessDate('2019-12-31') })).toThrow(
      RangeError,
    );
  });

  it('is absent in a block that was never written or is of an unknown kind', () => {
    expect(decodeHistoryEntry(new Uint8Array(16))).toBeUndefined();
    expect(decodeHistoryEntry(Uint8Array.of(4, ...new Uint8Array(15)))).toBeUndefined();
    expect(decodeHistoryEntry(Uint8Array.of(1))).toBeUndefined();
  });
});

describe('certificate block', () => {
  it('is absent before the first purse write and in a block of another length', () => {
    expect(decodeCertificateBlock(new Uint8Array(16))).toBeUndefined();
    expect(decodeCertificateBlock(Uint8Array.of(0, 0, 0, 0, 2, 1))).toBeUndefined();
  });
});
