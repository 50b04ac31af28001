import { describe, expect, it } from 'vitest';
import { decodeHistoryEntry, type HistoryEntry } from '#purse/history-block';
import { executionIdOf } from '#purse/purse-block';
import { yen } from '#units';
import { type CardEvidence, evidenceOf } from '../../../terminal/debit/evidence.ts';
import { purseIntent } from '../../../terminal/debit/purse-intent.ts';
import { NOON, VALIDITY } from '../../scheme.ts';

const USER_DATA = new Uint8Array(4);
const BEFORE = {
  balance: yen(1_000),
  cashback: yen(0),
  userData: USER_DATA,
  executionId: executionIdOf(4, 0x1111),
};
const INTENT = purseIntent(
  { saleId: 'sale 1', kind: 'debit', amount: yen(300) },
  { purse: BEFORE, validity: VALIDITY, newestEntry: undefined, cardData: undefined },
  {
    idm: new Uint8Array(8),
    terminalId: 42,
    terminalTransactionNumber: 70_000,
    keyVersion: 1,
    time: NOON,
    executionTag: 0x2222,
  },
);
const OURS = decodeHistoryEntry(INTENT.historyBlock)!;
const AFTER = { ...BEFORE, balance: yen(700), executionId: INTENT.executionId };
const OTHER: HistoryEntry = { ...OURS, terminalId: 43 };

function card(purse: Partial<typeof BEFORE>, history: readonly HistoryEntry[]): CardEvidence {
  return { purse: { ...AFTER, ...purse }, history };
}

describe('evidence', () => {
  it('is one write later than the card, and names terminal and number', () => {
    expect(INTENT).toMatchObject({ cardCounter: 5, balanceBefore: 1_000, balanceAfter: 700 });
    expect(OURS).toMatchObject({ terminalId: 42, terminalNumber: 70_000 % 65_536, amount: 300 });
  });

  it.each([
    ['the counter is one less and the balance the one before', card(BEFORE, []), 'not-done'],
    [
      'the counter is one less and the balance another',
      card({ ...BEFORE, balance: yen(999) }, []),
      'unknown',
    ],
    [
      'the counter is two less: the card was set back',
      card({ ...BEFORE, executionId: executionIdOf(3, 0) }, []),
      'unknown',
    ],
    ['the execution ID is ours and the log has our entry', card({}, [OURS]), 'done'],
    ['the execution ID is ours and the log has none', card({}, []), 'unknown'],
    ['the execution ID is ours and the entry another’s', card({}, [OTHER]), 'unknown'],
    [
      'another terminal wrote with our counter',
      card({ executionId: executionIdOf(5, 0x3333) }, [OTHER]),
      'not-done',
    ],
    [
      'the purse is another’s and the entry ours',
      card({ executionId: executionIdOf(5, 0x3333) }, [OURS]),
      'unknown',
    ],
    [
      'the counter is greater and our entry in the log',
      card({ executionId: executionIdOf(7, 0) }, [{ ...OTHER, cardCounter: 6 }, OURS]),
      'done',
    ],
    [
      'the counter is greater and another’s entry stands there',
      card({ executionId: executionIdOf(7, 0) }, [{ ...OURS, cardCounter: 6 }, OTHER]),
      'not-done',
    ],
    [
      'the counter is greater and our counter has left the log',
      card({ executionId: executionIdOf(30, 0) }, [{ ...OTHER, cardCounter: 30 }]),
      'unknown',
    ],
  ])('when %s', (_what, evidence, expected) => {
    expect(evidenceOf(INTENT, evidence)).toBe(expected);
  });

  it.each([
    { amount: yen(301) },
    { balanceAfter: yen(701) },
    { terminalNumber: 1 },
    { kind: 'load' as const },
  ])('of an entry that differs in %j is not ours', (change) => {
    const purse = { executionId: executionIdOf(7, 0) };
    expect(evidenceOf(INTENT, card(purse, [{ ...OURS, ...change }]))).toBe('not-done');
  });
});
