import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { epochMs, yen } from '#units';
import { listCases } from '../../../backend/collection/case-list.ts';
import { openCases } from '../../../backend/collection/fraud-case.ts';
import { noteCeilings } from '../../../backend/issuer/sam-account.ts';
import { placeTerminal } from '../../../backend/issuer/terminal-site.ts';
import { NOON } from '../../scheme.ts';
import { Scenario, type TestCard, type TestTerminal } from '../scenario.ts';

describe('a case of fraud', () => {
  let scenario: Scenario;
  let kiosk: TestTerminal;
  let till: TestTerminal;
  let card: TestCard;
  beforeEach(async () => {
    scenario = await Scenario.open();
    kiosk = await scenario.terminal(1, 'load');
    till = await scenario.terminal(2);
    card = await scenario.card(1, 0);
    kiosk.write(card, 1_000);
    await send(kiosk);
  });
  afterEach(() => scenario.remove());

  const send = (terminal: TestTerminal): Promise<unknown> =>
    scenario.upload(terminal, terminal.close());
  const cases = async (): Promise<readonly string[]> => {
    const found = await listCases(scenario.backend.database, { isAll: true, casesMax: 99 });
    return found
      .map(({ kind, hasListedCard }) => `${kind}${hasListedCard ? ' listed' : ''}`)
      .toReversed();
  };
  const listed = (): Promise<number> => scenario.count('SELECT count(*) FROM hot_listing');

  it('is opened for no honest trade', async () => {
    till.write(card, 400);
    kiosk.write(card, 300);
    till.write(card, 900);
    await send(till);
    await send(kiosk);
    expect(await cases()).toEqual([]);
  });

  it('is opened where a card certified two contents of one counter, and lists the card', async () => {
    till.write(card, 100);
    await send(till);
    card.counter -= 1;
    const other = await scenario.terminal(3);
    other.write(card, 70);
    await send(other);
    expect(await scenario.findings()).toEqual(['fraud RECORD_COUNTER_REUSED']);
    expect(await cases()).toEqual(['counter-reused listed']);
    const [known] = await listCases(scenario.backend.database, { isAll: false, casesMax: 1 });
    expect(JSON.parse(known!.evidence)).toEqual({ records: [2], findings: [[3, 1]] });
  });

  it('lists nobody for a second content that no card certified', async () => {
    till.write(card, 100);
    await send(till);
    card.counter -= 1;
    const other = await scenario.terminal(3);
    other.writeUncertified(card, 70);
    await send(other);
    expect(await cases()).toEqual(['counter-reused']);
  });

  it('is opened once for a balance that jumped, and for a shadow that it made negative', async () => {
    card.balance = yen(9_000);
    till.write(card, 500);
    await send(till);
    expect(await cases()).toEqual(['balance-jump listed']);
    till.write(card, 600);
    await send(till);
    expect(await cases()).toEqual(['balance-jump listed', 'negative-shadow']);
    till.write(card, 600);
    await send(till);
    await scenario.backend.database.transaction((transaction) =>
      transaction.run('INSERT INTO card_to_examine VALUES (?)', [card.idm]),
    );
    await scenario.backend.verifier.verifyPending();
    expect(await cases()).toHaveLength(2);
    expect(await listed()).toBe(1);
  });

  it.each([1, 2, 3, 4, 5])('finds the jump at write %i of five in one batch', async (place) => {
    for (let write = 1; write <= 5; write += 1) {
      if (write === place) card.balance = yen(card.balance + 50);
      till.write(card, 10);
    }
    await send(till);
    expect(await cases()).toEqual(['balance-jump listed']);
  });

  it.each([2, 3])('finds jumps that cancel each other among %i writes', async (count) => {
    const before = card.balance;
    for (let write = 1; write <= count; write += 1) {
      if (write === 2) card.balance = yen(before + 400);
      till.write(card, 10);
      if (write === 2) card.balance = yen(before - 20);
    }
    await send(till);
    expect(await cases()).toContain('balance-jump listed');
  });

  it('waits while a load is missing, or is held for another record', async () => {
    kiosk.write(card, 10);
    const first = kiosk.records;
    kiosk.records = [];
    kiosk.write(card, 5_000);
    await send(kiosk);
    till.write(card, 3_000);
    await send(till);
    expect(await cases()).toEqual([]);
    await scenario.upload(kiosk, kiosk.close({ records: first }));
    expect(await cases()).toEqual([]);
    expect(await scenario.count('SELECT watermark FROM card_shadow')).toBe(4);
    expect(await scenario.count('SELECT balance_yen FROM card_shadow')).toBe(3_010);
  });

  it('is opened for a SAM number with two contents', async () => {
    till.write(card, 100);
    till.write(card, 100);
    await send(till);
    till.samNumber -= 1;
    till.write(card, 7);
    till.write(card, 8);
    await send(till);
    expect(await cases()).toEqual(['sam-anomaly']);
  });

  it.each([
    ['a SAM of another terminal', 1, {}],
    ['a batch number again', 2, { batchNumber: 1 }],
  ])('is opened for %s, once', async (_what, samId, changes) => {
    till.write(card, 100);
    await send(till);
    till.write(card, 100, { samId });
    const bytes = till.close({ samId, ...changes });
    await scenario.upload(till, bytes);
    await scenario.upload(till, bytes);
    expect(await cases()).toEqual(['sam-anomaly']);
    expect(await listed()).toBe(0);
  });

  it.each([
    [3, 1_000],
    [9, 299],
  ])('is opened for a batch over the ceilings of %i records and %i yen', async (count, amount) => {
    const { database } = scenario.backend;
    await noteCeilings(database, { samId: 2, count, amount: yen(amount) }, NOON);
    for (let sale = 0; sale < 3; sale += 1) till.write(card, 90);
    await send(till);
    expect(await cases()).toEqual([]);
    for (let sale = 0; sale < 4; sale += 1) till.write(card, 75);
    await send(till);
    expect(await cases()).toEqual(['sam-anomaly']);
  });

  it('is opened for a card at two places at once, in whatever order they report', async () => {
    const { database } = scenario.backend;
    const osaka = await scenario.terminal(3);
    await placeTerminal(database, { terminal: 2, latitude: 35.68, longitude: 139.77 });
    await placeTerminal(database, { terminal: 3, latitude: 34.7, longitude: 135.5 });
    till.write(card, 1);
    osaka.write(card, 1, { time: epochMs(NOON + 600_000) });
    osaka.write(card, 1, { time: epochMs(NOON + 660_000) });
    till.write(card, 1, { time: epochMs(NOON + 5_000_000) });
    await send(osaka);
    await send(till);
    expect(await cases()).toEqual(['impossible-travel']);
    const [known] = await listCases(database, { isAll: false, casesMax: 1 });
    expect(known).toMatchObject({ found: '403 km in 10 minutes' });
    expect(await listed()).toBe(0);
  });

  it('lists no Lite-S card, and no card twice', async () => {
    const { database } = scenario.backend;
    const lite = new Uint8Array(8).fill(7);
    await database.transaction(async (transaction) => {
      await transaction.run('INSERT INTO card_account VALUES (?, 1, 0, 2)', [lite]);
      const proof = { isProof: true, expected: '0', found: '1', evidence: {} };
      const kind = 'balance-jump';
      const one = Buffer.from(card.idm).toString('hex');
      const two = Buffer.from(lite).toString('hex');
      const suspicions = [
        { ...proof, kind, subject: 'a', card: one },
        { ...proof, kind, subject: 'b', card: one },
        { ...proof, kind, subject: 'c', card: two },
      ] as const;
      await openCases(transaction, suspicions, NOON);
      await openCases(transaction, suspicions, NOON);
    });
    expect(await cases()).toEqual(['balance-jump listed', 'balance-jump', 'balance-jump']);
    expect(await listed()).toBe(1);
  });
});
