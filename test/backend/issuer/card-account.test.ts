import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  cardNameOf,
  readCardShadow,
  readSurprisingCards,
  registerCard,
} from '../../../backend/issuer/card-account.ts';
import { cardIdm, NOON } from '../../scheme.ts';
import { Scenario } from '../scenario.ts';

describe('card account', () => {
  let scenario: Scenario;
  beforeEach(async () => {
    scenario = await Scenario.open();
  });
  afterEach(() => scenario.remove());

  it('is registered once: a second card under one IDm would be a clone', async () => {
    const { database } = scenario.backend;
    const account = { idm: cardIdm(1), keyVersion: 1 };
    expect(await registerCard(database, account, NOON)).toEqual({ result: 'registered' });
    expect(await registerCard(database, account, NOON)).toEqual({
      result: 'refused',
      reason: 'ACCOUNT_CARD_TAKEN',
      detail: 'a card …0001 was issued before',
    });
  });

  it('tells only of cards that are unknown or have another key version', async () => {
    const { database } = scenario.backend;
    await registerCard(database, { idm: cardIdm(1), keyVersion: 1 }, NOON);
    await registerCard(database, { idm: cardIdm(2), keyVersion: 2 }, NOON);
    const expected = [1, 2, 3].map((number) => ({ idm: cardIdm(number), keyVersion: 1 }));
    expect(await readSurprisingCards(database, expected)).toEqual(
      new Map([
        ['02fe000000000002', 2],
        ['02fe000000000003', undefined],
      ]),
    );
    expect(await readSurprisingCards(database, [])).toEqual(new Map());
  });

  it('tells a card of another profile from its namesake', async () => {
    const { database } = scenario.backend;
    const lite = { idm: cardIdm(1), keyVersion: 1, cardProfile: 'lite-s' } as const;
    await registerCard(database, lite, NOON);
    const asStandard = { idm: cardIdm(1), keyVersion: 1 };
    expect(await readSurprisingCards(database, [lite, asStandard])).toEqual(
      new Map([[cardNameOf(asStandard), undefined]]),
    );
    expect(await readSurprisingCards(database, [{ ...lite, keyVersion: 2 }])).toEqual(
      new Map([[cardNameOf(lite), 1]]),
    );
  });

  it('has a shadow from its first record on', async () => {
    const { database } = scenario.backend;
    const till = await scenario.terminal(1);
    const card = await scenario.card(1);
    expect(await readCardShadow(database, card.idm)).toBeUndefined();
    till.write(card, 100);
    till.write(card, 20);
    await scenario.upload(till, till.close());
    expect(await readCardShadow(database, card.idm)).toEqual({
      balance: -120,
      lastCounter: 2,
      recordCount: 2,
      watermark: 2,
      watermarkBalance: 9_880,
    });
  });
});
