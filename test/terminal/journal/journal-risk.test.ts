import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CommandCode } from '#felica/command-code';
import { businessDate, businessDateOf, milliseconds, yen } from '#units';
import type { FelicaCard } from '../../../card-emulator/card/open-card.ts';
import type { RiskLimits } from '../../../terminal/debit/risk-limit.ts';
import { cardIdm, issuedCard, NOON } from '../../scheme.ts';
import { balanceOf, Counter } from '../counter.ts';

const TORN = { commandCode: CommandCode.writeV2, moment: 'before-commit' } as const;
const TODAY = businessDateOf(NOON);

let card: FelicaCard;
let loader: Counter;
let shop: Counter;

beforeEach(async () => {
  loader = new Counter({ kind: 'load', terminalId: 9 });
  shop = new Counter();
  for (const counter of [loader, shop]) await counter.start();
  card = issuedCard(1);
  await loader.tap(card, 'load 1', 5_000);
});

afterEach(async () => {
  for (const counter of [loader, shop]) await counter.stop();
});

/** The same shop, which knows its limits from now on. */
async function limit(limits: RiskLimits): Promise<void> {
  await shop.journal.close();
  await shop.start(limits);
}

describe('what the journal knows of the risk', () => {
  it('is nothing but its disk while it is empty', async () => {
    const facts = await shop.journal.factsOf(cardIdm(1), TODAY);
    expect(facts).toEqual({
      newestTime: undefined,
      roomBytes: expect.toSatisfy((bytes: number) => bytes > 0),
      offlineCount: 0,
      offlineTotal: 0,
      cardDayTotal: 0,
      loadedTotal: 0,
    });
  });

  it('counts for the card what it paid on that day or may have paid', async () => {
    await shop.tap(card, 'sale 1', 300);
    await shop.tap(card, 'sale 2', 40, [TORN]);
    const facts = await shop.journal.factsOf(cardIdm(1), TODAY);
    const counted = { offlineCount: 1, offlineTotal: 300, cardDayTotal: 340, newestTime: NOON };
    expect(facts).toMatchObject(counted);
    await shop.tap(card, 'sale 3', 5);
    expect(await shop.journal.factsOf(cardIdm(1), TODAY)).toMatchObject({ cardDayTotal: 305 });
    expect(await shop.journal.factsOf(cardIdm(2), TODAY)).toMatchObject({ cardDayTotal: 0 });
    const tomorrow = businessDate('2026-11-24');
    expect(await shop.journal.factsOf(cardIdm(1), tomorrow)).toMatchObject({ cardDayTotal: 0 });
  });

  it('asks its disk for room once a tap, with limits and without', async () => {
    await shop.tap(card, 'sale 1', 300);
    expect(shop.roomQuestions).toBe(1);
    await limit({ journalRoomBytesMin: 1, offlineCountMax: 2 });
    expect(await shop.tap(card, 'sale 2', 300)).toMatchObject({ outcome: 'approved' });
    expect(shop.roomQuestions).toBe(2);
    expect(await shop.tap(card, 'sale 3', 300)).toMatchObject({ reason: 'over-offline-count' });
    expect(shop.roomQuestions).toBe(3);
  });

  it('counts loads as offline, and nothing for the card', async () => {
    const facts = await loader.journal.factsOf(cardIdm(1), TODAY);
    expect(facts).toMatchObject({ offlineCount: 1, offlineTotal: 5_000, cardDayTotal: 0 });
  });

  it('counts as offline what is in a batch, until the issuer has acknowledged it', async () => {
    for (const number of [1, 2, 3]) await shop.tap(card, `sale ${number}`, 100 * number);
    const batch = {
      number: 1,
      lastSamNumber: 2,
      hash: new Uint8Array(32),
      bytes: new Uint8Array(1),
    };
    await shop.journal.recordBatch(batch);
    expect(await shop.journal.factsOf(cardIdm(1), TODAY)).toMatchObject({ offlineCount: 3 });
    expect(shop.journal.uncollected()).toEqual({ count: 3, amount: 600, lastSamNumber: 3 });
    await shop.journal.recordBatch({ ...batch, number: 2, lastSamNumber: 3 });
    await shop.journal.recordAcknowledgement(2, new Uint8Array(1));
    const facts = await shop.journal.factsOf(cardIdm(1), TODAY);
    expect(facts).toMatchObject({ offlineCount: 2, offlineTotal: 300 });
    await shop.journal.recordAcknowledgement(1, new Uint8Array(1));
    expect(shop.journal.uncollected()).toEqual({ count: 0, amount: 0, lastSamNumber: 3 });
  });
});

