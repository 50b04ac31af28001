import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { certifiedWriteOf, type PurseRecord } from '#batch/record';
import { CommandCode } from '#felica/command-code';
import { deriveCardKey } from '#purse/card-key';
import { transactionCertificate } from '#purse/transaction-certificate';
import { businessDate, milliseconds, yen } from '#units';
import { historyOf } from '../../card-emulator/card/card-inspection.ts';
import type { FelicaCard } from '../../card-emulator/card/open-card.ts';
import { cardIdm, issuedCard, masterOf } from '../scheme.ts';
import { balanceOf, Counter } from './counter.ts';

const TORN_BEFORE = { commandCode: CommandCode.writeV2, moment: 'before-commit' } as const;
const TORN_AFTER = { commandCode: CommandCode.writeV2, moment: 'after-commit' } as const;
const CERTIFICATE_LOST = { commandCode: CommandCode.readV2, moment: 'before-commit' } as const;

let card: FelicaCard;
let shop: Counter;
let loader: Counter;

beforeEach(async () => {
  shop = new Counter();
  loader = new Counter({ kind: 'load', terminalId: 9 });
  await shop.start();
  await loader.start();
  card = issuedCard(1);
  await loader.tap(card, 'load 1', 5_000);
});

afterEach(async () => {
  await shop.stop();
  await loader.stop();
});

function certificateOf(record: PurseRecord): Uint8Array {
  const context = { label: 'CERT', idm: cardIdm(1), version: 1 } as const;
  const key = deriveCardKey(masterOf('CERT'), context);
  return transactionCertificate(key, certifiedWriteOf(record));
}

describe('load', () => {
  it('raises the balance and leaves a record that the card certified', async () => {
    expect(balanceOf(card)).toBe(5_000);
    const [record] = await loader.records();
    expect(record).toMatchObject({
      kind: 'load',
      amount: 5_000,
      balanceAfter: 5_000,
      samNumber: 1,
    });
    expect(record!.certificate).toEqual(certificateOf(record!));
  });

  it('is refused one yen above what the card may hold', async () => {
    const large = new Counter({ kind: 'load', terminalId: 10, amountMax: 100_000 });
    await large.start();
    expect(await large.tap(card, 'load 2', 45_001)).toMatchObject({
      outcome: 'refused',
      reason: 'over-balance-limit',
    });
    expect(await large.tap(card, 'load 3', 45_000)).toMatchObject({ outcome: 'approved' });
    expect(balanceOf(card)).toBe(50_000);
    await large.stop();
  });

  it.each([TORN_BEFORE, TORN_AFTER])('torn $moment is done once by the next tap', async (fault) => {
    expect(await loader.tap(card, 'load 2', 700, [fault])).toMatchObject({ outcome: 'unresolved' });
    expect(await loader.tap(card, 'load 2', 700)).toMatchObject({ outcome: 'approved' });
    expect(balanceOf(card)).toBe(5_700);
  });
});

