import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CommandCode } from '#felica/command-code';
import { milliseconds, yen } from '#units';
import { isBlockedOf } from '../../card-emulator/card/card-inspection.ts';
import { newLiteCard } from '../../card-emulator/card/lite-card.ts';
import type { CardLink, EmulatedCard } from '../../card-emulator/card/open-card.ts';
import { CrowdedField } from '../../card-emulator/link/crowded-field.ts';
import type { SaleOutcome } from '../../terminal/purse-terminal.ts';
import { cardIdm, issuedCard, issuedLiteS, liteSam, NOON } from '../scheme.ts';
import { balanceOf, Counter } from './counter.ts';

const NOW = milliseconds(0);
/** Two Pollings, four to open, two to read, two writes, one to prove. */
const TAP_EXCHANGES = 11;

let card: EmulatedCard;
let loader: Counter;
let shop: Counter;
const listed = new Set<EmulatedCard>();
const hotList = { sequence: 7, createdAt: NOON, has: () => listed.has(card) };

beforeEach(async () => {
  listed.clear();
  loader = new Counter({ kind: 'load', terminalId: 9, sam: liteSam('load', 9) });
  shop = new Counter({ kind: 'pos-void', sam: liteSam('pos-void', 42), hotList });
  for (const counter of [loader, shop]) await counter.start();
  card = issuedLiteS(1);
  await loader.tap(card, 'load', 1_000);
});

afterEach(async () => {
  for (const counter of [loader, shop]) await counter.stop();
});

/** The card whose exchange with this number, from 1, has no answer; then it is gone. */
function torn(exchangeNumber: number, isExecuted: boolean): CardLink {
  let count = 0;
  return {
    powerOn: () => card.powerOn(),
    powerOff: () => card.powerOff(),
    exchange: (frame) => {
      count += 1;
      if (count < exchangeNumber) return card.exchange(frame);
      if (count === exchangeNumber && isExecuted) card.exchange(frame);
      card.powerOff();
      return undefined;
    },
  };
}

async function giveBack(link: CardLink): Promise<SaleOutcome> {
  shop.reader.present(link);
  const outcome = await shop.terminal.void('lunch', NOW);
  shop.reader.remove();
  return outcome;
}

describe('a Lite-S at a terminal', () => {
  it('is loaded, debited and read, and its records carry evidence', async () => {
    expect(await shop.tap(card, 'lunch', 350)).toMatchObject({
      outcome: 'approved',
      resolution: 'at-tap',
      intent: { balanceBefore: 1_000, balanceAfter: 650 },
    });
    expect(balanceOf(card)).toBe(650);
    shop.reader.present(card);
    expect(await shop.terminal.readCard(NOW, { withHistory: true })).toMatchObject({
      reading: {
        snapshot: { purse: { balance: 650 } },
        history: [
          { kind: 'debit', cardCounter: 2 },
          { kind: 'load', cardCounter: 1 },
        ],
      },
    });
    const [record] = await shop.records();
    expect(record).toMatchObject({ cardProfile: 'lite-s', kind: 'debit', amount: 350 });
    expect(record?.certificate).toHaveLength(16);
    expect(record?.certificateBefore).toBeUndefined();
  });

  it(`takes ${TAP_EXCHANGES} exchanges, and a Standard card not one more than without the right`, async () => {
    const exchangesOf = async (counter: Counter, tapped: EmulatedCard): Promise<number> => {
      const before = counter.reader.exchangeCount;
      await counter.tap(tapped, 'one', 100);
      return counter.reader.exchangeCount - before;
    };
    expect(await exchangesOf(shop, card)).toBe(TAP_EXCHANGES);
    const standard = issuedCard(2);
    await loader.tap(standard, 'load 2', 1_000);
    const before = shop.reader.exchangeCount;
    await shop.tap(standard, 'two', 100);
    expect(shop.reader.exchangeCount - before).toBe(6);
  });

  it('is no card of ours to a SAM without its key', async () => {
    const plain = new Counter({ terminalId: 43 });
    await plain.start();
    expect(await plain.tap(card, 'lunch', 350)).toMatchObject({
      outcome: 'no-tap',
      reason: 'no-purse',
    });
    await plain.stop();
  });

  it.each(['lite', 'lite-s'] as const)('a strange %s is no purse', async (kind) => {
    const strange = newLiteCard({ kind, idm: cardIdm(3) });
    expect(await shop.tap(strange, 'lunch', 350)).toMatchObject({ reason: 'no-purse' });
  });

  it('pays several amounts in one session', async () => {
    shop.reader.present(card);
    const opened = await shop.terminal.openSession(NOW);
    if (opened.outcome !== 'open') throw new Error(opened.outcome);
    for (const [saleId, amount] of [
      ['a', 10],
      ['b', 20],
    ] as const) {
      const request = { saleId, kind: 'debit', amount: yen(amount) } as const;
      expect(await opened.session.debit(request)).toMatchObject({ outcome: 'approved' });
    }
    expect(balanceOf(card)).toBe(970);
  });

  it('gives the last sale back once', async () => {
    await shop.tap(card, 'lunch', 350);
    expect(await giveBack(card)).toMatchObject({ outcome: 'approved' });
    expect(await giveBack(card)).toMatchObject({ outcome: 'approved' });
    expect(balanceOf(card)).toBe(1_000);
  });

  it('gives no sale back that was not its last', async () => {
    await shop.tap(card, 'lunch', 350);
    await shop.tap(card, 'tea', 50);
    expect(await giveBack(card)).toMatchObject({ reason: 'void-not-last' });
    expect(balanceOf(card)).toBe(600);
  });

  it('gets a part of its last sale back, and the rest stands', async () => {
    await shop.tap(card, 'lunch', 350);
    shop.reader.present(card);
    const request = { refundId: 'bread', saleId: 'lunch', amount: yen(100) };
    expect(await shop.terminal.refund(request, NOW)).toMatchObject({ outcome: 'given' });
    expect(balanceOf(card)).toBe(750);
    expect((await shop.records()).map(({ kind, amount }) => `${kind} ${amount}`)).toEqual([
      'debit 350',
      'void 100',
    ]);
  });

  it('pays nothing beside a second one, and alone although it missed a Polling', async () => {
    const second = issuedLiteS(2);
    await loader.tap(second, 'load 2', 1_000);
    let slot = 0;
    const field = new CrowdedField([card, second], (slotCount) => {
      slot += 1;
      return slot % slotCount;
    });
    shop.reader.present(field);
    const sale = { saleId: 'lunch', kind: 'debit', amount: yen(350) } as const;
    expect(await shop.terminal.tap(sale, NOW)).toMatchObject({ reason: 'two-cards' });
    shop.reader.remove();
    let polls = 0;
    const missing: CardLink = {
      powerOn: () => card.powerOn(),
      powerOff: () => card.powerOff(),
      exchange: (frame) => {
        if (frame[1] === CommandCode.polling) polls += 1;
        return polls <= 2 ? undefined : card.exchange(frame);
      },
    };
    shop.reader.present(missing);
    expect(await shop.terminal.tap(sale, NOW)).toMatchObject({ outcome: 'approved' });
    expect([balanceOf(card), balanceOf(second)]).toEqual([650, 1_000]);
  });

  it('is blocked for good where the hot list names it', async () => {
    listed.add(card);
    expect(await shop.tap(card, 'lunch', 350)).toMatchObject({ reason: 'card-hot-listed' });
    expect(isBlockedOf(card)).toBe(true);
    expect(await shop.journal.hotListHits()).toMatchObject([{ isBlockedOnCard: true }]);
    expect(await loader.tap(card, 'load 2', 10)).toMatchObject({ reason: 'card-blocked' });
  });
});

