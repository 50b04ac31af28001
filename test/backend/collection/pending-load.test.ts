import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CommandCode } from '#felica/command-code';
import { businessDate, epochMs, yen } from '#units';
import { releasePendingLoad } from '../../../backend/collection/release-pending-load.ts';
import { registerCard } from '../../../backend/issuer/card-account.ts';
import { issuedLiteImage } from '../../../backend/issuer/issue-lite-card.ts';
import { closeWindow } from '../../../backend/settlement/close-window.ts';
import { merchantStatement } from '../../../backend/settlement/statement.ts';
import { cardInHand } from '../../../card-emulator/card/card-fault.ts';
import { type FelicaCard, openCardImage } from '../../../card-emulator/card/open-card.ts';
import type { PendingLoadOutcome } from '../../../terminal/purse-terminal.ts';
import { cardIdm, KEY_VERSION, NOON, seededRandom } from '../../scheme.ts';
import { balanceOf } from '../../terminal/counter.ts';
import { MERCHANT_ID, type Scenario } from '../scenario.ts';
import { settleSigned } from '../settlement/signed-window.ts';
import { KIOSK_MERCHANT, NOW, type Place, RefundScene } from './refund-scene.ts';

let scene: RefundScene;
let scenario: Scenario;
let card: FelicaCard;
let shop: Place;
let other: Place;
let kiosk: Place;
let secondKiosk: Place;

/** A card of 1,000 yen has paid lunch, 350, in the shop and 50 elsewhere; the kiosks are another merchant's. */
beforeEach(async () => {
  scene = await RefundScene.open();
  ({ scenario } = scene);
  card = await scene.card(1);
  kiosk = await scene.place('load', 9, KIOSK_MERCHANT);
  secondKiosk = await scene.place('load', 10, KIOSK_MERCHANT);
  shop = await scene.place('pos-void', 42);
  other = await scene.place('pos', 43);
  await kiosk.counter.tap(card, 'cash', 1_000);
  await shop.counter.tap(card, 'lunch', 350);
  await other.counter.tap(card, 'tea', 50);
});

afterEach(() => scene.close());

/** The shop gives lunch back while its card is away, and the card's next touch there is too late. */
async function askBack(amount?: number): Promise<void> {
  const { terminal, reader } = shop.counter;
  const request = { refundId: `back ${amount}`, saleId: 'lunch' };
  const refund = { ...request, ...(amount !== undefined && { amount: yen(amount) }) };
  await terminal.refund(refund, NOW);
  reader.present(card);
  await terminal.readCard(NOW);
  await terminal.tap({ saleId: `more ${amount}`, kind: 'debit', amount: yen(1) }, NOW);
  reader.remove();
}

const collect = (place: Place): Promise<readonly string[]> => scene.collect(place);
const collectAll = (): Promise<void> => scene.collectAll();
const waiting = (): Promise<number> => scene.waiting();
const loadPending = (
  place: Place,
  link: Parameters<typeof place.counter.reader.present>[0] = card,
): Promise<PendingLoadOutcome> => scene.loadPending(place, link);