describe('a load terminal with a quota', () => {
  const quota = { loadQuota: yen(6_000) };
  const acknowledge = async (batchNumber: number, lastSamNumber: number): Promise<void> => {
    const bytes = new Uint8Array(1);
    const hash = new Uint8Array(32);
    await loader.journal.recordBatch({ number: batchNumber, lastSamNumber, hash, bytes });
    await loader.journal.recordAcknowledgement(batchNumber, bytes);
  };
  beforeEach(async () => {
    await loader.journal.close();
    await loader.start(quota);
  });

  it('loads no more than that between two acknowledged batches', async () => {
    expect(await loader.tap(card, 'load 2', 1_001)).toMatchObject({ reason: 'load-quota-reached' });
    expect(await loader.tap(card, 'load 3', 1_000)).toMatchObject({ outcome: 'approved' });
    expect(await loader.tap(card, 'load 4', 1)).toMatchObject({ reason: 'load-quota-reached' });
    await acknowledge(1, 2);
    expect(await loader.tap(card, 'load 4', 6_000)).toMatchObject({ outcome: 'approved' });
    expect(balanceOf(card)).toBe(12_000);
  });

  it('counts a load whose card was torn away, until it is known not to have been done', async () => {
    await loader.tap(card, 'load 2', 1_000, [TORN]);
    expect(await loader.tap(issuedCard(2), 'load 3', 1)).toMatchObject({
      reason: 'load-quota-reached',
    });
    await acknowledge(1, 1);
    expect(await loader.journal.factsOf(cardIdm(1), TODAY)).toMatchObject({ loadedTotal: 1_000 });
    // Another load of this card settles the first: it was not done.
    await loader.tap(card, 'load 4', 10);
    expect(await loader.journal.factsOf(cardIdm(1), TODAY)).toMatchObject({ loadedTotal: 10 });
  });

  it('counts one that was reported as interrupted until the issuer has it', async () => {
    await loader.tap(card, 'load 2', 1_000, [TORN]);
    await loader.journal.reportInterrupted();
    expect(await loader.journal.factsOf(cardIdm(1), TODAY)).toMatchObject({ loadedTotal: 6_000 });
    await acknowledge(1, 2);
    expect(await loader.journal.factsOf(cardIdm(1), TODAY)).toMatchObject({ loadedTotal: 0 });
  });
});

describe('a terminal with limits', () => {
  it('refuses what is over them, writes nothing, and says which', async () => {
    await shop.tap(card, 'sale 1', 300);
    await limit({ cardDayTotalMax: yen(500) });
    expect(await shop.tap(card, 'sale 2', 201)).toMatchObject({ reason: 'over-card-day-total' });
    expect(await shop.tap(card, 'sale 3', 200)).toMatchObject({ outcome: 'approved' });
    expect(balanceOf(card)).toBe(4_500);
    expect(await shop.records()).toHaveLength(2);
  });

  it('tells first what is wrong with the card', async () => {
    await limit({ hotListAgeMax: milliseconds(1) });
    expect(await shop.tap(card, 'sale 1', 5_001)).toMatchObject({ reason: 'insufficient-balance' });
    expect(await shop.tap(card, 'sale 2', 5_000)).toMatchObject({ reason: 'hot-list-too-old' });
  });

  it('still resolves what is half done when its journal is nearly full', async () => {
    await shop.tap(card, 'sale 1', 300, [TORN]);
    await limit({ journalRoomBytesMin: Number.MAX_SAFE_INTEGER });
    expect(await shop.tap(card, 'sale 1', 300)).toMatchObject({ outcome: 'approved' });
    expect(await shop.tap(card, 'sale 2', 1)).toMatchObject({ reason: 'journal-nearly-full' });
  });
});
