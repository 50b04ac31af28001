import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CommandCode } from '#felica/command-code';
import { milliseconds, yen } from '#units';
import { type CardFault, cardInHand } from '../../../card-emulator/card/card-fault.ts';
import type { FelicaCard } from '../../../card-emulator/card/open-card.ts';
import { describeOutcome, outcomeJson } from '../../../terminal/point-of-sale/outcome-text.ts';
import type { SaleOutcome } from '../../../terminal/purse-terminal.ts';
import { cardIdm, issuedCard } from '../../scheme.ts';
import { balanceOf, Counter } from '../counter.ts';

const LOST = { commandCode: CommandCode.writeV2, moment: 'after-commit' } as const;

let card: FelicaCard;
let loader: Counter;
let shop: Counter;

beforeEach(async () => {
  loader = new Counter({ kind: 'load', terminalId: 9 });
  shop = new Counter();
  for (const counter of [loader, shop]) await counter.start();
  card = issuedCard(1);
});

afterEach(async () => {
  for (const counter of [loader, shop]) await counter.stop();
});

async function pay(
  saleId: string,
  amount: number,
  faults: readonly CardFault[] = [],
): Promise<SaleOutcome> {
  shop.reader.present(cardInHand(card, faults));
  const request = { saleId, kind: 'debit', amount: yen(amount), payWhatIsLeft: true } as const;
  const outcome = await shop.terminal.tap(request, milliseconds(0));
  shop.reader.remove();
  return outcome;
}

describe('paying what is left', () => {
  it('takes the whole balance, tells the rest, and takes nothing when it is asked again', async () => {
    await loader.tap(card, 'load', 300);
    const outcome = await pay('lunch', 500);
    expect(outcome).toMatchObject({ outcome: 'approved', intent: { amount: 300, asked: 500 } });
    expect(describeOutcome(outcome)).toBe('Paid 300 yen, balance 0 yen; 200 yen remain to pay');
    expect(outcomeJson(outcome)).toMatchObject({ amount: 300, remaining: 200 });
    await loader.tap(card, 'another load', 1_000);
    expect(await pay('lunch', 500)).toMatchObject({ intent: { amount: 300 } });
    expect(balanceOf(card)).toBe(1_000);
    expect(await pay('lunch', 400)).toMatchObject({ reason: 'sale-id-reused' });
  });

  it('takes the amount where there is enough, and says nothing of a rest', async () => {
    await loader.tap(card, 'load', 500);
    const outcome = await pay('lunch', 500);
    expect(describeOutcome(outcome)).toBe('Paid 500 yen, balance 0 yen');
    expect(outcomeJson(outcome)).not.toHaveProperty('remaining');
  });

  it('refuses an empty purse', async () => {
    expect(await pay('lunch', 500)).toMatchObject({ reason: 'insufficient-balance', balance: 0 });
  });

  it('finishes what was half done with the amount of then', async () => {
    await loader.tap(card, 'load', 300);
    expect(await pay('lunch', 500, [LOST])).toMatchObject({ outcome: 'unresolved' });
    expect(await pay('lunch', 500)).toMatchObject({
      outcome: 'approved',
      resolution: 'at-re-tap',
      intent: { amount: 300, asked: 500 },
    });
    expect(await shop.records()).toMatchObject([{ amount: 300, balanceAfter: 0 }]);
  });
});

describe('a terminal whose journal was set back', () => {
  it.each([0x8001, 0x1_0000, 0x1_9000])(
    'is not one that came to number %i since the card was there',
    async (terminalTransactionNumber) => {
      await loader.tap(card, 'load', 1_000);
      await shop.tap(card, 'sale 1', 100);
      const [first] = await shop.journal.intentsOfSale('sale 1');
      if (first === undefined) throw new Error('the sale was journalled');
      const other = { ...first.intent, saleId: 'other', idm: cardIdm(2) };
      await shop.journal.recordIntent({ ...other, terminalTransactionNumber });
      expect(await shop.tap(card, 'sale 2', 100)).toMatchObject({ outcome: 'approved' });
    },
  );

  it('is one that gave these 16 bits of a number to another card', async () => {
    await loader.tap(card, 'load', 1_000);
    await shop.tap(card, 'sale 1', 100);
    const [first] = await shop.journal.intentsOfSale('sale 1');
    if (first === undefined) throw new Error('the sale was journalled');
    const younger = new Counter();
    await younger.start();
    const other = { ...first.intent, saleId: 'other', idm: cardIdm(2) };
    await younger.journal.recordIntent(other);
    await younger.journal.recordIntent({ ...other, terminalTransactionNumber: 0x8001 });
    expect(await younger.tap(card, 'sale 2', 100)).toMatchObject({ reason: 'journal-set-back' });
    await younger.stop();
  });

  it('writes nothing to a card that knows better', async () => {
    await loader.tap(card, 'load', 1_000);
    await shop.tap(card, 'sale 1', 100);
    await shop.journal.close();
    const younger = new Counter();
    await younger.start();
    expect(await younger.tap(card, 'sale 2', 100)).toMatchObject({
      outcome: 'refused',
      reason: 'journal-set-back',
      balance: 900,
    });
    expect(balanceOf(card)).toBe(900);
    expect(await younger.records()).toEqual([]);
    await younger.stop();
    await shop.start();
    expect(await shop.tap(card, 'sale 2', 100)).toMatchObject({ outcome: 'approved' });
  });
});
