import { describe, expect, it } from 'vitest';
import { HISTORY_WRITE, PURSE_DIRECT } from '#purse/card-profile';
import { encodeHistoryEntry, type HistoryEntry } from '#purse/history-block';
import { businessDate, yen } from '#units';
import { historyOf, purseOf } from '../../../card-emulator/card/card-inspection.ts';
import { openPurse, purseCard } from './purse-card.ts';
import { hex, purseBlock, testCard, testSystem } from './test-card.ts';
import { element } from './test-session.ts';

function entry(cardCounter: number): HistoryEntry {
  return {
    kind: 'load',
    cardCounter,
    terminalId: 7,
    terminalNumber: cardCounter,
    amount: yen(5_000),
    balanceAfter: yen(5_000),
    date: businessDate('2026-11-23'),
  };
}

describe('a look into a card', () => {
  it('shows the purse', () => {
    const card = purseCard();
    expect(purseOf(card)?.balance).toBe(0);
    const session = openPurse(card, [[PURSE_DIRECT, 'LOAD']]);
    session.write([element(0, 0), purseBlock(5_000, 1, 0x01020304, 0x00010002)]);
    expect(purseOf(card)).toEqual({
      balance: yen(5_000),
      cashback: yen(1),
      userData: hex('01020304'),
      executionId: hex('00010002'),
    });
  });

  it('shows the history, newest first, without what was never written', () => {
    const card = purseCard();
    expect(historyOf(card)).toEqual([]);
    const session = openPurse(card, [[HISTORY_WRITE, 'HIST']]);
    for (const counter of [1, 2, 3]) {
      session.write([element(0, 0), encodeHistoryEntry(entry(counter))]);
    }
    expect(historyOf(card)).toEqual([entry(3), entry(2), entry(1)]);
  });

  it('shows nothing of a card of another profile', () => {
    const card = testCard({ systems: [testSystem(0x4001, [], {})] });
    expect(purseOf(card)).toBeUndefined();
    expect(historyOf(card)).toEqual([]);
  });
});
