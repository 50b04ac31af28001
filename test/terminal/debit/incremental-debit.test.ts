import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CommandCode } from '#felica/command-code';
import { milliseconds, yen } from '#units';
import { type CardFault, cardInHand } from '../../../card-emulator/card/card-fault.ts';
import { historyOf } from '../../../card-emulator/card/card-inspection.ts';
import type { FelicaCard } from '../../../card-emulator/card/open-card.ts';
import type {
  IncrementalDebit,
  IncrementalOutcome,
} from '../../../terminal/debit/incremental-debit.ts';
import { describeOutcome } from '../../../terminal/point-of-sale/outcome-text.ts';
import { issuedCard } from '../../scheme.ts';
import { balanceOf, Counter } from '../counter.ts';

const TORN_AFTER = { commandCode: CommandCode.writeV2, moment: 'after-commit' } as const;
const NOW = milliseconds(0);

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

async function openSession(faults: readonly CardFault[] = []): Promise<IncrementalDebit> {
  shop.reader.present(cardInHand(card, faults));
  const start = await shop.terminal.openSession(NOW);
  if (start.outcome !== 'open') throw new Error(start.reason);
  return start.session;
}

function copies(
  session: IncrementalDebit,
  saleId: string,
  amount = 10,
): Promise<IncrementalOutcome> {
  return session.debit({ saleId, amount: yen(amount) });
}

describe('several debits in one authentication', () => {
  it('take three exchanges once, and read, write and certificate for each', async () => {
    const before = shop.reader.exchangeCount;
    const session = await openSession();
    for (const page of ['page 1', 'page 2', 'page 3', 'page 4']) {
      expect(await copies(session, page)).toMatchObject({ outcome: 'approved' });
    }
    expect(shop.reader.exchangeCount - before).toBe(3 + 4 * 3);
    expect(balanceOf(card)).toBe(960);
  });

  it('are sales of their own: id, record, execution ID, history entry and certificate', async () => {
    const session = await openSession();
    await copies(session, 'page 1', 10);
    await copies(session, 'page 2', 20);
    const records = await shop.records();
    expect(records).toMatchObject([
      { samNumber: 1, terminalTransactionNumber: 1, amount: 10, cardCounter: 2, balanceAfter: 990 },
      { samNumber: 2, terminalTransactionNumber: 2, amount: 20, cardCounter: 3, balanceAfter: 970 },
    ]);
    expect(records.every(({ certificate }) => certificate !== undefined)).toBe(true);
    expect(historyOf(card).slice(0, 2)).toMatchObject([{ amount: 20 }, { amount: 10 }]);
  });

  it('take nothing for a sale id that was paid, also once the session is over', async () => {
    const session = await openSession();
    await copies(session, 'page 1');
    expect(await copies(session, 'page 1')).toMatchObject({ outcome: 'approved' });
    expect(await copies(session, 'page 1', 11)).toMatchObject({ reason: 'sale-id-reused' });
    session.end();
    expect(await copies(session, 'page 1')).toMatchObject({ outcome: 'approved' });
    expect(balanceOf(card)).toBe(990);
  });

  it('go on after a refusal', async () => {
    const session = await openSession();
    expect(await copies(session, 'book', 2_000)).toMatchObject({ reason: 'insufficient-balance' });
    expect(await copies(session, 'page 1')).toMatchObject({ outcome: 'approved' });
  });

  it('end with one that is unresolved, which the next touch settles', async () => {
    const session = await openSession([TORN_AFTER]);
    expect(await copies(session, 'page 1')).toMatchObject({ outcome: 'unresolved' });
    expect(session.isOver).toBe(true);
    const outcome = await copies(session, 'page 2');
    expect(outcome).toMatchObject({ outcome: 'no-tap', reason: 'session-over' });
    expect(describeOutcome(outcome)).toContain('touch again');
    shop.reader.remove();
    const next = await openSession();
    expect(await copies(next, 'page 2')).toMatchObject({ outcome: 'approved' });
    expect(await shop.records()).toMatchObject([
      { terminalTransactionNumber: 1, resolution: 'at-re-tap' },
      { terminalTransactionNumber: 2, resolution: 'at-tap' },
    ]);
    expect(balanceOf(card)).toBe(980);
  });

  it('end where the card leaves before the next read', async () => {
    const session = await openSession();
    await copies(session, 'page 1');
    shop.reader.remove();
    expect(await copies(session, 'page 2')).toMatchObject({ reason: 'card-left' });
    expect(session.isOver).toBe(true);
    expect(await shop.journal.unresolvedIntents()).toEqual([]);
  });

  it('end where anything else is begun at the terminal', async () => {
    const session = await openSession();
    shop.reader.remove();
    await shop.tap(card, 'another sale', 100);
    expect(await copies(session, 'page 1')).toMatchObject({ reason: 'session-over' });
    expect(balanceOf(card)).toBe(900);
  });

  it('are one tap: the card must be taken away before the next sale', async () => {
    await copies(await openSession(), 'page 1');
    const request = { saleId: 'lunch', kind: 'debit', amount: yen(100) } as const;
    expect(await shop.terminal.tap(request, NOW)).toMatchObject({ reason: 'card-not-removed' });
    expect(await shop.terminal.openSession(NOW)).toMatchObject({ reason: 'card-not-removed' });
  });
});

describe('a session', () => {
  it('is not opened without a card', async () => {
    expect(await shop.terminal.openSession(NOW)).toMatchObject({ reason: 'no-card' });
  });

  it('is not opened by a card that leaves at the first read', async () => {
    const fault = { commandCode: CommandCode.readV2, moment: 'before-commit' } as const;
    shop.reader.present(cardInHand(card, [fault]));
    expect(await shop.terminal.openSession(NOW)).toMatchObject({ reason: 'card-left' });
  });

  it('tells what the card holds', async () => {
    shop.reader.present(card);
    const start = await shop.terminal.openSession(NOW);
    expect(start).toMatchObject({ outcome: 'open', snapshot: { purse: { balance: 1_000 } } });
  });
});
