import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeBatchRecord } from '#batch/batch-record';
import { CommandCode } from '#felica/command-code';
import { epochMs, milliseconds, yen } from '#units';
import { type CardFault, cardInHand } from '../../card-emulator/card/card-fault.ts';
import type { FelicaCard } from '../../card-emulator/card/open-card.ts';
import { REFUND_WAIT_MS } from '../../terminal/debit/refund.ts';
import { customerText } from '../../terminal/point-of-sale/customer-text.ts';
import { describeRefund, refundJson } from '../../terminal/point-of-sale/refund-text.ts';
import type { RefundOutcome } from '../../terminal/purse-terminal.ts';
import { issuedCard, NOON } from '../scheme.ts';
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

interface Asked {
  readonly id?: string;
  readonly amount?: number;
  /** Nobody is there, unless a card is given. */
  readonly card?: FelicaCard;
  readonly faults?: readonly CardFault[];
}

async function refund(saleId: string, asked: Asked = {}): Promise<RefundOutcome> {
  const { id = `refund of ${saleId}`, amount, faults = [] } = asked;
  if (asked.card !== undefined) shop.reader.present(cardInHand(asked.card, faults));
  const request = { refundId: id, saleId, ...(amount !== undefined && { amount: yen(amount) }) };
  const outcome = await shop.terminal.refund(request, milliseconds(0));
  shop.reader.remove();
  return outcome;
}

async function restart(): Promise<void> {
  await shop.journal.close();
  await shop.start();
}

const kinds = async (): Promise<readonly string[]> =>
  (await shop.records()).map(({ kind, amount }) => `${kind} ${amount}`);

describe('a refund whose card is there', () => {
  it('is given by cashback at once, and asked for again gives nothing more', async () => {
    await shop.tap(card, 'lunch', 350);
    const outcome = await refund('lunch', { card });
    expect(describeRefund(outcome)).toBe('Refunded 350 yen, balance 1,000 yen');
    expect(refundJson(outcome)).toMatchObject({ outcome: 'given', amount: 350, balance: 1_000 });
    expect(await refund('lunch', { card })).toMatchObject({ outcome: 'given' });
    expect(await kinds()).toEqual(['debit 350', 'void 350']);
    expect(balanceOf(card)).toBe(1_000);
  });

  it('is given while the card of the sale still lies there, which then pays for nobody else', async () => {
    shop.reader.present(card);
    const request = { saleId: 'lunch', kind: 'debit', amount: yen(350) } as const;
    await shop.terminal.tap(request, milliseconds(0));
    const asked = { refundId: 'r', saleId: 'lunch' };
    expect(await shop.terminal.refund(asked, milliseconds(0))).toMatchObject({ outcome: 'given' });
    const next = { ...request, saleId: 'dinner' };
    expect(await shop.terminal.tap(next, milliseconds(0))).toMatchObject({
      reason: 'card-not-removed',
    });
  });

  it('is of one card, and another lies there that is given its own: it pays for nobody either', async () => {
    const other = issuedCard(2);
    await loader.tap(other, 'load 2', 1_000);
    await shop.tap(card, 'lunch', 350);
    await shop.tap(other, 'tea', 50);
    await refund('tea');
    shop.reader.present(other);
    expect(
      await shop.terminal.refund({ refundId: 'r', saleId: 'lunch' }, milliseconds(0)),
    ).toMatchObject({ outcome: 'pending', reason: 'void-other-card', refunds: [{ amount: 50 }] });
    const next = { saleId: 'dinner', kind: 'debit', amount: yen(350) } as const;
    expect(await shop.terminal.tap(next, milliseconds(0))).toMatchObject({
      reason: 'card-not-removed',
    });
    expect(balanceOf(other)).toBe(1_000);
  });

  it('may be of a part: the rest of the sale stands, and cannot be voided', async () => {
    await shop.tap(card, 'lunch', 350);
    expect(await refund('lunch', { card, amount: 100 })).toMatchObject({ outcome: 'given' });
    expect(balanceOf(card)).toBe(750);
    expect(await shop.tap(card, 'lunch', 350)).toMatchObject({ outcome: 'approved' });
    shop.reader.present(card);
    expect(await shop.terminal.void('lunch', milliseconds(0))).toMatchObject({
      reason: 'void-sale-refunded',
    });
    shop.reader.remove();
    // A card gives back its last debit once.
    expect(await refund('lunch', { card, id: 'second', amount: 50 })).toMatchObject({
      outcome: 'pending',
      reason: 'void-not-last',
    });
    expect(balanceOf(card)).toBe(750);
  });
});