describe('sale', () => {
  it('takes the amount and tells what is left', async () => {
    const outcome = await shop.tap(card, 'sale 1', 350);
    expect(outcome).toMatchObject({
      outcome: 'approved',
      resolution: 'at-tap',
      intent: { balanceBefore: 5_000, balanceAfter: 4_650 },
    });
    expect(balanceOf(card)).toBe(4_650);
    expect(historyOf(card)[0]).toMatchObject({ kind: 'debit', amount: 350, terminalId: 42 });
    const [record] = await shop.records();
    expect(record!.certificate).toEqual(certificateOf(record!));
  });

  it('takes five exchanges with the card, and a sixth for the certificate', async () => {
    const before = shop.reader.exchangeCount;
    await shop.tap(card, 'sale 1', 350);
    expect(shop.reader.exchangeCount - before).toBe(6);
  });

  it('reports what the card certified of its write before, wherever that was', async () => {
    await shop.tap(card, 'sale 1', 350);
    await shop.tapLosingCertificate(card, 'sale 2', 10);
    await shop.tap(card, 'sale 3', 40);
    const [load] = await loader.records();
    const [first, second, third] = await shop.records();
    expect(load!.certificateBefore).toBeUndefined();
    expect(first!.certificateBefore).toEqual(load!.certificate);
    expect(second!.certificate).toBeUndefined();
    expect(third!.certificateBefore).toEqual(certificateOf(second!));
  });

  it('asked for again is answered from the journal, without a card', async () => {
    await shop.tap(card, 'sale 1', 350);
    const request = { saleId: 'sale 1', kind: 'debit', amount: yen(350) } as const;
    const terminal = shop.terminal;
    expect(await terminal.tap(request, milliseconds(0))).toMatchObject({ outcome: 'approved' });
    expect(balanceOf(card)).toBe(4_650);
    expect(await shop.records()).toHaveLength(1);
  });

  it('with the id of another amount is refused', async () => {
    await shop.tap(card, 'sale 1', 350);
    expect(await shop.tap(card, 'sale 1', 351)).toMatchObject({ reason: 'sale-id-reused' });
  });

  it.each(['void of sale 1', 'pending load 1'])(
    'cannot have the id %s, under which something else is given back or loaded',
    async (saleId) => {
      await shop.tap(card, 'sale 1', 350);
      expect(await shop.tap(card, saleId, 350)).toMatchObject({ reason: 'sale-id-reused' });
      shop.reader.present(card);
      const start = await shop.terminal.openSession(milliseconds(0));
      if (start.outcome !== 'open') throw new Error(start.reason);
      const debited = await start.session.debit({ saleId, amount: yen(350) });
      expect(debited).toMatchObject({ reason: 'sale-id-reused' });
      expect(balanceOf(card)).toBe(4_650);
    },
  );

  it('is not paid by the card that paid the sale before and was left on the reader', async () => {
    shop.reader.present(card);
    const sale = (saleId: string): ReturnType<typeof shop.terminal.tap> =>
      shop.terminal.tap({ saleId, kind: 'debit', amount: yen(100) }, milliseconds(0));
    expect(await sale('sale 1')).toMatchObject({ outcome: 'approved' });
    expect(await sale('sale 2')).toMatchObject({ reason: 'card-not-removed' });
    expect(balanceOf(card)).toBe(4_900);
    shop.reader.present(card);
    expect(await sale('sale 2')).toMatchObject({ outcome: 'approved' });
  });

  it('without a card in time ends as no tap', async () => {
    const request = { saleId: 'sale 1', kind: 'debit', amount: yen(350) } as const;
    expect(await shop.terminal.tap(request, milliseconds(0))).toMatchObject({ reason: 'no-card' });
  });

  it('of a card that knows other keys is not authentic and writes nothing', async () => {
    const foreign = issuedCard(1, { keyVersion: 2 });
    expect(await shop.tap(foreign, 'sale 1', 1)).toMatchObject({ reason: 'not-authentic' });
    expect(await shop.records()).toHaveLength(0);
  });

  it('without the certificate is approved all the same, and the record says it is missing', async () => {
    await shop.tap(card, 'sale 0', 1);
    // The first Read of a tap is the purse; the second, the certificate.
    const outcome = await shop.tap(card, 'sale 1', 350, [
      { commandCode: CommandCode.resetMode, moment: 'before-commit' },
    ]);
    expect(outcome).toMatchObject({ outcome: 'approved' });
    const lost = await shop.tapLosingCertificate(card, 'sale 2', 10);
    expect(lost).toMatchObject({ outcome: 'approved' });
    expect((await shop.records()).map(({ certificate }) => certificate === undefined)).toEqual([
      false,
      false,
      true,
    ]);
  });
});