it.each([
  [9, false],
  [9, true],
  [10, false],
])(
  'a listed card that leaves at exchange %i, executed: %s, is blocked at its next touch',
  async (exchange, isExecuted) => {
    listed.add(card);
    shop.reader.present(torn(exchange, isExecuted));
    const request = { saleId: 'lunch', kind: 'debit', amount: yen(350) } as const;
    expect(await shop.terminal.tap(request, NOW)).toMatchObject({ reason: 'card-hot-listed' });
    shop.reader.remove();
    expect(await shop.journal.hotListHits()).toMatchObject([{ isBlockedOnCard: false }]);
    expect(await shop.tap(card, 'lunch', 350)).toMatchObject({ reason: 'card-hot-listed' });
    expect(isBlockedOf(card)).toBe(true);
    expect(await shop.journal.hotListHits()).toMatchObject([{}, { isBlockedOnCard: true }]);
  },
);

const TEARS = Array.from({ length: TAP_EXCHANGES }, (_, index) => index + 1).flatMap((exchange) => [
  { exchange, isExecuted: false },
  { exchange, isExecuted: true },
]);

describe.each(TEARS)('torn at exchange $exchange, executed: $isExecuted', (tear) => {
  const link = (): CardLink => torn(tear.exchange, tear.isExecuted);

  async function tornTap(counter: Counter, saleId: string, amount: number): Promise<SaleOutcome> {
    counter.reader.present(link());
    const kind = counter === loader ? 'load' : 'debit';
    const outcome = await counter.terminal.tap({ saleId, kind, amount: yen(amount) }, NOW);
    counter.reader.remove();
    return outcome;
  }

  it('a sale takes its amount once, and one record tells it', async () => {
    const outcome = await tornTap(shop, 'lunch', 350);
    expect(outcome.outcome).toBe(OUTCOME_OF[phaseOf(tear.exchange)]);
    expect(await shop.tap(card, 'lunch', 350)).toMatchObject({ outcome: 'approved' });
    expect(balanceOf(card)).toBe(650);
    expect(await shop.records()).toMatchObject([{ amount: 350, certificate: expect.anything() }]);
    expect(await shop.journal.unresolvedIntents()).toEqual([]);
  });

  it('a sale that is given up is settled by the next one, in the truth', async () => {
    await tornTap(shop, 'lunch', 350);
    expect(await shop.tap(card, 'tea', 50)).toMatchObject({ outcome: 'approved' });
    const sold = (await shop.records()).reduce((sum, { amount }) => sum + amount, 0);
    expect(balanceOf(card)).toBe(1_000 - sold);
    expect(await shop.journal.unresolvedIntents()).toEqual([]);
  });

  it('a load and a void count once', async () => {
    await tornTap(loader, 'load 2', 500);
    expect(await loader.tap(card, 'load 2', 500)).toMatchObject({ outcome: 'approved' });
    expect(balanceOf(card)).toBe(1_500);
    await shop.tap(card, 'lunch', 350);
    await giveBack(link());
    expect(await giveBack(card)).toMatchObject({ outcome: 'approved' });
    expect(balanceOf(card)).toBe(1_500);
  });
});

const OUTCOME_OF = { polled: 'no-tap', read: 'refused', written: 'unresolved' } as const;

function phaseOf(exchange: number): keyof typeof OUTCOME_OF {
  if (exchange <= 6) return 'polled';
  return exchange <= 8 ? 'read' : 'written';
}