describe('a refund that no cashback can give', () => {
  it('waits at the issuer, is loaded at another merchant, and the shop pays for it', async () => {
    await askBack();
    expect(await collect(kiosk)).toEqual(['load']);
    expect(await collect(shop)).toEqual(['debit', 'debit', 'refund-claim']);
    await collect(other);
    expect(await waiting()).toBe(350);
    expect(await loadPending(kiosk)).toMatchObject({
      outcome: 'read',
      given: [{ amount: 350, balanceAfter: 949 }],
      end: 'none',
    });
    expect(balanceOf(card)).toBe(949);
    await collectAll();
    expect(await waiting()).toBe(0);
    const { settlement, database } = scenario.backend;
    expect(await closeWindow(settlement)).toMatchObject({
      result: 'closed',
      figures: { cardShadow: 949, pendingLoads: 0, statementMismatchCount: 0 },
    });
    expect(await merchantStatement(database, 1, MERCHANT_ID)).toMatchObject({
      statement: { grossSales: 401, voids: 350 },
    });
    // The cash of 1,000 yen is owed, and nothing for what was loaded without cash.
    expect(await merchantStatement(database, 1, KIOSK_MERCHANT)).toMatchObject({
      statement: { loadsCollected: 1_000, net: -1_000 },
    });
    expect(await settleSigned(scenario.backend, 1)).toMatchObject({ result: 'settled' });
  });

  it('is claimed in parts, once each, and never more than the sale', async () => {
    await askBack(100);
    expect(await collect(shop)).toContain('refund-claim');
    await askBack(200);
    expect(await collect(shop)).toEqual(['debit', 'refund-claim']);
    await shop.counter.journal.reportRefunds();
    expect(await collect(other)).toEqual(['debit']);
    expect(await waiting()).toBe(300);
    expect(await loadPending(kiosk)).toMatchObject({ given: [{ amount: 100 }, { amount: 200 }] });
  });

  it('is loaded once, whichever kiosk asks and whatever has not been uploaded', async () => {
    await askBack();
    await collectAll();
    await loadPending(kiosk);
    // The first kiosk has not told yet: the card stands elsewhere than where it was offered.
    expect(await loadPending(secondKiosk)).toMatchObject({ given: [], end: 'in-doubt' });
    expect(await loadPending(kiosk)).toMatchObject({ given: [], end: 'none' });
    await collect(kiosk);
    expect(await loadPending(secondKiosk)).toMatchObject({ given: [], end: 'none' });
    expect(balanceOf(card)).toBe(949);
  });

  it('is loaded elsewhere by decision where its kiosk never tells; who tells late owes cash', async () => {
    await askBack();
    await collectAll();
    await loadPending(kiosk);
    const { database, settlement } = scenario.backend;
    const release = (): ReturnType<typeof releasePendingLoad> =>
      releasePendingLoad(database, { number: 1, decidedBy: 'Hanako' }, scenario.clock);
    expect(await loadPending(secondKiosk)).toMatchObject({ given: [], end: 'in-doubt' });
    expect(await release()).toEqual({ result: 'released' });
    expect(await release()).toEqual({ result: 'repeated' });
    expect(await loadPending(secondKiosk)).toMatchObject({ given: [{ amount: 350 }], end: 'none' });
    // It is held again by the second kiosk until that one tells.
    const third = await scene.place('load', 11, KIOSK_MERCHANT);
    expect(await loadPending(third)).toMatchObject({ given: [], end: 'in-doubt' });
    await collect(secondKiosk);
    expect(await release()).toMatchObject({ reason: 'PENDING_LOAD_LOADED' });
    await collectAll();
    expect(await waiting()).toBe(0);
    expect(await closeWindow(settlement)).toMatchObject({
      result: 'closed',
      figures: { cardShadow: 1_299, pendingLoads: 0 },
    });
    // 1,000 yen of cash, and the load that nobody had asked the first kiosk for any more.
    expect(await merchantStatement(database, 1, KIOSK_MERCHANT)).toMatchObject({
      statement: { loadsCollected: 1_350 },
    });
  });

  it('is paid where its kiosk tells after the decision and before anybody else', async () => {
    await askBack();
    await collectAll();
    await loadPending(kiosk);
    const { database } = scenario.backend;
    await releasePendingLoad(database, { number: 1, decidedBy: 'Hanako' }, scenario.clock);
    // The same kiosk asks again and is offered it again, and knows that the card has it.
    expect(await loadPending(kiosk)).toMatchObject({ given: [] });
    await collect(kiosk);
    expect(await waiting()).toBe(0);
    expect(await loadPending(secondKiosk)).toMatchObject({ given: [], end: 'none' });
    expect(balanceOf(card)).toBe(949);
  });

  it('cannot be decided about where there is none', async () => {
    const { database } = scenario.backend;
    const release = { number: 9, decidedBy: 'Hanako' };
    expect(await releasePendingLoad(database, release, scenario.clock)).toMatchObject({
      result: 'refused',
      reason: 'PENDING_LOAD_UNKNOWN',
    });
  });

  it('is offered elsewhere where the card has not moved, and where it moved by something else', async () => {
    await askBack();
    await collectAll();
    // The card leaves before the write.
    const leaving = cardInHand(card, [
      { commandCode: CommandCode.writeV2, moment: 'before-commit' },
    ]);
    expect(await loadPending(kiosk, leaving)).toMatchObject({ given: [], end: 'unresolved' });
    expect(await loadPending(secondKiosk)).toMatchObject({ given: [{ amount: 350 }] });
    expect(await loadPending(kiosk)).toMatchObject({ given: [], end: 'in-doubt' });
    await collectAll();
    expect(await loadPending(kiosk)).toMatchObject({ given: [], end: 'none' });
    expect(await waiting()).toBe(0);
    expect(balanceOf(card)).toBe(949);
  });

  it('is offered again once another write is known to have come instead', async () => {
    await askBack();
    await collectAll();
    const leaving = cardInHand(card, [
      { commandCode: CommandCode.writeV2, moment: 'before-commit' },
    ]);
    await loadPending(kiosk, leaving);
    await other.counter.tap(card, 'cake', 9);
    expect(await loadPending(secondKiosk)).toMatchObject({ given: [], end: 'in-doubt' });
    await collect(other);
    expect(await loadPending(secondKiosk)).toMatchObject({ given: [{ amount: 350 }] });
    await collectAll();
    expect(await waiting()).toBe(0);
  });

  it('is found out where its load was half done, by the card or by its next record', async () => {
    await askBack();
    await collectAll();
    const leaving = cardInHand(card, [
      { commandCode: CommandCode.writeV2, moment: 'after-commit' },
    ]);
    expect(await loadPending(kiosk, leaving)).toMatchObject({ given: [], end: 'unresolved' });
    expect(balanceOf(card)).toBe(949);
    await collect(kiosk);
    expect(await waiting()).toBe(350);
    // The next write of the card proves it, anywhere.
    await other.counter.tap(card, 'cake', 9);
    await collect(other);
    expect(await waiting()).toBe(0);
    expect(await loadPending(secondKiosk)).toMatchObject({ given: [], end: 'none' });
    // The card tells its own kiosk, too, which reports it again and is paid once.
    expect(await loadPending(kiosk)).toMatchObject({ given: [{ amount: 350 }], end: 'none' });
    await collectAll();
    expect((await closeWindow(scenario.backend.settlement)).result).toBe('closed');
  });

  it('waits for its sale where the card has not certified that yet', async () => {
    await shop.counter.tapLosingCertificate(card, 'dinner', 20);
    await shop.counter.terminal.refund({ refundId: 'r', saleId: 'dinner' }, NOW);
    await other.counter.tap(card, 'cake', 9);
    shop.counter.reader.present(card);
    await shop.counter.terminal.tap({ saleId: 'pen', kind: 'debit', amount: yen(1) }, NOW);
    shop.counter.reader.remove();
    expect(await collect(shop)).toContain('refund-claim');
    expect(await waiting()).toBe(0);
    expect(await scenario.count('SELECT count(*) FROM open_refund_claim')).toBe(1);
    await collect(other);
    expect(await waiting()).toBe(20);
  });

  it('is claimed at once where the SAM may not void', async () => {
    await other.counter.terminal.refund({ refundId: 'r', saleId: 'tea' }, NOW);
    expect(await collect(other)).toEqual(['debit', 'refund-claim']);
    expect(await waiting()).toBe(50);
    // And is not offered by the terminal any more.
    const tapped = await other.counter.tap(card, 'cake', 9);
    expect(tapped).not.toHaveProperty('refunds');
  });

  it('is refused where the sale is less, and where the write is no sale', async () => {
    const till = await scenario.terminal(50);
    const known = await scenario.card(5);
    const sale = till.write(known, 100);
    till.claim(sale, 60);
    till.claim(sale, 41);
    till.claim(sale, 40);
    const loader = await scenario.terminal(51, 'load');
    const load = loader.write(known, 30);
    loader.claim(load, 30);
    await scenario.upload(till, till.close());
    await scenario.upload(loader, loader.close());
    const refusals = await scenario.backend.database.all(
      'SELECT sam_number, reason FROM refund_claim_refusal ORDER BY batch_id, sam_number',
    );
    expect(refusals).toEqual([
      { sam_number: 3, reason: 'REFUND_OVER_SALE' },
      { sam_number: 2, reason: 'REFUND_SALE_OTHER' },
    ]);
    expect(await waiting()).toBe(100);
  });

  it('is no more than what a cashback left of the sale', async () => {
    const till = await scenario.terminal(50, 'pos-void');
    const known = await scenario.card(5);
    const sale = till.write(known, 100);
    till.write(known, 70, { kind: 'void' });
    till.claim(sale, 31);
    till.claim(sale, 30);
    await scenario.upload(till, till.close());
    expect(await waiting()).toBe(30);
  });

  it('of another terminal waits for ever, and one that came before counts once', async () => {
    const till = await scenario.terminal(50);
    const thief = await scenario.terminal(51);
    const known = await scenario.card(5);
    const sale = till.write(known, 100);
    thief.claim(sale, 100);
    await scenario.upload(till, till.close());
    await scenario.upload(thief, thief.close());
    expect(await waiting()).toBe(0);
    till.claim(sale, 40);
    await scenario.upload(till, till.close());
    till.samNumber -= 1;
    till.claim(sale, 40);
    till.write(known, 10);
    await scenario.upload(till, till.close());
    const claims = await scenario.backend.database.all(
      'SELECT amount_yen, reason FROM refund_claim WHERE sam_id = 50 ORDER BY batch_id',
    );
    expect(claims.map(({ reason }) => reason)[0]).toBeNull();
    expect(await waiting()).toBe(40);
  });
});

