import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CommandCode } from '#felica/command-code';
import { epochMs } from '#units';
import type { FelicaCard } from '../../../card-emulator/card/open-card.ts';
import { EXPIRY_AGE, expireIntents } from '../../../terminal/journal/expire-intents.ts';
import { issuedCard, NOON } from '../../scheme.ts';
import { balanceOf, Counter } from '../counter.ts';

const DONE = { commandCode: CommandCode.writeV2, moment: 'after-commit' } as const;
const NOT_DONE = { commandCode: CommandCode.writeV2, moment: 'before-commit' } as const;
const LATER = epochMs(NOON + EXPIRY_AGE + 1);

let card: FelicaCard;
let loader: Counter;
let shop: Counter;

beforeEach(async () => {
  loader = new Counter({ kind: 'load', terminalId: 9 });
  shop = new Counter();
  for (const counter of [loader, shop]) await counter.start();
  card = issuedCard(1);
  await loader.tap(card, 'load', 1_000);
});

afterEach(async () => {
  for (const counter of [loader, shop]) await counter.stop();
});

describe('what is unresolved', () => {
  it('expires after 90 days, once, and waits for nobody any more', async () => {
    await shop.tap(card, 'sale 1', 100, [DONE]);
    expect(await expireIntents(shop.journal, epochMs(NOON + EXPIRY_AGE))).toEqual([]);
    expect(await expireIntents(shop.journal, LATER)).toMatchObject([{ saleId: 'sale 1' }]);
    expect(await expireIntents(shop.journal, LATER)).toEqual([]);
    expect(await shop.journal.unresolvedIntents()).toEqual([]);
    await shop.journal.close();
    await shop.start();
    expect(await shop.journal.unresolvedIntents()).toEqual([]);
  });

  it('is still told by its card, years later and for another sale', async () => {
    await shop.tap(card, 'sale 1', 100, [DONE]);
    await expireIntents(shop.journal, LATER);
    await shop.tap(card, 'sale 2', 10);
    expect(await shop.records()).toMatchObject([
      { amount: 100, resolution: 'at-re-tap' },
      { amount: 10, resolution: 'at-tap' },
    ]);
    expect(balanceOf(card)).toBe(890);
  });

  it('is given up for good when the card shows that it was not done', async () => {
    await shop.tap(card, 'sale 1', 100, [NOT_DONE]);
    await expireIntents(shop.journal, LATER);
    await shop.tap(card, 'sale 2', 10);
    const known = await shop.journal.intentsOfSale('sale 1');
    expect(known).toMatchObject([{ outcome: { state: 'not-done' } }]);
    expect(await shop.tap(card, 'sale 1', 100)).toMatchObject({ outcome: 'approved' });
    expect(balanceOf(card)).toBe(890);
  });
});
