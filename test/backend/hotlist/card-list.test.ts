import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type IDm, idm } from '#felica/identifiers';
import { type CardList, isListed, readCardList } from '#hotlist/card-list';
import { changeCardList } from '#hotlist/card-list-change';
import { CardListCursor } from '#hotlist/card-list-cursor';
import { CardListWriter } from '#hotlist/card-list-writer';
import { cardListOf } from '#hotlist/hotlist-publication';

/** Few different bytes, so that cards have much in common, and are often the same. */
const CARD = fc
  .uint8Array({ minLength: 8, maxLength: 8 })
  .map((bytes) => idm(bytes.map((byte, index) => (index < 5 ? byte & 1 : byte & 0x83))));
const CARDS = fc.uniqueArray(CARD, { maxLength: 200, selector: textOf });

function textOf(card: Uint8Array): string {
  return Buffer.from(card).toString('hex');
}

function textsOf(list: CardList): readonly string[] {
  const cursor = new CardListCursor(list);
  const texts: string[] = [];
  while (cursor.next()) texts.push(textOf(cursor.idm));
  return texts;
}

const numbered = (count: number): readonly IDm[] =>
  Array.from({ length: count }, (_, number) => idm(Uint8Array.of(2, 254, 0, 0, 0, 0, number, 0)));

describe('a card list', () => {
  it('holds exactly the cards that were written', () => {
    const probes = fc.array(CARD, { maxLength: 50 });
    fc.assert(
      fc.property(CARDS, probes, (cards, others) => {
        const list = cardListOf(cards);
        const texts = new Set(cards.map(textOf));
        expect(textsOf(list)).toEqual([...texts].toSorted());
        for (const card of [...cards, ...others]) {
          expect(isListed(list, card)).toBe(texts.has(textOf(card)));
        }
      }),
    );
  });

  it('is read in one spelling only: other bytes are other cards or none', () => {
    const change = fc.record({ at: fc.nat(), to: fc.nat(255) });
    fc.assert(
      fc.property(CARDS, change, (cards, { at, to }) => {
        fc.pre(cards.length > 0);
        const { bytes, count } = cardListOf(cards);
        const damaged = bytes.slice();
        damaged[at % bytes.length] = to;
        const read = readCardList(damaged, count);
        if (read?.bytes.length !== bytes.length) return;
        const again = cardListOf(textsOf(read).map((text) => idm(Buffer.from(text, 'hex'))));
        expect(again.bytes).toEqual(damaged);
      }),
      { numRuns: 500 },
    );
  });

  it.each([0, 1, 31, 32, 33, 64, 65, 200])(
    'of %i cards finds all of them and no other',
    (count) => {
      const list = cardListOf(numbered(count));
      expect(list.blockOffsets).toHaveLength(Math.ceil(count / 32));
      for (const [number, card] of numbered(256).entries()) {
        expect(isListed(list, card)).toBe(number < count);
      }
      expect(isListed(list, new Uint8Array(8))).toBe(false);
      expect(isListed(list, new Uint8Array(8).fill(255))).toBe(false);
    },
  );

  it('begins wherever it stands in longer bytes, and tells where it ends', () => {
    const { bytes } = cardListOf(numbered(40));
    const longer = Uint8Array.of(...bytes, 1, 2, 3);
    expect(readCardList(longer, 40)?.bytes).toEqual(bytes);
    expect(readCardList(bytes.subarray(0, -1), 40)).toBeUndefined();
  });

  it('takes cards in ascending order only, each once, and whole', () => {
    const writer = new CardListWriter();
    const [first, second] = numbered(2);
    writer.add(second!);
    for (const wrong of [second!, first!, new Uint8Array(7)]) {
      expect(() => writer.add(wrong)).toThrow(RangeError);
    }
    expect(writer.count).toBe(1);
  });
});

describe('a change of a card list', () => {
  it('leads to the list of the cards that stay and come', () => {
    const parts = fc.tuple(CARDS, fc.nat(10), fc.nat(10));
    fc.assert(
      fc.property(parts, ([cards, addedEvery, removedEvery]) => {
        const added = cards.filter((_, index) => index % (addedEvery + 2) === 0);
        const base = cards.filter((card) => !added.includes(card));
        const removed = base.filter((_, index) => index % (removedEvery + 2) === 0);
        const after = cards.filter((card) => !removed.includes(card));
        const change = changeCardList(cardListOf(base), {
          added: cardListOf(added),
          removed: cardListOf(removed),
        });
        const { bytes, count } = cardListOf(after);
        expect(change).toEqual({ result: 'changed', list: { bytes, count } });
      }),
    );
  });

  const base = cardListOf(numbered(40));
  const none = cardListOf([]);
  const outside = cardListOf([idm(new Uint8Array(8).fill(1)), idm(new Uint8Array(8).fill(9))]);

  it.each([
    ['adds a card that is there', { added: cardListOf(numbered(1)), removed: none }, 'added'],
    ['removes cards that are not there', { added: none, removed: outside }, 'removed'],
    ['adds and removes the same', { added: outside, removed: outside }, 'removed'],
    [
      'removes one behind the last',
      { added: none, removed: cardListOf([idm(new Uint8Array(8).fill(9))]) },
      'removed',
    ],
  ])('that %s is of another list', (_what, change, field) => {
    expect(changeCardList(base, change)).toEqual({ result: 'unfit', field });
  });
});