describe('a refund to a Lite-S', () => {
  it('waits and is loaded as to any card', async () => {
    const { keystore, database } = scenario.backend;
    const idm = cardIdm(7);
    const limits = { balanceMax: yen(50_000), debitMax: yen(20_000) };
    const issue = { idm, expiry: businessDate('2031-11-23'), ...limits };
    const lite = openCardImage(issuedLiteImage(keystore, issue), { random: seededRandom('lite') });
    const account = { idm, keyVersion: KEY_VERSION, cardProfile: 'lite-s' } as const;
    await registerCard(database, account, scenario.clock);
    await kiosk.counter.tap(lite, 'cash lite', 1_000);
    await shop.counter.tap(lite, 'lunch lite', 350);
    await other.counter.tap(lite, 'tea lite', 50);
    await shop.counter.terminal.refund({ refundId: 'r', saleId: 'lunch lite' }, NOW);
    await shop.counter.tap(lite, 'cake lite', 1);
    await collectAll();
    expect(await scenario.findings()).toEqual([]);
    expect(await loadPending(kiosk, lite)).toMatchObject({ given: [{ amount: 350 }], end: 'none' });
    expect(await loadPending(secondKiosk, lite)).toMatchObject({ given: [], end: 'in-doubt' });
    expect(balanceOf(lite)).toBe(949);
    await collectAll();
    expect(await waiting()).toBe(0);
    expect((await closeWindow(scenario.backend.settlement)).result).toBe('closed');
  });

  it('is not loaded where it would be more than the card may hold, and waits on', async () => {
    await askBack();
    await collectAll();
    for (const sale of ['a', 'b']) await kiosk.counter.tap(card, sale, 24_700);
    expect(await loadPending(secondKiosk)).toMatchObject({ given: [], end: 'over-balance-limit' });
    await shop.counter.tap(card, 'tv', 5_000);
    await collectAll();
    expect(await loadPending(secondKiosk)).toMatchObject({ given: [{ amount: 350 }], end: 'none' });
    await collectAll();
    expect(await waiting()).toBe(0);
  });
});

