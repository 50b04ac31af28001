import { afterEach, beforeEach, expect, it } from 'vitest';
import { CommandCode } from '#felica/command-code';
import { milliseconds, yen } from '#units';
import { cardInHand } from '../../../card-emulator/card/card-fault.ts';
import type { FelicaCard } from '../../../card-emulator/card/open-card.ts';
import { issuedCard } from '../../scheme.ts';
import { balanceOf, Counter } from '../counter.ts';

const TORN_AFTER = { commandCode: CommandCode.writeV2, moment: 'after-commit' } as const;
const NOW = milliseconds(0);

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

it('the last of several debits in one session can be given back, and only that', async () => {
  shop.reader.present(card);
  const start = await shop.terminal.openSession(NOW);
  if (start.outcome !== 'open') throw new Error(start.reason);
  for (const saleId of ['page 1', 'page 2']) {
    await start.session.debit({ saleId, amount: yen(10) });
  }
  for (const [saleId, expected] of [
    ['page 1', { reason: 'void-not-last' }],
    ['page 2', { outcome: 'approved' }],
  ] as const) {
    shop.reader.present(card);
    expect(await shop.terminal.void(saleId, NOW)).toMatchObject(expected);
    shop.reader.remove();
  }
  expect(balanceOf(card)).toBe(990);
});

it('a void whose answer was lost is settled by reading the balance', async () => {
  await shop.tap(card, 'lunch', 300);
  shop.reader.present(cardInHand(card, [TORN_AFTER]));
  expect(await shop.terminal.void('lunch', NOW)).toMatchObject({ outcome: 'unresolved' });
  shop.reader.present(card);
  expect(await shop.terminal.readCard(NOW)).toMatchObject({
    reading: { snapshot: { purse: { balance: 1_000 } }, settled: [{ fate: 'done' }] },
  });
  shop.reader.remove();
  expect(await shop.terminal.void('lunch', NOW)).toMatchObject({ resolution: 'at-re-tap' });
  expect(balanceOf(card)).toBe(1_000);
});
