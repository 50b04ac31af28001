import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readGaps } from '../../../backend/collection/gap.ts';
import { readCardShadow } from '../../../backend/issuer/card-account.ts';
import { NOON } from '../../scheme.ts';
import { later, Scenario, type TestCard, type TestTerminal } from '../scenario.ts';

describe('the watermark of a card', () => {
  let scenario: Scenario;
  let kiosk: TestTerminal;
  let till: TestTerminal;
  let card: TestCard;
  beforeEach(async () => {
    scenario = await Scenario.open();
    kiosk = await scenario.terminal(1, 'load');
    till = await scenario.terminal(2);
    card = await scenario.card(1, 0);
  });
  afterEach(() => scenario.remove());

  const shadow = (): Promise<unknown> => readCardShadow(scenario.backend.database, card.idm);
  const gaps = (): Promise<unknown> =>
    readGaps(scenario.backend.database, { sequence: 'card', owner: card.idm });
  const send = (terminal: TestTerminal): Promise<unknown> =>
    scenario.upload(terminal, terminal.close());

  it('is the last counter where everything came in its order', async () => {
    kiosk.write(card, 1_000);
    await send(kiosk);
    till.write(card, 100);
    till.write(card, 50);
    await send(till);
    expect(await shadow()).toMatchObject({ watermark: 3, watermarkBalance: 850, balance: 850 });
    till.write(card, 50);
    await send(till);
    expect(await shadow()).toMatchObject({ watermark: 4, watermarkBalance: 800 });
    expect(await gaps()).toEqual([]);
  });

  it('stays before a write that lies in a silent terminal, until that comes', async () => {
    kiosk.write(card, 1_000);
    till.write(card, 1);
    kiosk.write(card, 10);
    till.write(card, 2);
    await send(till);
    expect(await shadow()).toMatchObject({ watermark: 0, balance: -3, lastCounter: 4 });
    expect(await gaps()).toEqual([
      { first: 1, last: 1, firstSeen: NOON },
      { first: 3, last: 3, firstSeen: NOON },
    ]);
    scenario.clock = later(NOON, 2);
    till.write(card, 3);
    await send(till);
    await send(kiosk);
    expect(await shadow()).toMatchObject({ watermark: 5, watermarkBalance: 1_004, balance: 1_004 });
    expect(await gaps()).toEqual([]);
  });

  it('does not rise by a claim without a certificate, but by the proof of it', async () => {
    kiosk.write(card, 1_000);
    await send(kiosk);
    const claim = till.writeUncertified(card, 100);
    await send(till);
    expect(await shadow()).toMatchObject({ watermark: 1, lastCounter: 2 });
    expect(await gaps()).toEqual([]);
    const other = await scenario.terminal(3);
    other.write(card, 5, { certificateBefore: card.certificateOf(claim) });
    await send(other);
    expect(await shadow()).toMatchObject({ watermark: 3, watermarkBalance: 895 });
  });

  it('is found for the cards of a database that had none', async () => {
    kiosk.write(card, 1_000);
    await send(kiosk);
    await scenario.backend.database.transaction(async (transaction) => {
      await transaction.run('UPDATE card_shadow SET watermark = 0, watermark_balance_yen = 0');
      await transaction.run('INSERT INTO card_to_examine SELECT idm FROM card_shadow');
    });
    await scenario.backend.verifier.verifyPending();
    expect(await shadow()).toMatchObject({ watermark: 1, watermarkBalance: 1_000 });
  });
});
