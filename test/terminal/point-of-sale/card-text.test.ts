import { describe, expect, it } from 'vitest';
import { businessDate, epochMs, yen } from '#units';
import type { CardReading } from '../../../terminal/debit/card-reading.ts';
import { cardJson, describeCard } from '../../../terminal/point-of-sale/card-text.ts';
import { NOON } from '../../scheme.ts';

const NONE = new Uint8Array(4);
const PURSE = { balance: yen(4_650), cashback: yen(350), userData: NONE, executionId: NONE };
const IDM = Uint8Array.of(2, 254, 1, 2, 3, 4, 0xab, 0xcd);

const READING: CardReading = {
  idm: IDM,
  snapshot: {
    purse: PURSE,
    validity: { ...PURSE, balance: yen(1) },
    newestEntry: undefined,
    cardData: {
      keyVersion: 1,
      issuerId: 1,
      expiry: businessDate('2031-03-31'),
      isBlocked: false,
      balanceMax: yen(50_000),
      debitMax: yen(20_000),
    },
  },
  history: undefined,
  settled: [],
};

const ENTRY = {
  kind: 'debit',
  cardCounter: 2,
  terminalId: 42,
  terminalNumber: 7,
  amount: yen(350),
  balanceAfter: yen(4_650),
  date: businessDate('2026-11-23'),
} as const;

const INTENT = {
  saleId: 'lunch',
  kind: 'debit',
  idm: IDM,
  keyVersion: 1,
  terminalTransactionNumber: 7,
  amount: yen(350),
  balanceBefore: yen(5_000),
  balanceAfter: yen(4_650),
  cardCounter: 2,
  executionId: NONE,
  time: epochMs(NOON),
  purseBlock: new Uint8Array(16),
  historyBlock: new Uint8Array(16),
} as const;

describe('card text', () => {
  it('tells the balance, and names the card by its end', () => {
    expect(describeCard(READING)).toEqual([
      'Balance 4,650 yen; card ends in abcd, valid until 2031-03-31',
    ]);
    expect(cardJson(READING)).toEqual({
      outcome: 'read',
      card: 'abcd',
      balance: 4_650,
      expiry: '2031-03-31',
      isBlocked: false,
      settled: [],
    });
  });

  it('tells the log where it was asked for', () => {
    expect(describeCard({ ...READING, history: [] }).at(-1)).toBe(
      'Nothing was done with this card yet.',
    );
    const given = { ...ENTRY, kind: 'cashback', balanceAfter: yen(5_000) } as const;
    expect(describeCard({ ...READING, history: [given, ENTRY] }).slice(1)).toEqual([
      '2026-11-23  given back 350 yen, balance 5,000 yen, terminal 42',
      '2026-11-23  paid 350 yen, balance 4,650 yen, terminal 42',
    ]);
    expect(cardJson({ ...READING, history: [ENTRY] })).toMatchObject({ history: [ENTRY] });
  });

  it('tells that a card is blocked, by its data or by its validity purse', () => {
    const { snapshot } = READING;
    const emptied = { ...snapshot, validity: { ...PURSE, balance: yen(0) } };
    const flagged = { ...snapshot, cardData: { ...snapshot.cardData!, isBlocked: true } };
    for (const blocked of [emptied, flagged]) {
      expect(describeCard({ ...READING, snapshot: blocked })).toContain('This card is blocked.');
      expect(cardJson({ ...READING, snapshot: blocked })).toMatchObject({ isBlocked: true });
    }
  });

  it('tells what became of a half-done sale', () => {
    const settled = [{ intent: INTENT, fate: 'done' }] as const;
    expect(describeCard({ ...READING, settled }).at(-1)).toBe('Sale lunch, 350 yen: was done');
    expect(cardJson({ ...READING, settled })).toMatchObject({
      settled: [{ saleId: 'lunch', amount: 350, fate: 'done' }],
    });
  });

  it('leaves out what a card of another scheme version does not tell', () => {
    const snapshot = { ...READING.snapshot, cardData: undefined };
    expect(describeCard({ ...READING, snapshot })).toEqual([
      'Balance 4,650 yen; card ends in abcd',
    ]);
    expect(cardJson({ ...READING, snapshot })).toMatchObject({ expiry: null });
  });
});