describe('a load that says it is a pending one', () => {
  it('is a load for cash where nobody was offered anything', async () => {
    const loader = await scenario.terminal(51, 'load', { merchantId: KIOSK_MERCHANT });
    const known = await scenario.card(5);
    loader.write(known, 30, { fundedBy: 'pending-load' });
    await scenario.upload(loader, loader.close());
    expect(await scenario.count('SELECT count(*) FROM open_pending_load_report')).toBe(0);
    expect(await scenario.count('SELECT count(*) FROM pending_load_payment')).toBe(0);
    const { settlement, database } = scenario.backend;
    await closeWindow(settlement);
    expect(await merchantStatement(database, 1, KIOSK_MERCHANT)).toMatchObject({
      statement: { loadsCollected: 30 },
    });
  });

  it('is told apart from cash in the figures of a window that is open', async () => {
    await askBack();
    await collectAll();
    scenario.clock = epochMs(NOON + 60_000);
    await loadPending(kiosk);
    const result = await closeWindow(scenario.backend.settlement);
    expect(result).toMatchObject({ result: 'closed', figures: { pendingLoads: 350 } });
    await collect(kiosk);
    expect(await closeWindow(scenario.backend.settlement)).toMatchObject({
      result: 'closed',
      figures: { pendingLoads: 0, cardShadow: 949 },
    });
  });
});
