import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { milliseconds } from '#units';
import type { FelicaCard } from '../../../card-emulator/card/open-card.ts';
import { reportOfBatch } from '../../../terminal/batch/batch-report.ts';
import { closeBatch } from '../../../terminal/batch/close-batch.ts';
import { issuedCard, NOON } from '../../scheme.ts';
import { Counter } from '../counter.ts';

const { privateKey } = generateKeyPairSync('ed25519');
let shop: Counter;
let card: FelicaCard;

beforeEach(async () => {
  shop = new Counter({ kind: 'pos-void' });
  await shop.start();
  card = issuedCard(1);
  const loader = new Counter({ kind: 'load', terminalId: 9 });
  await loader.start();
  await loader.tap(card, 'load', 1_000);
  await loader.stop();
});

afterEach(() => shop.stop());

async function close(): Promise<void> {
  const { journal } = shop;
  const own = { terminalId: 42, merchantId: 1001, samId: 42, privateKey };
  await closeBatch({ journal, ...own, now: () => NOON });
}

describe('the report of a batch', () => {
  it('tells refunds from voids, in its totals and in those of all batches', async () => {
    await shop.tap(card, 'lunch', 350);
    shop.reader.present(card);
    await shop.terminal.void('lunch', milliseconds(0));
    shop.reader.remove();
    await close();
    await shop.tap(card, 'tea', 200);
    await shop.terminal.refund({ refundId: 'r', saleId: 'tea' }, milliseconds(0));
    await shop.tap(card, 'dinner', 100);
    await close();
    await shop.journal.close();
    await shop.start();
    const refunded = { voidCount: 0, voidTotal: 0, refundCount: 1, refundTotal: 200 };
    expect(await reportOfBatch(shop.journal, 2, 'Kissa')).toMatchObject({
      totals: { debitCount: 2, debitTotal: 300, ...refunded },
      grandTotals: { debitCount: 3, ...refunded, voidCount: 1, voidTotal: 350 },
    });
    expect(await reportOfBatch(shop.journal, 3, 'Kissa')).toBeUndefined();
  });
});
