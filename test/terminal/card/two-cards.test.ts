import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CardLink, type FelicaCard, openCardImage } from '#emulated-card';
import { CommandCode } from '#felica/command-code';
import { milliseconds, yen } from '#units';
import { CrowdedField } from '../../../card-emulator/link/crowded-field.ts';
import type { SaleOutcome } from '../../../terminal/purse-terminal.ts';
import { cardIdm, issuedCard, seededRandom } from '../../scheme.ts';
import { balanceOf, Counter } from '../counter.ts';

const LOADED = 5_000;
const PRICE = 350;
/** Polling, two of authentication, read, write, and the read of the certificate. */
const EXCHANGES_OF_A_SALE = 6;
const STEPS = Array.from({ length: EXCHANGES_OF_A_SALE }, (_, index) => index + 1);

let shop: Counter;
let first: FelicaCard;
let second: FelicaCard;

beforeEach(async () => {
  shop = new Counter();
  await shop.start();
  [first, second] = [issuedCard(1), issuedCard(2)];
  const loader = new Counter({ kind: 'load', terminalId: 9 });
  await loader.start();
  await loader.tap(first, 'load first', LOADED);
  await loader.tap(second, 'load second', LOADED);
  await loader.stop();
});

afterEach(() => shop.stop());

interface Crowd {
  readonly field: CrowdedField;
  /** The command codes that have come, in order. */
  readonly asked: number[];
}

/** Something happens to the field right before exchange `step`, counted from 1. */
function crowd(
  cards: readonly CardLink[],
  { step, happens }: { readonly step?: number; readonly happens?: (field: CrowdedField) => void },
): Crowd {
  const asked: number[] = [];
  let slot = 0;
  // One after the other: with many slots nobody shares one, with one slot everybody does.
  const field = new CrowdedField(cards, (slotCount) => {
    slot += 1;
    return slot % slotCount;
  });
  const exchange = field.exchange.bind(field);
  field.exchange = (packet) => {
    asked.push(packet[1] ?? -1);
    if (asked.length === step) happens?.(field);
    return exchange(packet);
  };
  return { field, asked };
}

async function pay(link: CardLink | undefined, saleId: string): Promise<SaleOutcome> {
  if (link !== undefined) shop.reader.present(link);
  const request = { saleId, kind: 'debit', amount: yen(PRICE) } as const;
  return await shop.terminal.tap(request, milliseconds(0));
}

describe('two cards of ours on one reader', () => {
  it('pay nothing, and the cashier learns why', async () => {
    const { field, asked } = crowd([first, second], {});
    expect(await pay(field, 'sale')).toMatchObject({ outcome: 'no-tap', reason: 'two-cards' });
    expect(new Set(asked)).toEqual(new Set([CommandCode.polling]));
    expect([balanceOf(first), balanceOf(second)]).toEqual([LOADED, LOADED]);
    expect(await shop.journal.intentsOfSale('sale')).toEqual([]);
  });

  it('pay with one as soon as the other is gone, without lifting it', async () => {
    const { field } = crowd([first, second], {});
    await pay(field, 'sale');
    field.remove(second);
    expect(await pay(undefined, 'sale')).toMatchObject({ outcome: 'approved' });
    expect([balanceOf(first), balanceOf(second)]).toEqual([LOADED - PRICE, LOADED]);
  });

  it('cost a card that is alone no exchange', async () => {
    const { field, asked } = crowd([first], {});
    expect(await pay(field, 'sale')).toMatchObject({ outcome: 'approved' });
    expect(asked.filter((code) => code === CommandCode.polling)).toHaveLength(1);
    expect(asked).toHaveLength(EXCHANGES_OF_A_SALE);
  });

  it('are not seen in a card that missed a Polling', async () => {
    let polls = 0;
    const missing: CardLink = {
      powerOn: () => first.powerOn(),
      powerOff: () => first.powerOff(),
      exchange: (packet) => {
        if (packet[1] === CommandCode.polling) polls += 1;
        return polls === 1 ? undefined : first.exchange(packet);
      },
    };
    expect(await pay(missing, 'sale')).toMatchObject({ outcome: 'approved' });
  });

  it('do not finish the sale that one of them has half done', async () => {
    const { field, asked } = crowd([first], {
      step: 5,
      happens: (crowded) => crowded.remove(first),
    });
    expect(await pay(field, 'sale')).toMatchObject({ outcome: 'unresolved' });
    expect(asked).toContain(CommandCode.writeV2);
    shop.reader.remove();
    expect(await pay(crowd([first, second], {}).field, 'sale')).toMatchObject({
      outcome: 'unresolved',
    });
    shop.reader.remove();
    expect(await pay(first, 'sale')).toMatchObject({ outcome: 'approved' });
    expect([balanceOf(first), balanceOf(second)]).toEqual([LOADED - PRICE, LOADED]);
  });

  it('do not let the other card pay while one has a sale half done and stays', async () => {
    // The first card does not hear the write: it stays in its session, and silent to Polling.
    const { field } = crowd([first], { step: 5, happens: (crowded) => crowded.remove(first) });
    await pay(field, 'sale');
    field.present(second);
    expect(await pay(undefined, 'sale')).toMatchObject({
      outcome: 'refused',
      reason: 'other-card-expected',
    });
    expect(balanceOf(second)).toBe(LOADED);
  });
});

describe('a card of another system beside ours', () => {
  it('does not disturb the sale', async () => {
    const foreign = openCardImage(readFileSync('card-emulator/examples/suica.json', 'utf8'), {
      random: seededRandom('suica'),
    });
    expect(await pay(crowd([foreign, first], {}).field, 'sale')).toMatchObject({
      outcome: 'approved',
    });
    expect(balanceOf(first)).toBe(LOADED - PRICE);
  });
});

describe.each(STEPS)('at exchange %i of a sale', (step) => {
  async function expectPaidOnceByFirst(outcome: SaleOutcome): Promise<void> {
    expect(balanceOf(second)).toBe(LOADED);
    const isPaid = balanceOf(first) === LOADED - PRICE;
    // Approved is what the card has confirmed, and nothing else.
    expect(outcome.outcome === 'approved').toBe(isPaid);
    shop.reader.remove();
    expect(await pay(first, 'sale')).toMatchObject({ outcome: 'approved' });
    expect([balanceOf(first), balanceOf(second)]).toEqual([LOADED - PRICE, LOADED]);
    expect((await shop.records()).map(({ amount }) => amount)).toEqual([PRICE]);
  }

  it('a second card comes: one of them pays once, or none', async () => {
    const { field } = crowd([first], { step, happens: (crowded) => crowded.present(second) });
    const outcome = await pay(field, 'sale');
    expect(outcome).toMatchObject(step === 1 ? { reason: 'two-cards' } : { outcome: 'approved' });
    await expectPaidOnceByFirst(outcome);
  });

  it('the first card leaves, and another stays', async () => {
    const { field } = crowd([first], {
      step,
      happens(crowded) {
        crowded.present(second);
        crowded.remove(first);
      },
    });
    const outcome = await pay(field, 'sale');
    if (step === 1) {
      // It came before anything was asked: it is the card of this sale.
      expect(outcome).toMatchObject({ outcome: 'approved', intent: { idm: cardIdm(2) } });
      expect([balanceOf(first), balanceOf(second)]).toEqual([LOADED, LOADED - PRICE]);
      return;
    }
    await expectPaidOnceByFirst(outcome);
  });
});