describe('a refund whose card has gone', () => {
  beforeEach(async () => {
    await shop.tap(card, 'lunch', 350);
    expect(await refund('lunch')).toMatchObject({ outcome: 'pending', reason: 'no-card' });
  });

  it('is given at its next touch, before what the touch is for, also after a restart', async () => {
    await restart();
    const outcome = await shop.tap(card, 'dinner', 900);
    expect(outcome).toMatchObject({
      outcome: 'approved',
      refunds: [{ result: 'given', saleId: 'lunch', amount: 350 }],
    });
    expect(customerText(outcome)).toBe('Given back: 350 yen. Paid: 900 yen. Balance: 100 yen.');
    expect(await shop.tap(card, 'tea', 10)).not.toHaveProperty('refunds');
    expect(await kinds()).toEqual(['debit 350', 'void 350', 'debit 900', 'debit 10']);
  });

  it('is given where the touch itself is refused, and where a session is opened', async () => {
    expect(await shop.tap(card, 'dinner', 5_000)).toMatchObject({
      outcome: 'refused',
      reason: 'insufficient-balance',
      balance: 1_000,
      refunds: [{ result: 'given' }],
    });
    await shop.tap(card, 'tea', 100);
    await refund('tea');
    shop.reader.present(card);
    const start = await shop.terminal.openSession(milliseconds(0));
    if (start.outcome !== 'open') throw new Error(start.reason);
    expect(start).toMatchObject({ refunds: [{ saleId: 'tea' }] });
    expect(start.snapshot.purse.balance).toBe(1_000);
    const debited = await start.session.debit({ saleId: 'copy', amount: yen(10) });
    expect(debited).toMatchObject({ outcome: 'approved', intent: { balanceAfter: 990 } });
  });

  it('ends the payment: whoever asks for it again gets no goods for it', async () => {
    const again = await shop.tap(card, 'lunch', 350);
    expect(again).toMatchObject({ outcome: 'refused', reason: 'sale-refunded' });
  });

  it('is not given to another card, and by a void of the sale as well', async () => {
    const other = issuedCard(2);
    await loader.tap(other, 'load 2', 1_000);
    expect(await refund('lunch', { card: other })).toMatchObject({
      outcome: 'pending',
      reason: 'void-other-card',
    });
    expect(await shop.tap(other, 'dinner', 10)).not.toHaveProperty('refunds');
    shop.reader.present(card);
    expect(await shop.terminal.void('lunch', milliseconds(0))).toMatchObject({
      outcome: 'approved',
    });
    shop.reader.remove();
    expect(await refund('lunch', { card })).toMatchObject({ outcome: 'given' });
    expect([balanceOf(card), balanceOf(other)]).toEqual([1_000, 990]);
  });

  it('can only be given by a load once the card was used elsewhere, and is then tried no more', async () => {
    await loader.tap(card, 'more', 10);
    expect(await shop.tap(card, 'dinner', 10)).toMatchObject({
      outcome: 'approved',
      refunds: [{ result: 'waiting', reason: 'void-not-last', amount: 350 }],
    });
    await restart();
    expect(await shop.tap(card, 'tea', 10)).not.toHaveProperty('refunds');
    expect(await refund('lunch', { card })).toMatchObject({ reason: 'void-not-last' });
    expect(balanceOf(card)).toBe(640);
  });

  it.each([
    ['done', DONE, 'at-re-tap'],
    ['not done', NOT_DONE, 'at-tap'],
  ] as const)('whose answer is lost is %s: the next touch tells', async (_, fault, resolution) => {
    const lost = await refund('lunch', { card, faults: [fault] });
    expect(lost).toMatchObject({ outcome: 'unresolved' });
    expect(await shop.tap(card, 'dinner', 10)).toMatchObject({
      outcome: 'approved',
      refunds: [{ result: 'given', resolution }],
    });
    expect(await kinds()).toEqual(['debit 350', 'void 350', 'debit 10']);
    expect(balanceOf(card)).toBe(990);
  });
});