describe('refusal', () => {
  it('leaves balance, journal and batch untouched', async () => {
    expect(await shop.tap(card, 'sale 1', 5_001)).toMatchObject({
      outcome: 'refused',
      reason: 'insufficient-balance',
      balance: 5_000,
    });
    expect(balanceOf(card)).toBe(5_000);
    expect(await shop.records()).toHaveLength(0);
    expect(await shop.journal.unresolvedIntents()).toHaveLength(0);
  });

  it('takes the last yen and not one more', async () => {
    expect(await shop.tap(card, 'sale 1', 5_000)).toMatchObject({ outcome: 'approved' });
    expect(balanceOf(card)).toBe(0);
    expect(await shop.tap(card, 'sale 2', 1)).toMatchObject({ reason: 'insufficient-balance' });
  });

  it.each([
    [{ issuerId: 82 }, 'foreign-issuer'],
    [{ isBlocked: true }, 'card-blocked'],
    [{ expiry: businessDate('2026-11-22') }, 'card-expired'],
    [{ debitMax: yen(99) }, 'over-card-limit'],
  ])('of a card with %j names %s', async (cardData, reason) => {
    expect(await shop.tap(issuedCard(2, cardData), 'sale 1', 100)).toMatchObject({ reason });
  });

  it('above the limit of the terminal names it, whatever the card allows', async () => {
    expect(await shop.tap(card, 'sale 1', 30_001)).toMatchObject({ reason: 'over-terminal-limit' });
  });
});

