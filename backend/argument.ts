import { type IDm, parseIdm } from '#felica/identifiers';
import { HISTORY_AMOUNT_MAX } from '#purse/history-block';
import {
  type BasisPoints,
  type BusinessDate,
  basisPoints,
  businessDate,
  type SignedYen,
  signedYen,
  type Yen,
  yen,
} from '#units';
import { type BillMonth, parseBillMonth } from './carrier/bill-month.ts';

/** Reads the text of one argument; `expected` says what was wanted where `parse` gives nothing. */
export interface ArgumentKind<Value> {
  readonly parse: (text: string) => Value | undefined;
  readonly expected: string;
}

export function wholeFrom(min: number, max: number): ArgumentKind<number> {
  return {
    parse: (text) => {
      const value = Number(text);
      return /^\d{1,10}$/.test(text) && value >= min && value <= max ? value : undefined;
    },
    expected: `expected a whole number from ${min} to ${max}`,
  };
}

/** At most what the history of a card can hold. */
export const AMOUNT: ArgumentKind<Yen> = mapped(wholeFrom(1, HISTORY_AMOUNT_MAX), yen);

/** What a correction gives, or takes where it is negative. */
export const SIGNED_AMOUNT: ArgumentKind<SignedYen> = {
  parse: (text) => (/^-?[1-9]\d{0,9}$/.test(text) ? signedYen(Number(text)) : undefined),
  expected: 'expected a whole number such as 500 or -500',
};

/** What a subscriber may have charged in a month. */
export const CAP: ArgumentKind<Yen> = mapped(wholeFrom(0, 10_000_000), yen);

export const MONTH: ArgumentKind<BillMonth> = {
  parse: parseBillMonth,
  expected: 'expected a month such as 2026-11',
};

export const RATE: ArgumentKind<BasisPoints> = mapped(wholeFrom(0, 10_000), basisPoints);

/** Degrees with a sign, such as `-33.86`. */
export function degreesUpTo(max: number): ArgumentKind<number> {
  return {
    parse: (text) => {
      const value = Number(text);
      return /^-?\d{1,3}(?:\.\d{1,9})?$/.test(text) && Math.abs(value) <= max ? value : undefined;
    },
    expected: `expected degrees from -${max} to ${max}`,
  };
}

export const IDM: ArgumentKind<IDm> = { parse: parseIdm, expected: 'expected 16 hex digits' };

export const DATE: ArgumentKind<BusinessDate> = {
  parse: (text) => {
    try {
      return businessDate(text);
    } catch {
      return undefined;
    }
  },
  expected: 'expected a day such as 2031-11-23',
};

function mapped<From, To>(
  { parse, expected }: ArgumentKind<From>,
  toValue: (value: From) => To,
): ArgumentKind<To> {
  return {
    parse: (text) => {
      const value = parse(text);
      return value === undefined ? undefined : toValue(value);
    },
    expected,
  };
}
