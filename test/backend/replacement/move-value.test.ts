import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeOffGap } from '../../../backend/collection/gap-list.ts';
import { closeCard, registerOwner, replaceCard } from '../../../backend/replacement/card-end.ts';
import {
  listEndedCards,
  type MoveResult,
  moveValue,
  notePayment,
} from '../../../backend/replacement/move-value.ts';
import { closeWindow } from '../../../backend/settlement/close-window.ts';
import type { FelicaCard } from '../../../card-emulator/card/open-card.ts';
import { cardIdm, NOON, seededRandom } from '../../scheme.ts';
import { balanceOf } from '../../terminal/counter.ts';
import { KIOSK_MERCHANT, type Place, RefundScene } from '../collection/refund-scene.ts';
import { later, Scenario, type TestCard, type TestTerminal } from '../scenario.ts';

const AFTER = later(NOON, 7);

describe('the value of an ended card', () => {
  let scenario: Scenario;
  let kiosk: TestTerminal;
  let till: TestTerminal;
  let lost: TestCard;
  let fresh: TestCard;
  beforeEach(async () => {
    scenario = await Scenario.open();
    kiosk = await scenario.terminal(9, 'load');
    till = await scenario.terminal(42);
    [lost, fresh] = [await scenario.card(1, 0), await scenario.card(2, 0)];
    kiosk.write(lost, 1_000);
    await scenario.upload(kiosk, kiosk.close());
    await registerOwner(scenario.backend.database, { idm: lost.idm, owner: 'customer 81' }, NOON);
  });
  afterEach(() => scenario.remove());

  const replace = (): Promise<unknown> =>
    replaceCard(
      scenario.backend.database,
      { idm: lost.idm, newIdm: fresh.idm, note: 'lost' },
      NOON,
    );
  const move = (now = AFTER, card = lost): Promise<MoveResult> =>
    moveValue(scenario.backend.database, card.idm, now);
  const figures = async (): Promise<unknown> => {
    scenario.clock = later(scenario.clock, 1);
    const closed = await closeWindow(scenario.backend.settlement);
    return closed.result === 'closed' ? closed.figures : closed;
  };

  it('waits for the new card after the quiet period, with what its last sales left', async () => {
    expect(await move()).toMatchObject({ reason: 'REPLACEMENT_NOT_ORDERED' });
    await replace();
    expect(await move(later(NOON, 6.9))).toMatchObject({ reason: 'REPLACEMENT_QUIET' });
    till.write(lost, 350);
    await scenario.upload(till, till.close());
    expect(await move()).toEqual({ result: 'moved', id: 1, amount: 650, to: fresh.idm });
    expect(await move()).toEqual({ result: 'nothing' });
    expect(await figures()).toMatchObject({
      cardShadow: 0,
      cardLiability: 0,
      pendingLoads: 650,
      pendingLoadPayable: 650,
    });
    expect(await listEndedCards(scenario.backend.database, 9)).toMatchObject([
      { balance: 0, moved: 650 },
    ]);
  });

  it('is not moved while a write of the card is missing, unless a person waits no more', async () => {
    await replace();
    till.write(lost, 50);
    const silent = till.close();
    till.write(lost, 100);
    const other = await scenario.terminal(43);
    other.write(lost, 200);
    await scenario.upload(other, other.close());
    expect(await move()).toEqual({
      result: 'refused',
      reason: 'REPLACEMENT_WRITES_MISSING',
      detail: 'writes 2 to 3 of the card were never reported',
    });
    const gap = {
      of: { sequence: 'card', owner: lost.idm },
      range: { first: 2, last: 3 },
      note: 'the till burnt',
    } as const;
    await writeOffGap(scenario.backend.database, gap, NOON);
    expect(await move()).toMatchObject({ result: 'moved', amount: 800 });
    expect(silent.length).toBeGreaterThan(0);
  });

  it('that was given too much is a case, and never less than nothing in the books unseen', async () => {
    await replace();
    await move();
    till.write(lost, 100);
    await scenario.upload(till, till.close());
    expect(await listEndedCards(scenario.backend.database, 9)).toMatchObject([{ balance: -100 }]);
    expect(await move()).toEqual({ result: 'nothing' });
    const [opened] = await scenario.backend.database.all('SELECT kind FROM fraud_case');
    expect(opened).toEqual({ kind: 'negative-shadow' });
    expect(await figures()).toMatchObject({ cardShadow: -100, cardLiability: -100 });
  });

  it('is moved once more when a load arrives late', async () => {
    await replace();
    await move();
    kiosk.write(lost, 30);
    await scenario.upload(kiosk, kiosk.close());
    expect(await move()).toEqual({ result: 'moved', id: 2, amount: 30, to: fresh.idm });
    expect(await figures()).toMatchObject({ cardShadow: 0, pendingLoads: 1_030 });
  });

  it('of a closed card is owed to its owner, and paid once', async () => {
    const { database } = scenario.backend;
    await closeCard(database, { idm: lost.idm, refund: 'unavoidable', note: 'moved' }, NOON);
    expect(await move()).toEqual({ result: 'moved', id: 1, amount: 1_000, to: 'owner' });
    expect(await figures()).toMatchObject({ cardShadow: 0, customerPayable: 1_000, float: 0 });
    const pay = (id: number): Promise<unknown> => notePayment(database, { id, note: 'wire' }, NOON);
    expect(await pay(1)).toEqual({ result: 'paid', amount: 1_000 });
    expect(await pay(1)).toEqual({ result: 'repeated', amount: 1_000 });
    expect(await pay(2)).toEqual({ result: 'unknown' });
    expect(await figures()).toMatchObject({ customerPayable: 0, float: -1_000 });
  });

  it('of a card that was closed without a refund stays owed to the card', async () => {
    const { database } = scenario.backend;
    await closeCard(database, { idm: lost.idm, refund: undefined, note: 'forged' }, NOON);
    expect(await move()).toMatchObject({ reason: 'REPLACEMENT_WITHOUT_REFUND' });
    expect(await figures()).toMatchObject({ cardShadow: 1_000, cardLiability: 1_000 });
  });

  it('that waits for a card is no refund that could be paid', async () => {
    await replace();
    await move();
    const paid = await notePayment(scenario.backend.database, { id: 1, note: 'wire' }, NOON);
    expect(paid).toEqual({ result: 'unknown' });
  });

  it.each([1, 2, 3, 4, 5])('is somewhere whatever happens in any order, seed %i', async (seed) => {
    const random = seededRandom(`ends ${seed}`);
    const draw = (below: number): number => (random(1)[0] ?? 0) % below;
    const { database } = scenario.backend;
    let loaded = 1_000;
    let spent = 0;
    for (let step = 0; step < 25; step++) {
      const amount = 1 + draw(90);
      const what = draw(6);
      scenario.clock = later(scenario.clock, 1);
      if (what === 0) {
        kiosk.write(lost, amount);
        loaded += amount;
        await scenario.upload(kiosk, kiosk.close());
      } else if (what < 3 && lost.balance >= amount) {
        till.write(lost, amount);
        spent += amount;
        await scenario.upload(till, till.close());
      } else if (what === 3) {
        await replace();
      } else if (what === 4) {
        const end = { idm: lost.idm, refund: 'termination', note: 'closed' } as const;
        await closeCard(database, end, scenario.clock);
      } else {
        await move(scenario.clock);
      }
    }
    const closed = await closeWindow(scenario.backend.settlement);
    if (closed.result !== 'closed') throw new Error(JSON.stringify(closed));
    const { cardShadow, pendingLoads, customerPayable } = closed.figures;
    expect(cardShadow + pendingLoads + customerPayable).toBe(loaded - spent);
  });
});

