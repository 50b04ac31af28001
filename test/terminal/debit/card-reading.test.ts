import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CommandCode } from '#felica/command-code';
import { milliseconds } from '#units';
import { type CardFault, cardInHand } from '../../../card-emulator/card/card-fault.ts';
import type { FelicaCard } from '../../../card-emulator/card/open-card.ts';
import type { CardReadOutcome } from '../../../terminal/purse-terminal.ts';
import { issuedCard } from '../../scheme.ts';
import { balanceOf, Counter } from '../counter.ts';

const TORN_BEFORE = { commandCode: CommandCode.writeV2, moment: 'before-commit' } as const;
const TORN_AFTER = { commandCode: CommandCode.writeV2, moment: 'after-commit' } as const;
/** Polling and authentication are the first three commands. */
const LEFT_AT_READ = { command: 4, moment: 'before-commit' } as const;
const LEFT_AT_LOG = { command: 5, moment: 'before-commit' } as const;

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

async function read(
  withHistory = false,
  faults: readonly CardFault[] = [],
): Promise<CardReadOutcome> {
  shop.reader.present(cardInHand(card, faults));
  const outcome = await shop.terminal.readCard(milliseconds(0), { withHistory });
  shop.reader.remove();
  return outcome;
}

describe('reading a card', () => {
  it('tells the balance in four exchanges and writes nothing', async () => {
    const before = shop.reader.exchangeCount;
    expect(await read()).toMatchObject({
      outcome: 'read',
      reading: { snapshot: { purse: { balance: 1_000 } }, history: undefined, settled: [] },
    });
    expect(shop.reader.exchangeCount - before).toBe(4);
    expect(await shop.journal.nextTransactionNumber()).toBe(1);
  });

  it('tells the log in two exchanges more, newest first', async () => {
    await shop.tap(card, 'sale 1', 300);
    const before = shop.reader.exchangeCount;
    expect(await read(true)).toMatchObject({
      reading: {
        history: [
          { kind: 'debit', amount: 300, balanceAfter: 700, terminalId: 42, terminalNumber: 1 },
          { kind: 'load', amount: 1_000, balanceAfter: 1_000, terminalId: 9 },
        ],
      },
    });
    expect(shop.reader.exchangeCount - before).toBe(6);
  });

  it('settles a sale that was half done and had been paid', async () => {
    await shop.tap(card, 'sale 1', 300, [TORN_AFTER]);
    expect(await read()).toMatchObject({
      reading: { settled: [{ fate: 'done', intent: { saleId: 'sale 1' } }] },
    });
    expect(await shop.records()).toMatchObject([{ amount: 300, resolution: 'at-re-tap' }]);
    expect(await read()).toMatchObject({ reading: { settled: [] } });
  });

  it('settles one that had not been paid, without paying it', async () => {
    await shop.tap(card, 'sale 1', 300, [TORN_BEFORE]);
    expect(await read()).toMatchObject({ reading: { settled: [{ fate: 'not-done' }] } });
    expect(balanceOf(card)).toBe(1_000);
    expect(await shop.journal.unresolvedIntents()).toEqual([]);
    expect(await shop.tap(card, 'sale 1', 300)).toMatchObject({ outcome: 'approved' });
    expect(balanceOf(card)).toBe(700);
  });

  it('settles nothing by a journal that was set back', async () => {
    await shop.tap(card, 'sale 1', 100);
    await shop.journal.close();
    const younger = new Counter();
    await younger.start();
    younger.reader.present(card);
    expect(await younger.terminal.readCard(milliseconds(0))).toMatchObject({
      reading: { snapshot: { purse: { balance: 900 } }, settled: [] },
    });
    await younger.stop();
    await shop.start();
  });

  it.each([LEFT_AT_READ, LEFT_AT_LOG])(
    'of a card that leaves ends as no tap (%o)',
    async (fault) => {
      expect(await read(true, [fault])).toMatchObject({ reason: 'card-left' });
    },
  );

  it('of a card that leaves before what is half done is known leaves it so', async () => {
    await shop.tap(card, 'sale 1', 300, [TORN_AFTER]);
    expect(await read(false, [LEFT_AT_LOG])).toMatchObject({ reason: 'card-left' });
    expect(await shop.journal.unresolvedIntents()).toHaveLength(1);
  });
});
