import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CommandCode } from '#felica/command-code';
import { milliseconds } from '#units';
import { type CardFault, cardInHand } from '../../card-emulator/card/card-fault.ts';
import type { FelicaCard } from '../../card-emulator/card/open-card.ts';
import { describeOutcome } from '../../terminal/point-of-sale/outcome-text.ts';
import { receiptText } from '../../terminal/point-of-sale/receipt.ts';
import type { SaleOutcome } from '../../terminal/purse-terminal.ts';
import { issuedCard } from '../scheme.ts';
import { balanceOf, Counter } from './counter.ts';

const DONE = { commandCode: CommandCode.writeV2, moment: 'after-commit' } as const;
const NOT_DONE = { commandCode: CommandCode.writeV2, moment: 'before-commit' } as const;

let card: FelicaCard;
let loader: Counter;
let shop: Counter;

beforeEach(async () => {
  loader = new Counter({ kind: 'load', terminalId: 9 });
  shop = new Counter({ kind: 'pos-void' });
  for (const counter of [loader, shop]) await counter.start();
  card = issuedCard(1);
  await loader.tap(card, 'load', 1_000);
});

afterEach(async () => {
  for (const counter of [loader, shop]) await counter.stop();
});

async function giveBack(
  saleId: string,
  faults: readonly CardFault[] = [],
  touched = card,
): Promise<SaleOutcome> {
  shop.reader.present(cardInHand(touched, faults));
  const outcome = await shop.terminal.void(saleId, milliseconds(0));
  shop.reader.remove();
  return outcome;
}

describe('a void', () => {
  it('gives the last sale back, once, and its record says so', async () => {
    await shop.tap(card, 'lunch', 350);
    const outcome = await giveBack('lunch');
    expect(outcome).toMatchObject({ outcome: 'approved', resolution: 'at-tap' });
    expect(describeOutcome(outcome)).toBe('Given back 350 yen, balance 1,000 yen');
    expect(await giveBack('lunch')).toMatchObject({ outcome: 'approved' });
    expect(balanceOf(card)).toBe(1_000);
    const [sale, back] = await shop.records();
    expect(sale).toMatchObject({ kind: 'debit', cardCounter: 2 });
    expect(back).toMatchObject({
      kind: 'void',
      cardCounter: 3,
      amount: 350,
      balanceBefore: 650,
      balanceAfter: 1_000,
      certificate: expect.any(Uint8Array) as unknown,
    });
  });

  it('ends the sale: whoever asks for its payment again gets no goods for it', async () => {
    await shop.tap(card, 'lunch', 350);
    await giveBack('lunch', [DONE]);
    expect(await shop.tap(card, 'lunch', 350)).toMatchObject({ reason: 'void-unresolved' });
    await giveBack('lunch');
    expect(await shop.tap(card, 'lunch', 350)).toMatchObject({
      outcome: 'refused',
      reason: 'sale-voided',
    });
    expect(balanceOf(card)).toBe(1_000);
  });

  it('prints a slip of its own', async () => {
    await shop.tap(card, 'lunch', 350);
    const outcome = await giveBack('lunch');
    if (outcome.outcome !== 'approved') throw new Error(outcome.outcome);
    const { intent, resolution } = outcome;
    const shopFields = { merchantName: 'Kissa', terminalId: 42, cardName: '0001', resolution };
    expect(receiptText({ ...intent, ...shopFields })).toMatch(/VOID.*Given back +350 yen/s);
  });

  it('leaves the purse as if nothing had been sold, and the next sale goes on', async () => {
    await shop.tap(card, 'lunch', 350);
    await giveBack('lunch');
    expect(await shop.tap(card, 'dinner', 1_000)).toMatchObject({ outcome: 'approved' });
    expect(balanceOf(card)).toBe(0);
  });

  it('is refused once the card was used since, here or elsewhere, loaded or debited', async () => {
    await shop.tap(card, 'lunch', 350);
    await shop.tap(card, 'dinner', 10);
    expect(await giveBack('lunch')).toMatchObject({ reason: 'void-not-last' });
    await loader.tap(card, 'more', 10);
    expect(await giveBack('dinner')).toMatchObject({ reason: 'void-not-last' });
    expect(balanceOf(card)).toBe(650);
  });

  it('is refused for another card, and for a sale that is unknown, half done or a load', async () => {
    const other = issuedCard(2);
    await loader.tap(other, 'load 2', 1_000);
    await shop.tap(card, 'lunch', 350);
    expect(await giveBack('lunch', [], other)).toMatchObject({ reason: 'void-other-card' });
    expect(await giveBack('breakfast')).toMatchObject({ reason: 'void-sale-unknown' });
    await shop.tap(other, 'dinner', 10, [DONE]);
    expect(await giveBack('dinner', [], other)).toMatchObject({ reason: 'void-sale-unresolved' });
    loader.reader.present(card);
    expect(await loader.terminal.void('load', milliseconds(0))).toMatchObject({
      reason: 'sam-cannot-void',
    });
    loader.reader.remove();
    expect(balanceOf(card)).toBe(650);
  });

  it.each([
    ['done', DONE, 'at-re-tap'],
    ['not done', NOT_DONE, 'at-tap'],
  ] as const)('whose answer is lost is %s: the next touch tells', async (_, fault, resolution) => {
    await shop.tap(card, 'lunch', 350);
    expect(await giveBack('lunch', [fault])).toMatchObject({ outcome: 'unresolved' });
    expect(await giveBack('lunch')).toMatchObject({ outcome: 'approved', resolution });
    expect(balanceOf(card)).toBe(1_000);
    expect((await shop.records()).map(({ kind }) => kind)).toEqual(['debit', 'void']);
  });

  it('that was half done is settled by the next sale of the card', async () => {
    await shop.tap(card, 'lunch', 350);
    await giveBack('lunch', [DONE]);
    await shop.tap(card, 'dinner', 100);
    expect(await shop.records()).toMatchObject([
      { kind: 'debit', amount: 350 },
      { kind: 'void', resolution: 'at-re-tap' },
      { kind: 'debit', amount: 100 },
    ]);
    expect(balanceOf(card)).toBe(900);
  });

  it('takes as many exchanges as a sale', async () => {
    await shop.tap(card, 'lunch', 350);
    const before = shop.reader.exchangeCount;
    await giveBack('lunch');
    expect(shop.reader.exchangeCount - before).toBe(6);
  });
});
