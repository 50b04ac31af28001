import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CommandCode } from '#felica/command-code';
import { formatIdm } from '#felica/identifiers';
import { isBlockedOf, setBlocked } from '../../../card-emulator/card/card-inspection.ts';
import type { FelicaCard } from '../../../card-emulator/card/open-card.ts';
import type { HotListLookUp } from '../../../terminal/debit/hot-list-hit.ts';
import { cardIdm, issuedCard, NOON } from '../../scheme.ts';
import { balanceOf, Counter } from '../counter.ts';

const TORN_BEFORE = { commandCode: CommandCode.writeV2, moment: 'before-commit' } as const;
const TORN_AFTER = { commandCode: CommandCode.writeV2, moment: 'after-commit' } as const;
const LISTED = { outcome: 'refused', reason: 'card-hot-listed', balance: 5_000 };

/** Card 1, from the time that a test puts it there. */
const listed = new Set<string>();
const hotList: HotListLookUp = {
  sequence: 7,
  createdAt: NOON,
  has: (idm) => listed.has(Buffer.from(idm).toString('hex')),
};

let card: FelicaCard;
let shop: Counter;
let loader: Counter;

beforeEach(async () => {
  listed.clear();
  shop = new Counter({ hotList });
  loader = new Counter({ kind: 'load', terminalId: 9, hotList });
  for (const counter of [shop, loader]) await counter.start();
  card = issuedCard(1);
  await loader.tap(card, 'load 1', 5_000);
});

afterEach(async () => {
  for (const counter of [shop, loader]) await counter.stop();
});

const list = (): unknown => listed.add(formatIdm(cardIdm(1)));
const hit = (isBlockedOnCard: boolean): unknown => ({
  idm: Uint8Array.from(cardIdm(1)),
  time: NOON,
  sequence: 7,
  isBlockedOnCard,
});

describe('a card on the hot list', () => {
  it('is refused, blocked with one exchange more than a refusal takes, and reported', async () => {
    const before = shop.reader.exchangeCount;
    await shop.tap(card, 'too much', 5_001);
    const ofRefusal = shop.reader.exchangeCount - before;
    list();
    expect(await shop.tap(card, 'sale 1', 300)).toEqual(LISTED);
    expect(shop.reader.exchangeCount - before).toBe(2 * ofRefusal + 1);
    expect(isBlockedOf(card)).toBe(true);
    expect(await shop.journal.hotListHits()).toEqual([hit(true)]);
    expect(balanceOf(card)).toBe(5_000);
    expect(await shop.records()).toEqual([]);
  });

  it('is blocked by a load terminal too', async () => {
    list();
    expect(await loader.tap(card, 'load 2', 300)).toEqual(LISTED);
    expect(isBlockedOf(card)).toBe(true);
  });

  it('needs no list any more to be refused, anywhere, until the issuer makes it valid', async () => {
    list();
    await shop.tap(card, 'sale 1', 300);
    listed.clear();
    const blocked = { outcome: 'refused', reason: 'card-blocked' };
    expect(await shop.tap(card, 'sale 1', 300)).toMatchObject(blocked);
    expect(await loader.tap(card, 'load 2', 300)).toMatchObject(blocked);
    setBlocked(card, false);
    expect(await shop.tap(card, 'sale 1', 300)).toMatchObject({ outcome: 'approved' });
    list();
    await shop.tap(card, 'sale 2', 300);
    expect(isBlockedOf(card)).toBe(true);
  });

  it('that is touched again and again is reported once', async () => {
    list();
    for (const saleId of ['sale 1', 'sale 2', 'sale 2']) {
      expect(await shop.tap(card, saleId, 300)).toEqual(LISTED);
    }
    expect(await shop.journal.hotListHits()).toEqual([hit(true)]);
  });

  it.each([TORN_BEFORE, TORN_AFTER])(
    'that leaves at the write, $moment, is blocked at the latest by its next touch',
    async (fault) => {
      list();
      expect(await shop.tap(card, 'sale 1', 300, [fault])).toEqual(LISTED);
      expect(await shop.journal.hotListHits()).toEqual([hit(false)]);
      expect(await shop.tap(card, 'sale 1', 300)).toEqual(LISTED);
      expect(isBlockedOf(card)).toBe(true);
      expect(await shop.journal.hotListHits()).toEqual([hit(false), hit(true)]);
    },
  );

  it('is told that it had paid, if it had, and is blocked after that', async () => {
    await shop.tap(card, 'sale 1', 300, [TORN_AFTER]);
    list();
    expect(await shop.tap(card, 'sale 1', 300)).toMatchObject({ outcome: 'approved' });
    expect(await shop.tap(card, 'sale 2', 300)).toMatchObject({ reason: 'card-hot-listed' });
    expect(isBlockedOf(card)).toBe(true);
    expect(await shop.records()).toHaveLength(1);
  });

  it('does not finish a sale that it had not paid', async () => {
    await shop.tap(card, 'sale 1', 300, [TORN_BEFORE]);
    list();
    expect(await shop.tap(card, 'sale 1', 300)).toEqual(LISTED);
    expect(balanceOf(card)).toBe(5_000);
    expect(await shop.journal.unresolvedIntents()).toEqual([]);
  });

  it('that another terminal blocked does not finish a sale that it had not paid', async () => {
    await shop.tap(card, 'sale 1', 300, [TORN_BEFORE]);
    list();
    await loader.tap(card, 'load 2', 300);
    listed.clear();
    expect(await shop.tap(card, 'sale 1', 300)).toMatchObject({ reason: 'card-blocked' });
    expect(balanceOf(card)).toBe(5_000);
  });
});

describe('a card that is on no list', () => {
  it('pays with five exchanges, and a sixth for the certificate', async () => {
    list();
    const other = issuedCard(2);
    await loader.tap(other, 'load 2', 5_000);
    const before = shop.reader.exchangeCount;
    expect(await shop.tap(other, 'sale 1', 300)).toMatchObject({ outcome: 'approved' });
    expect(shop.reader.exchangeCount - before).toBe(6);
  });
});
