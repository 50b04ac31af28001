import { describe, expect, it } from 'vitest';
import { pastEntries } from '../../../card-emulator/testing/past-entry.ts';
import { yen } from '../../../card-emulator/units.ts';

describe('the past of a card', () => {
  it('leads from each balance to the one above it', () => {
    const entries = pastEntries(
      [
        { kind: 'cashback', amount: 50 },
        { kind: 'debit', amount: 150 },
        { kind: 'load', amount: 1_000 },
      ],
      yen(900),
    );
    expect(entries.map(({ balanceAfter }) => balanceAfter)).toEqual([900, 850, 1_000]);
    expect(entries.map(({ cardCounter }) => cardCounter)).toEqual([3, 2, 1]);
  });

  it('keeps what is given, and counts on from there', () => {
    const [newest, oldest] = pastEntries(
      [
        { kind: 'debit', amount: 100, balanceAfter: 70, cardCounter: 900, terminalNumber: 5 },
        { kind: 'debit', amount: 30 },
      ],
      yen(900),
    );
    expect(newest).toMatchObject({ balanceAfter: 70, cardCounter: 900, terminalNumber: 5 });
    expect(oldest).toMatchObject({ balanceAfter: 170, cardCounter: 1, terminalNumber: 1 });
  });

  it.each([
    ['history[0].kind', { kind: 'refund' as 'load', amount: 1 }],
    ['history[0].amount', { kind: 'load', amount: 0x100_0000 }],
    ['history[0].cardCounter', { kind: 'load', amount: 1, cardCounter: 0x1_0000 }],
    ['history[0].terminalId', { kind: 'load', amount: 1, terminalId: 0x100_0000 }],
    ['history[0].terminalNumber', { kind: 'load', amount: 1, terminalNumber: -1 }],
    ['history[0].date', { kind: 'load', amount: 1, date: '2026-11-31' }],
  ] as const)('names the field that no log could have: %s', (field, entry) => {
    expect(() => pastEntries([entry], yen(5))).toThrow(expect.objectContaining({ field }));
  });
});
