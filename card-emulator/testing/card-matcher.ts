import type { EmulatedCard } from '../card/emulated-card.ts';
import type { HistoryEntry, HistoryKind } from '../purse/history-block.ts';
import { formatYen, signedYen } from '../units.ts';
import { balanceOf, logOf } from './card-content.ts';

/** The fields of a log entry that a test cares about; all that are given have to agree. */
export interface ExpectedEntry {
  readonly kind?: HistoryKind;
  readonly amount?: number;
  readonly balanceAfter?: number;
  /** As `2026-11-23`. */
  readonly date?: string;
  readonly cardCounter?: number;
  readonly terminalId?: number;
  readonly terminalNumber?: number;
}

/** What a matcher of vitest and of jest returns. */
export interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
  readonly actual: unknown;
  readonly expected: unknown;
}

/** Matchers for `expect.extend(cardMatchers)`, in vitest and in jest: they import neither. */
export const cardMatchers: {
  /** The balance in yen. */
  readonly toHaveBalance: (card: EmulatedCard, expected: number) => MatcherResult;
  /** At least one entry of the log has all these fields. */
  readonly toHaveLogEntry: (card: EmulatedCard, expected: ExpectedEntry) => MatcherResult;
  /** The entry of the last purse write has all these fields. */
  readonly toHaveNewestLogEntry: (card: EmulatedCard, expected: ExpectedEntry) => MatcherResult;
} = {
  toHaveBalance(card, expected) {
    const actual = balanceOf(card);
    const pass = actual === expected;
    const held = formatYen(actual);
    const message = (): string =>
      pass
        ? `expected the card not to hold ${held}`
        : `expected the card to hold ${formatYen(signedYen(expected))}, got ${held}`;
    return { pass, message, actual, expected };
  },
  toHaveLogEntry(card, expected) {
    const actual = logOf(card);
    const pass = actual.some((entry) => agrees(entry, expected));
    const message = (): string =>
      `expected the log ${pass ? 'not ' : ''}to have ${entryText(expected)}, got ${logText(actual)}`;
    return { pass, message, actual, expected };
  },
  toHaveNewestLogEntry(card, expected) {
    const [actual] = logOf(card);
    const pass = actual !== undefined && agrees(actual, expected);
    const newest = actual === undefined ? 'an empty log' : entryText(actual);
    const message = (): string =>
      `expected the newest entry ${pass ? 'not ' : ''}to be ${entryText(expected)}, got ${newest}`;
    return { pass, message, actual, expected };
  },
};

const FIELDS: readonly (keyof ExpectedEntry & keyof HistoryEntry)[] = [
  'kind',
  'amount',
  'balanceAfter',
  'date',
  'cardCounter',
  'terminalId',
  'terminalNumber',
];

/** Throws `RangeError` for a field that no entry has: a misspelt one would agree with anything. */
function agrees(entry: HistoryEntry, expected: ExpectedEntry): boolean {
  const names: readonly string[] = FIELDS;
  const unknown = Object.keys(expected).find((field) => !names.includes(field));
  if (unknown !== undefined) throw new RangeError(`log entry: expected no field ${unknown}`);
  return FIELDS.every((field) => expected[field] === undefined || expected[field] === entry[field]);
}

function logText(log: readonly HistoryEntry[]): string {
  if (log.length === 0) return 'an empty log';
  return log.map((entry) => `\n  ${entryText(entry)}`).join('');
}

function entryText(entry: ExpectedEntry): string {
  const given = FIELDS.filter((field) => entry[field] !== undefined);
  return `{ ${given.map((field) => `${field}: ${entry[field]}`).join(', ')} }`;
}