describe('a lost card, with real cards and terminals', () => {
  let scene: RefundScene;
  let kiosk: Place;
  let lost: FelicaCard;
  let fresh: FelicaCard;
  beforeEach(async () => {
    scene = await RefundScene.open();
    [lost, fresh] = [await scene.card(1), await scene.card(2)];
    kiosk = await scene.place('load', 9, KIOSK_MERCHANT);
    await kiosk.counter.tap(lost, 'cash', 1_000);
    await scene.collect(kiosk);
  });
  afterEach(() => scene.close());

  it('has its value on the new card, once, and the books say so', async () => {
    const { scenario } = scene;
    const { database } = scenario.backend;
    const [old, next] = [cardIdm(1), cardIdm(2)];
    await registerOwner(database, { idm: old, owner: 'customer 81' }, scenario.clock);
    await replaceCard(database, { idm: old, newIdm: next, note: 'lost' }, scenario.clock);
    await moveValue(database, old, later(scenario.clock, 7));
    expect(await scene.loadPending(kiosk, lost)).toMatchObject({ given: [] });
    expect(await scene.loadPending(kiosk, fresh)).toMatchObject({ given: [{ amount: 1_000 }] });
    expect(await scene.loadPending(kiosk, fresh)).toMatchObject({ given: [] });
    expect(balanceOf(fresh)).toBe(1_000);
    await scene.collectAll();
    expect(await closeWindow(scenario.backend.settlement)).toMatchObject({
      result: 'closed',
      figures: { cardShadow: 1_000, pendingLoads: 0, statementMismatchCount: 0 },
    });
  });
});
