import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochMs } from '#units';
import { followChain, type ProvenWrite } from '../../../backend/collection/card-chain.ts';

/** Writes that each load one yen, so that the balance is the counter. */
const loadOf = (cardCounter: number): ProvenWrite => ({
  recordId: cardCounter,
  cardCounter,
  balanceBefore: cardCounter - 1,
  balanceAfter: cardCounter,
  receivedAt: epochMs(cardCounter),
});
const NEW_CARD = { watermark: 0, balance: 0 };

describe('the chain of a card', () => {
  it('is complete up to the first counter that nobody reported', () => {
    expect(followChain(NEW_CARD, [1, 2, 5, 6, 9].map(loadOf))).toEqual({
      watermark: 2,
      balance: 2,
      missing: [
        { first: 3, last: 4, seenAt: 5 },
        { first: 7, last: 8, seenAt: 9 },
      ],
      jumps: [],
    });
  });

  it('has a jump where a write does not begin with what the one before it left', () => {
    const forged = { ...loadOf(2), balanceBefore: 500, balanceAfter: 501 };
    expect(followChain(NEW_CARD, [loadOf(1), forged])).toMatchObject({
      watermark: 2,
      balance: 501,
      jumps: [{ recordId: 2, cardCounter: 2, expected: 1, found: 500 }],
    });
    expect(followChain(NEW_CARD, [loadOf(1), loadOf(3)]).jumps).toEqual([]);
  });

  it('comes to the same in any order of arrival, however often it is followed', () => {
    const counters = fc.uniqueArray(fc.integer({ min: 1, max: 20 }), { minLength: 1 });
    fc.assert(
      fc.property(counters, (arrivals) => {
        const known: number[] = [];
        let mark = NEW_CARD;
        for (const counter of arrivals) {
          known.push(counter);
          known.sort((one, other) => one - other);
          mark = followChain(mark, known.filter((each) => each > mark.watermark).map(loadOf));
        }
        expect(mark).toMatchObject(followChain(NEW_CARD, known.map(loadOf)));
      }),
    );
  });
});
