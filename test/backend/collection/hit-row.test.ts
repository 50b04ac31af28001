import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listHits } from '../../../backend/hot-listing-command.ts';
import { registerCard } from '../../../backend/issuer/card-account.ts';
import { readBalances } from '../../../backend/ledger/books.ts';
import { KEY_VERSION, NOON } from '../../scheme.ts';
import { later, Scenario, type TestCard, type TestTerminal } from '../scenario.ts';

let scenario: Scenario;
let till: TestTerminal;
let card: TestCard;

beforeEach(async () => {
  scenario = await Scenario.open();
  till = await scenario.terminal(42);
  card = await scenario.card(1);
});

afterEach(() => scenario.remove());

const listed = async (): Promise<unknown> => (await listHits(scenario.backend)).json['hits'];
const stored = async (): Promise<unknown> => {
  const rows = await scenario.backend.database.all(
    'SELECT sam_number, reason FROM hot_list_hit ORDER BY batch_id, sam_number',
  );
  return rows.map((row) => [row['sam_number'], row['reason']]);
};
const HIT = {
  card: '02fe000000000001',
  terminalId: 42,
  time: new Date(NOON).toISOString(),
  receivedAt: new Date(NOON).toISOString(),
  sequence: 5,
  blocked: true,
};

describe('hits that terminals report', () => {
  it('come in a batch of nothing else, once, and move no money', async () => {
    till.hit(card, { isBlockedOnCard: false });
    till.hit(card);
    const batch = till.close();
    const before = await readBalances(scenario.backend.database);
    expect(await scenario.upload(till, batch)).toMatchObject({ result: 'stored' });
    expect(await scenario.upload(till, batch)).toMatchObject({ result: 'repeated' });
    expect(await listed()).toEqual([HIT, { ...HIT, blocked: false }]);
    expect(await readBalances(scenario.backend.database)).toEqual(before);
    expect(await scenario.findings()).toEqual([]);
    const { lines } = await listHits(scenario.backend);
    expect(lines[0]).toBe(
      '2026-11-23T03:00:00.000Z  card 02fe000000000001  terminal 42  list 5  blocked',
    );
  });

  it('stand among sales, which are judged as if they were not there', async () => {
    till.write(card, 100);
    till.hit(card);
    till.write(card, 200);
    await scenario.upload(till, till.close());
    expect(await scenario.count('SELECT sum(amount_yen) FROM record WHERE is_held = 0')).toBe(300);
    expect(await scenario.findings()).toEqual([]);
    expect(await stored()).toEqual([[2, null]]);
  });

  it('are believed of a Lite-S as of a Standard card', async () => {
    const lite = scenario.unknownCard(7);
    const account = { idm: lite.idm, keyVersion: KEY_VERSION, cardProfile: 'lite-s' } as const;
    await registerCard(scenario.backend.database, account, scenario.clock);
    till.hit(lite);
    await scenario.upload(till, till.close());
    expect(await stored()).toEqual([[1, null]]);
  });

  it('in front of a gap do not hide it, and none is held for it', async () => {
    till.write(card, 100);
    const lost = till.records;
    till.records = [];
    till.hit(card);
    till.write(card, 200);
    await scenario.upload(till, till.close());
    expect(lost).toHaveLength(1);
    expect(await scenario.findings()).toEqual([]);
    expect(await stored()).toEqual([[2, null]]);
    till.write(card, 300);
    till.records = [];
    till.write(card, 400);
    await scenario.upload(till, till.close());
    expect(await scenario.findings()).toEqual(['held RECORD_SAM_NUMBER_GAP']);
  });

  it('are kept and not listed where they cannot be believed', async () => {
    const forged = till.hit(card);
    till.records = [{ ...forged, samMac: new Uint8Array(16) }];
    till.hit(scenario.unknownCard(9));
    till.hit(card, { issuerId: 82 });
    const stranger = await scenario.terminal(43, 'pos', { isSamIssued: false });
    stranger.hit(card);
    await scenario.upload(till, till.close());
    await scenario.upload(stranger, stranger.close());
    expect(await stored()).toEqual([
      [1, 'RECORD_SAM_MAC_INVALID'],
      [2, 'RECORD_CARD_UNKNOWN'],
      [3, 'RECORD_ISSUER_UNKNOWN'],
      [1, 'RECORD_SAM_UNKNOWN'],
    ]);
    expect(await listHits(scenario.backend)).toEqual({
      json: { hits: [] },
      lines: ['No card of a list was hit.'],
    });
  });

  it('count once where a journal that was set back brings them again with others', async () => {
    const [first] = [till.hit(card)];
    await scenario.upload(till, till.close());
    scenario.clock = later(NOON, 1);
    till.records = [first];
    till.hit(card, { listSequence: 6 });
    await scenario.upload(till, till.close());
    expect(await stored()).toEqual([
      [1, null],
      [1, 'RECORD_DUPLICATE'],
      [2, null],
    ]);
    expect(await listed()).toMatchObject([{ sequence: 6 }, { sequence: 5 }]);
  });
});
