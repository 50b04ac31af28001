import { test as bareTest, describe, expect } from 'vitest';
import { cardFixtures } from '../../../card-emulator/testing/card-fixture.ts';
import { expect as readyExpect, test as readyTest } from '../../../card-emulator/testing/vitest.ts';
import { toHex } from '../card/test-card.ts';

const test = bareTest.extend(cardFixtures);

describe('the fixtures', () => {
  const REQUEST_PURSE = '10 06 01124b5a00000001 01 1710 01 8000';

  test('are a purse with 5,000 yen in a field that is on', ({ card, field, exchange }) => {
    expect(toHex(card.idm)).toBe('01124b5a00000001');
    const answer = `1d0701124b5a0000000100000188130000${'00'.repeat(12)}`;
    expect(toHex(exchange(REQUEST_PURSE))).toBe(answer);
    expect(toHex(field.exchange(Buffer.from(REQUEST_PURSE.replaceAll(' ', ''), 'hex')))).toBe(
      answer,
    );
  });

  test('follow whatever the test puts into the field', ({ field, exchange }) => {
    field.remove();
    expect(exchange(REQUEST_PURSE)).toBeUndefined();
  });

  // Both run one after the other: what the first leaves on its card is not on the second's.
  const commitCounts: number[] = [];
  for (const order of ['first', 'second']) {
    test(`are new in each test, the ${order}`, ({ card }) => {
      commitCounts.push(card.commitCount);
      card.restore(card.snapshot());
      expect(card.commitCount).toBe(1);
      expect(commitCounts.at(-1)).toBe(0);
    });
  }

  test('refuse a frame that is no hexadecimal digits', ({ exchange }) => {
    expect(() => exchange('xx')).toThrow(expect.objectContaining({ field: 'frame' }));
  });
});

describe('what is ready for vitest', () => {
  readyTest('has fixtures and matchers', ({ card }) => {
    readyExpect(card).toHaveBalance(5_000);
    readyExpect(card).not.toHaveLogEntry({});
  });
});