describe('torn sale', () => {
  it('before the card wrote: the next touch writes it with the same execution ID', async () => {
    const torn = await shop.tap(card, 'sale 1', 350, [TORN_BEFORE]);
    expect(torn).toMatchObject({ outcome: 'unresolved' });
    expect(balanceOf(card)).toBe(5_000);
    const retried = await shop.tap(card, 'sale 1', 350);
    expect(retried).toMatchObject({ outcome: 'approved', resolution: 'at-tap' });
    expect('intent' in torn && 'intent' in retried && retried.intent).toEqual(
      'intent' in torn && torn.intent,
    );
    expect(balanceOf(card)).toBe(4_650);
    expect(await shop.records()).toHaveLength(1);
  });

  it('after the card wrote: the next touch takes nothing more and certifies it', async () => {
    expect(await shop.tap(card, 'sale 1', 350, [TORN_AFTER])).toMatchObject({
      outcome: 'unresolved',
    });
    expect(balanceOf(card)).toBe(4_650);
    expect(await shop.tap(card, 'sale 1', 350)).toMatchObject({
      outcome: 'approved',
      resolution: 'at-re-tap',
    });
    expect(balanceOf(card)).toBe(4_650);
    const [record] = await shop.records();
    expect(record).toMatchObject({ amount: 350, resolution: 'at-re-tap' });
    expect(record!.certificate).toEqual(certificateOf(record!));
  });

  it.each([TORN_BEFORE, TORN_AFTER])(
    'torn $moment survives a crash of the terminal',
    async (fault) => {
      await shop.tap(card, 'sale 1', 350, [fault]);
      await shop.journal.close();
      await shop.start();
      expect(await shop.journal.unresolvedIntents()).toHaveLength(1);
      expect(await shop.tap(card, 'sale 1', 350)).toMatchObject({ outcome: 'approved' });
      expect(balanceOf(card)).toBe(4_650);
      expect(await shop.records()).toHaveLength(1);
    },
  );

  it('stays unresolved while no card or another one is tapped, which pays nothing', async () => {
    await shop.tap(card, 'sale 1', 350, [TORN_AFTER]);
    const other = issuedCard(2);
    await loader.tap(other, 'load 2', 1_000);
    const request = { saleId: 'sale 1', kind: 'debit', amount: yen(350) } as const;
    expect(await shop.terminal.tap(request, milliseconds(0))).toMatchObject({
      outcome: 'unresolved',
    });
    expect(await shop.tap(other, 'sale 1', 350)).toMatchObject({ reason: 'other-card-expected' });
    expect(balanceOf(other)).toBe(1_000);
  });

  it('is settled by any later sale of the same card, before that one is charged', async () => {
    await shop.tap(card, 'sale 1', 350, [TORN_AFTER]);
    expect(await shop.tap(card, 'sale 2', 100)).toMatchObject({ outcome: 'approved' });
    expect(balanceOf(card)).toBe(4_550);
    expect((await shop.records()).map(({ amount }) => amount)).toEqual([350, 100]);
    expect(await shop.journal.unresolvedIntents()).toHaveLength(0);
  });

  it('that never reached the card is given up by a later sale, and takes nothing', async () => {
    await shop.tap(card, 'sale 1', 350, [TORN_BEFORE]);
    expect(await shop.tap(card, 'sale 2', 100)).toMatchObject({ outcome: 'approved' });
    expect(balanceOf(card)).toBe(4_900);
    expect((await shop.records()).map(({ amount }) => amount)).toEqual([100]);
    const [known] = await shop.journal.intentsOfSale('sale 1');
    expect(known!.outcome).toMatchObject({ state: 'not-done' });
  });

  it.each([
    [TORN_BEFORE, 4_500],
    [TORN_AFTER, 4_150],
  ])('torn %j, then used elsewhere, is told from the log of the card', async (fault, balance) => {
    const kiosk = new Counter({ terminalId: 43 });
    await kiosk.start();
    await shop.tap(card, 'sale 1', 350, [fault]);
    for (let sale = 1; sale <= 5; sale += 1) await kiosk.tap(card, `kiosk ${sale}`, 100);
    expect(balanceOf(card)).toBe(balance);
    const outcome = await shop.tap(card, 'sale 1', 350);
    expect(outcome).toMatchObject({ outcome: 'approved' });
    expect(balanceOf(card)).toBe(4_150);
    expect((await shop.records()).map(({ amount }) => amount)).toEqual([350]);
    await kiosk.stop();
  });

  it('whose entry has left the log goes to the issuer, and nobody is charged again', async () => {
    const kiosk = new Counter({ terminalId: 43 });
    await kiosk.start();
    await shop.tap(card, 'sale 1', 350, [TORN_AFTER]);
    for (let sale = 1; sale <= 20; sale += 1) await kiosk.tap(card, `kiosk ${sale}`, 1);
    expect(await shop.tap(card, 'sale 1', 350)).toMatchObject({ outcome: 'unresolved' });
    expect(await shop.tap(card, 'sale 1', 350)).toMatchObject({ outcome: 'unresolved' });
    expect(balanceOf(card)).toBe(4_630);
    const [known] = await shop.journal.intentsOfSale('sale 1');
    expect(known!.outcome).toEqual({ state: 'centre-match' });
    await kiosk.stop();
  });

  it('torn again and again never takes more than once', async () => {
    const faults = [TORN_BEFORE, TORN_AFTER, TORN_AFTER, TORN_BEFORE, CERTIFICATE_LOST];
    for (const fault of faults) await shop.tap(card, 'sale 1', 350, [fault]);
    expect(await shop.tap(card, 'sale 1', 350)).toMatchObject({ outcome: 'approved' });
    expect(balanceOf(card)).toBe(4_650);
    expect(await shop.records()).toHaveLength(1);
  });

  it.each([
    CommandCode.polling,
    CommandCode.authentication1V2,
    CommandCode.authentication2V2,
    CommandCode.readV2,
  ])('card that leaves at command %i was not charged', async (commandCode) => {
    for (const moment of ['before-commit', 'after-commit'] as const) {
      const outcome = await shop.tap(card, 'sale 1', 350, [{ commandCode, moment }]);
      expect(['no-tap', 'refused']).toContain(outcome.outcome);
    }
    expect(balanceOf(card)).toBe(5_000);
    expect(await shop.journal.intentsOfSale('sale 1')).toHaveLength(0);
  });
});
