import { test as bareTest, expect, type TestAPI } from 'vitest';
import './vitest-matcher.ts';
import { type CardFixtures, cardFixtures } from './card-fixture.ts';
import { cardMatchers } from './card-matcher.ts';

/*
 * `kazasu/card-emulator/vitest`: the fixtures and matchers for whoever wants nothing to set up. This
 * file alone imports vitest, which is the user's own.
 */

// Done at import because `expect` is there once a test file and knows no later moment.
expect.extend(cardMatchers);

export { expect };

/** `test` of vitest with `card`, `field` and `exchange`. */
export const test: TestAPI<CardFixtures> = bareTest.extend<CardFixtures>(cardFixtures);
