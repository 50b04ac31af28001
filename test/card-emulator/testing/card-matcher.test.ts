import { describe, expect, it } from 'vitest';
import { buildCard } from '../../../card-emulator/testing/build-card.ts';
import { cardMatchers } from '../../../card-emulator/testing/card-matcher.ts';
import '../../../card-emulator/testing/vitest-matcher.ts';

expect.extend(cardMatchers);

const empty = buildCard('purse').build();
const card = buildCard('purse')
  .balance(3_450)
  .history([
    { kind: 'debit', amount: 150, date: '2026-11-20' },
    { kind: 'load', amount: 3_000, date: '2026-11-01' },
  ])
  .build();

describe('the matchers', () => {
  it('agree with what is on the card', () => {
    expect(card).toHaveBalance(3_450);
    expect(card).not.toHaveBalance(3_451);
    expect(card).toHaveLogEntry({ kind: 'load', amount: 3_000 });
    expect(card).not.toHaveLogEntry({ kind: 'load', amount: 150 });
    expect(card).toHaveNewestLogEntry({ kind: 'debit', balanceAfter: 3_450, date: '2026-11-20' });
    expect(card).not.toHaveNewestLogEntry({ kind: 'load' });
    expect(empty).not.toHaveLogEntry({});
    expect(empty).not.toHaveNewestLogEntry({});
  });

  it.each([
    [
      'the balance is another one',
      () => expect(card).toHaveBalance(3_000),
      'expected the card to hold 3,000 yen, got 3,450 yen',
    ],
    [
      'the balance is that one',
      () => expect(card).not.toHaveBalance(3_450),
      'expected the card not to hold 3,450 yen',
    ],
    [
      'the log has no such entry',
      () => expect(card).toHaveLogEntry({ kind: 'cashback' }),
      'expected the log to have { kind: cashback }, got ' +
        '\n  { kind: debit, amount: 150, balanceAfter: 3450, date: 2026-11-20, cardCounter: 2, ' +
        'terminalId: 1, terminalNumber: 2 }' +
        '\n  { kind: load, amount: 3000, balanceAfter: 3600, date: 2026-11-01, cardCounter: 1, ' +
        'terminalId: 1, terminalNumber: 1 }',
    ],
    [
      'the log is empty',
      () => expect(empty).toHaveLogEntry({ amount: 1 }),
      'expected the log to have { amount: 1 }, got an empty log',
    ],
    [
      'the newest entry is another one',
      () => expect(empty).toHaveNewestLogEntry({ kind: 'load' }),
      'expected the newest entry to be { kind: load }, got an empty log',
    ],
  ])('say what they found where %s', (_, assertion, message) => {
    expect(assertion).toThrow(expect.objectContaining({ message }));
  });

  it('say "not" where they should not have agreed', () => {
    expect(() => expect(card).not.toHaveLogEntry({ kind: 'load' })).toThrow(
      'expected the log not to have { kind: load }',
    );
    expect(() => expect(card).not.toHaveNewestLogEntry({ kind: 'debit' })).toThrow(
      'expected the newest entry not to be { kind: debit }',
    );
  });

  it('refuse a field that no entry has, which would agree with every entry', () => {
    const misspelt = { ammount: 150 } as object;
    expect(() => expect(card).toHaveLogEntry(misspelt)).toThrow(
      'log entry: expected no field ammount',
    );
  });

  it('refuse a card without our purse', () => {
    const other = buildCard('suica').system(0x0003).build();
    expect(() => expect(other).toHaveBalance(0)).toThrow('a purse of our profile');
  });
});
