import { describe, expect, it } from 'vitest';
import type { HistoryEntry } from '#purse/history-block';
import { businessDate, yen } from '#units';
import { givenNumbersOf, isJournalSetBack } from '../../../terminal/debit/journal-age.ts';

function entry(terminalNumber: number, terminalId = 42): HistoryEntry {
  return {
    kind: 'debit',
    cardCounter: 7,
    terminalId,
    terminalNumber,
    amount: yen(100),
    balanceAfter: yen(900),
    date: businessDate('2026-11-23'),
  };
}

describe('the journal of a terminal', () => {
  it.each([
    [undefined, 1, false],
    [entry(5), 6, false],
    [entry(5), 5, true],
    [entry(6), 5, true],
    [entry(6, 43), 5, false],
    // 16 bits of the number are on the card.
    [entry(0xffff), 0x1_0000, false],
    [entry(0), 0x1_0000, true],
    [entry(0), 0x1_0001, false],
    [entry(0xffff), 5, false],
    [entry(5 + 0x7fff), 5, true],
    [entry(5 + 0x8000), 5, false],
  ])('is older than the card where %j comes to number %i: %s', (newest, next, isSetBack) => {
    const terminal = { terminalId: 42, nextTransactionNumber: next };
    expect(isJournalSetBack(newest, terminal)).toBe(isSetBack);
  });

  it.each([
    [5, 5, []],
    [5, 6, [5]],
    [5, 0x2_0005, [5, 0x1_0005]],
    [0, 0x1_0001, [0, 0x1_0000]],
  ])('may have given 16 bits of %i before number %i as %j', (low, next, numbers) => {
    expect(givenNumbersOf(entry(low), next)).toEqual(numbers);
  });
});