describe('what may be asked back', () => {
  it('is never more than the sale, in parts, with voids, and however often', async () => {
    await shop.tap(card, 'lunch', 350);
    for (const [id, amount, outcome] of [
      ['a', 200, 'pending'],
      ['a', 200, 'pending'],
      ['b', 151, 'not-registered'],
      ['b', 100, 'pending'],
      ['c', 51, 'not-registered'],
    ] as const) {
      expect(await refund('lunch', { id, amount })).toMatchObject({ outcome });
    }
    expect(await refund('lunch', { id: 'rest' })).toMatchObject({ refund: { amount: 50 } });
    expect(await refund('lunch', { id: 'more' })).toMatchObject({ reason: 'refund-over-sale' });
    expect(await refund('lunch', { id: 'a', amount: 1 })).toMatchObject({
      reason: 'refund-id-reused',
    });
    await shop.tap(card, 'dinner', 1_000);
    expect(await kinds()).toEqual(['debit 350', 'void 350', 'debit 1000']);
  });

  it('is what was taken, of a sale that the purse paid in part', async () => {
    shop.reader.present(card);
    await shop.terminal.tap(
      { saleId: 'tv', kind: 'debit', amount: yen(5_000), payWhatIsLeft: true },
      milliseconds(0),
    );
    shop.reader.remove();
    expect(await refund('tv')).toMatchObject({ refund: { amount: 1_000 } });
  });

  it('is nothing after a void, of a load, and of a sale that is unknown or half done', async () => {
    await shop.tap(card, 'lunch', 350);
    shop.reader.present(card);
    await shop.terminal.void('lunch', milliseconds(0));
    shop.reader.remove();
    expect(await refund('lunch')).toMatchObject({ reason: 'refund-over-sale' });
    expect(await refund('supper')).toMatchObject({ reason: 'refund-sale-unknown' });
    await shop.tap(card, 'dinner', 10, [DONE]);
    expect(await refund('dinner')).toMatchObject({ reason: 'refund-sale-unresolved' });
    const ofLoad = { refundId: 'r', saleId: 'load' };
    expect(await loader.terminal.refund(ofLoad, milliseconds(0))).toMatchObject({
      reason: 'refund-sale-unknown',
    });
  });

  it('waits at a terminal whose SAM may not void, which says so at each touch', async () => {
    const till = new Counter({ kind: 'pos', terminalId: 43 });
    await till.start();
    await till.tap(card, 'lunch', 350);
    const asked = { refundId: 'r', saleId: 'lunch' };
    expect(await till.terminal.refund(asked, milliseconds(0))).toMatchObject({
      outcome: 'pending',
      reason: 'sam-cannot-void',
    });
    expect(await till.tap(card, 'tea', 10)).toMatchObject({
      refunds: [{ result: 'waiting', reason: 'sam-cannot-void' }],
    });
    await till.stop();
  });
});

