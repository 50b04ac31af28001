import type { ExpectedEntry } from './card-matcher.ts';

// What `expect.extend(cardMatchers)` adds, told to the types of vitest. Nothing of it runs.
declare module 'vitest' {
  interface Matchers<T> {
    /** The balance in yen. */
    toHaveBalance: (expected: number) => T;
    /** At least one entry of the log has all these fields. */
    toHaveLogEntry: (expected: ExpectedEntry) => T;
    /** The entry of the last purse write has all these fields. */
    toHaveNewestLogEntry: (expected: ExpectedEntry) => T;
  }
}
