import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAGIC_CARDS } from '../../../card-emulator/testing/magic-card.ts';
import { testKeys } from '../../../card-emulator/testing/test-keys.ts';
import { toHex } from '../card/test-card.ts';
import { ConsumerProject } from './consumer-project.ts';

const README = readFileSync(
  new URL('../../../card-emulator/testing/README.md', import.meta.url),
  'utf8',
);

const EXAMPLES = [...README.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, text = '']) => text);
const TEST_COUNT = EXAMPLES.join('').match(/^test\(/gm)?.length ?? 0;

const WRONG_TYPES = `
import { buildCard } from 'kazasu/card-emulator';
import { expect } from 'kazasu/card-emulator/vitest';
// @ts-expect-error A balance is a number.
buildCard('purse').balance('10');
// @ts-expect-error There is no such kind of card.
buildCard('visa');
// @ts-expect-error A log entry has no such field.
expect(buildCard('purse').build()).toHaveLogEntry({ ammount: 1 });
`;

describe('the page of the cards for tests', () => {
  let project: ConsumerProject;

  beforeAll(() => {
    const examples = EXAMPLES.map((text, index) => [`example-${index + 1}.test.ts`, text]);
    project = new ConsumerProject({
      ...Object.fromEntries(examples),
      'wrong-types.ts': WRONG_TYPES,
    });
  });

  afterAll(() => project.remove());

  it('has examples that pass in another project, which has the built package alone', () => {
    const { status, output } = project.runTests();
    expect(output).toMatch(new RegExp(`Tests +${TEST_COUNT} passed`));
    expect(output).toMatch(new RegExp(`Test Files +${EXAMPLES.length} passed`));
    expect([status, EXAMPLES.length, TEST_COUNT]).toEqual([0, 5, 8]);
  }, 60_000);

  it('has examples that a strict TypeScript project compiles', () => {
    expect(project.checkTypes()).toEqual({ status: 0, output: '' });
  }, 60_000);

  it('tells every magic card', () => {
    const rows = Object.entries(MAGIC_CARDS).map(
      ([name, { idm, ending }]) => `| \`${name}\` | \`${idm}\` | ${ending} |`,
    );
    expect(README.split('\n').filter((line) => /^\| `[a-z-]+` \| `0/.test(line))).toEqual(rows);
  });

  it('tells every public key', () => {
    const rows = Object.entries(testKeys.masters).map(
      ([label, key]) => `| \`${label}\` | \`${toHex(key)}\` |`,
    );
    expect(README.split('\n').filter((line) => /^\| `[A-Z]{4}` /.test(line))).toEqual(rows);
    for (const key of [testKeys.aesKey, testKeys.desKey]) expect(README).toContain(toHex(key));
  });
});