describe('a touch that gives back 350 yen and takes 20', () => {
  it.each(
    Array.from({ length: 12 }, (_, index) => index + 1).flatMap((exchange) =>
      [true, false].map((isExecuted) => ({ exchange, isExecuted })),
    ),
  )('does each once, with exchange $exchange lost (done: $isExecuted)', async (fault) => {
    await shop.tap(card, 'lunch', 350);
    await refund('lunch');
    let exchanges = 0;
    shop.reader.present({
      powerOn: () => card.powerOn(),
      powerOff: () => card.powerOff(),
      exchange: (frame) => {
        exchanges += 1;
        if (exchanges > fault.exchange) return undefined;
        if (exchanges < fault.exchange) return card.exchange(frame);
        if (fault.isExecuted) card.exchange(frame);
        return undefined;
      },
    });
    const request = { saleId: 'tea', kind: 'debit', amount: yen(20) } as const;
    await shop.terminal.tap(request, milliseconds(0));
    shop.reader.remove();
    await restart();
    expect(await shop.tap(card, 'tea', 20)).toMatchObject({ outcome: 'approved' });
    expect(await kinds()).toEqual(['debit 350', 'void 350', 'debit 20']);
    expect(balanceOf(card)).toBe(980);
    expect(await shop.journal.unresolvedIntents()).toEqual([]);
  });
});

describe('what the issuer is to give', () => {
  /** The claims that wait for the next batch, as amounts. */
  async function claims(counter: Counter = shop): Promise<readonly number[]> {
    await counter.journal.reportRefunds();
    const records = (await counter.journal.openRecords(1_000)).map(decodeBatchRecord);
    return records.flatMap((decoded) => {
      if (decoded.result === 'refused') throw new Error(decoded.field);
      return decoded.record.kind === 'refund-claim' ? [decoded.record.amount] : [];
    });
  }

  it('is what its card cannot be given here any more, claimed once, also after a restart', async () => {
    await shop.tap(card, 'lunch', 350);
    await refund('lunch', { id: 'a', amount: 100 });
    expect(await claims()).toEqual([]);
    await loader.tap(card, 'more', 10);
    await shop.tap(card, 'tea', 10);
    expect(await claims()).toEqual([100]);
    await restart();
    expect(await claims()).toEqual([100]);
    await refund('lunch', { id: 'b', amount: 50 });
    expect(await claims()).toEqual([100, 50]);
    expect(await refund('lunch', { id: 'a', amount: 100 })).toMatchObject({ outcome: 'pending' });
    expect(await refund('lunch', { id: 'c', amount: 201 })).toMatchObject({
      reason: 'refund-over-sale',
    });
  });

  it('is what is asked back after the one cashback of a sale', async () => {
    await shop.tap(card, 'lunch', 350);
    expect(await refund('lunch', { id: 'a', amount: 100, card })).toMatchObject({
      outcome: 'given',
    });
    await refund('lunch', { id: 'b', amount: 50, card });
    expect(await claims()).toEqual([50]);
  });

  it('is not what a half done cashback may have given', async () => {
    await shop.tap(card, 'lunch', 350);
    await refund('lunch', { card, faults: [DONE] });
    await loader.tap(card, 'more', 10);
    expect(await claims()).toEqual([]);
    await shop.tap(card, 'tea', 10);
    expect(await claims()).toEqual([]);
    expect(await refund('lunch')).toMatchObject({ outcome: 'given' });
  });

  it('is what a card did not come back for in three days, which is then given by nobody here', async () => {
    await shop.tap(card, 'lunch', 350);
    await refund('lunch');
    shop.clock = epochMs(NOON + REFUND_WAIT_MS);
    expect(await claims()).toEqual([350]);
    expect(await shop.tap(card, 'tea', 10)).not.toHaveProperty('refunds');
    shop.reader.present(card);
    expect(await shop.terminal.void('lunch', milliseconds(0))).toMatchObject({
      reason: 'void-sale-refunded',
    });
    expect(balanceOf(card)).toBe(640);
  });
});
