import { describe, it } from 'vitest';
import { missingForPcsc } from './pcsc-service.ts';

/** The service notices a card up to 0.4 s late, and a machine with much to do later still. */
const TEST_MS_MAX = 30_000;

/**
 * A suite that is skipped by name where PC/SC is missing, and fails if it was asked for. What it
 * needs beyond PC/SC, `alsoMissing` looks for.
 *
 * Suites of one file run side by side, each with a service of its own: nearly all of their time goes by
 * until a service looks at its reader again. The tests of each run one after the other.
 */
export function describeWithPcsc(
  name: string,
  suite: () => void,
  alsoMissing: () => string | undefined = () => undefined,
): void {
  const missing = missingForPcsc() ?? alsoMissing();
  if (missing === undefined) {
    describe(name, { timeout: TEST_MS_MAX, concurrent: true }, () => {
      describe('one after the other', { concurrent: false }, suite);
    });
  } else if (process.env['KAZASU_REQUIRE_PCSC'] === '1') {
    describe(name, () => {
      it('has what it needs', () => {
        throw new Error(missing);
      });
    });
  } else {
    describe.skip(`${name} (${missing})`, suite);
  }
}
