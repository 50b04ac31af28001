import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatIdm } from '#felica/identifiers';
import {
  cardClosing,
  cardOwner,
  cardReplacement,
  cardValue,
  endedCards,
  refundPayment,
} from '../../backend/card-end-command.ts';
import { NOON } from '../scheme.ts';
import { later, Scenario, type TestCard } from './scenario.ts';

describe('what commands say of cards that end', () => {
  let scenario: Scenario;
  let card: TestCard;
  let fresh: TestCard;
  beforeEach(async () => {
    scenario = await Scenario.open();
    [card, fresh] = [await scenario.card(1, 0), await scenario.card(2, 0)];
    const kiosk = await scenario.terminal(9, 'load');
    kiosk.write(card, 700);
    // Received and not verified yet: what moves the value looks at it first.
    await scenario.backend.receiver.receiveBatch(9, kiosk.close());
  });
  afterEach(() => scenario.remove());

  it('is what to do next, and for programs the facts', async () => {
    const { backend } = scenario;
    const owned = await cardOwner(backend, { card: card.idm, owner: 'customer 81' }, NOON);
    expect(owned.json).toEqual({ result: 'registered' });
    const replaced = await cardReplacement(
      backend,
      { card: card.idm, by: fresh.idm, note: 'lost' },
      NOON,
    );
    expect(replaced.lines.at(-1)).toBe(
      'In 7 days move its value: kazasu backend cards move-value.',
    );
    const moved = await cardValue(backend, { card: card.idm }, later(NOON, 7));
    expect(moved.json).toEqual({ result: 'moved', id: 1, amount: 700, to: formatIdm(fresh.idm) });
    expect((await endedCards(backend)).json).toMatchObject({
      cards: [{ card: formatIdm(card.idm), newCard: formatIdm(fresh.idm), balance: 0, moved: 700 }],
    });
  });

  it('is no next step where nothing follows', async () => {
    const { backend } = scenario;
    expect((await endedCards(backend)).lines).toEqual(['No card has ended.']);
    const closed = await cardClosing(backend, { card: card.idm, note: 'forged' }, NOON);
    expect(closed.lines).toHaveLength(1);
    const refused = await cardClosing(
      backend,
      { card: card.idm, refund: 'small', note: 'x' },
      NOON,
    );
    expect(refused).toMatchObject({ exitCode: 3, json: { code: 'ACCOUNT_CARD_ENDED' } });
    expect(refused.lines).toHaveLength(1);
    const paid = await refundPayment(backend, { refund: 9, note: 'wire' }, NOON);
    expect(paid.json).toMatchObject({ code: 'REFUND_UNKNOWN' });
  });
});
