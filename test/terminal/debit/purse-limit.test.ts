import { describe, expect, it } from 'vitest';
import type { CardData } from '#purse/card-data';
import { HISTORY_AMOUNT_MAX } from '#purse/history-block';
import { executionIdOf } from '#purse/purse-block';
import { businessDate, yen } from '#units';
import type { PurseSnapshot } from '../../../terminal/debit/purse-card.ts';
import { refusalOf, type TerminalLimits } from '../../../terminal/debit/purse-limit.ts';
import { VALIDITY } from '../../scheme.ts';

const LIMITS: TerminalLimits = { issuerId: 81, keyVersion: 1, amountMax: yen(30_000) };
const TODAY = businessDate('2026-11-23');
const CARD_DATA: CardData = {
  keyVersion: 1,
  issuerId: 81,
  expiry: TODAY,
  isBlocked: false,
  balanceMax: yen(50_000),
  debitMax: yen(20_000),
};

interface Purse {
  readonly balance?: number;
  readonly cardCounter?: number;
  readonly cardData?: Partial<CardData>;
  readonly isValid?: boolean;
  readonly isHotListed?: boolean;
}

function snapshot({
  balance = 25_000,
  cardCounter = 7,
  cardData = {},
  isValid = true,
}: Purse): PurseSnapshot {
  return {
    purse: {
      balance: yen(balance),
      cashback: yen(0),
      userData: new Uint8Array(4),
      executionId: executionIdOf(cardCounter, 0),
    },
    validity: isValid ? VALIDITY : { ...VALIDITY, balance: yen(0) },
    newestEntry: undefined,
    cardData: { ...CARD_DATA, ...cardData },
  };
}

function refusal(kind: 'load' | 'debit', amount: number, purse: Purse = {}): string | undefined {
  const { isHotListed = false } = purse;
  const write = { kind, amount: yen(amount), today: TODAY, isHotListed };
  return refusalOf(write, snapshot(purse), LIMITS);
}

describe('purse limit', () => {
  it.each([
    ['the last yen', 'debit', 350, { balance: 350 }, undefined],
    ['one yen more than there is', 'debit', 351, { balance: 350 }, 'insufficient-balance'],
    ['anything of an empty purse', 'debit', 1, { balance: 0 }, 'insufficient-balance'],
    ['all that one debit may take', 'debit', 20_000, {}, undefined],
    ['one yen more than one debit may take', 'debit', 20_001, {}, 'over-card-limit'],
    ['all that the terminal may load', 'load', 30_000, { balance: 0 }, undefined],
    ['one yen more than that', 'load', 30_001, { balance: 0 }, 'over-terminal-limit'],
    ['up to what the card may hold', 'load', 25_000, {}, undefined],
    ['one yen more than the card may hold', 'load', 25_001, {}, 'over-balance-limit'],
    ['on the last day of use', 'debit', 1, { cardData: { expiry: TODAY } }, undefined],
    [
      'on the day after it',
      'debit',
      1,
      { cardData: { expiry: businessDate('2026-11-22') } },
      'card-expired',
    ],
    ['with the last number of the counter left', 'debit', 1, { cardCounter: 0xfffe }, undefined],
    ['with no number left', 'debit', 1, { cardCounter: 0xffff }, 'card-worn-out'],
    ['of a card that a terminal blocked', 'debit', 1, { isValid: false }, 'card-blocked'],
    ['onto a card that a terminal blocked', 'load', 1, { isValid: false }, 'card-blocked'],
  ] as const)('for %s', (_what, kind, amount, purse, expected) => {
    expect(refusal(kind, amount, purse)).toBe(expected);
  });

  it('never lets a purse hold more than the log of the card can tell', () => {
    const purse = { balance: HISTORY_AMOUNT_MAX - 10, cardData: { balanceMax: yen(0xffff_ffff) } };
    expect(refusal('load', 10, purse)).toBeUndefined();
    expect(refusal('load', 11, purse)).toBe('over-balance-limit');
  });

  it('refuses a card of another scheme version before it looks at anything else', () => {
    const unknown = { ...snapshot({ balance: 0 }), cardData: undefined };
    const write = { kind: 'debit', amount: yen(40_000), today: TODAY } as const;
    expect(refusalOf(write, unknown, LIMITS)).toBe('card-not-supported');
  });

  it('names the first reason in the order of the page where all of them hold', () => {
    const worst = {
      issuerId: 82,
      keyVersion: 2,
      isBlocked: true,
      expiry: businessDate('2026-11-22'),
    };
    const steps = [
      {},
      { issuerId: 81 },
      { keyVersion: 1 },
      {},
      { isBlocked: false },
      { expiry: TODAY },
    ];
    const named: (string | undefined)[] = [];
    let cardData: Partial<CardData> = { ...worst, debitMax: yen(0) };
    for (const [index, step] of steps.entries()) {
      cardData = { ...cardData, ...step };
      const isHotListed = index < 3;
      const purse = { balance: 0, cardCounter: 0xffff, cardData, isHotListed };
      named.push(refusal('debit', 30_001, purse));
    }
    const write = { kind: 'debit', amount: yen(30_001), today: TODAY } as const;
    const read = snapshot({ balance: 0, cardData });
    named.push(refusalOf(write, read, { ...LIMITS, samRoom: { count: 0, amount: 90_000 } }));
    named.push(refusalOf(write, read, { ...LIMITS, samRoom: { count: 1, amount: 30_000 } }));
    named.push(refusalOf(write, read, { ...LIMITS, samRoom: { count: 1, amount: 30_001 } }));
    named.push(refusal('debit', 30_000, { balance: 0, cardData }));
    named.push(refusal('debit', 20_000, { balance: 0 }));
    expect(named).toEqual([
      'foreign-issuer',
      'key-version-unknown',
      'card-hot-listed',
      'card-blocked',
      'card-expired',
      'card-worn-out',
      'sam-ceiling-reached',
      'sam-ceiling-reached',
      'over-terminal-limit',
      'over-card-limit',
      'insufficient-balance',
    ]);
  });
});
