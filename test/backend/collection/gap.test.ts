import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { epochMs } from '#units';
import {
  agedGaps,
  type GapOwner,
  noteSamNumbers,
  readGaps,
  replaceGaps,
} from '../../../backend/collection/gap.ts';
import { NOON } from '../../scheme.ts';
import { later, Scenario } from '../scenario.ts';

const first = epochMs(1_000);
const now = epochMs(2_000);

describe('agedGaps', () => {
  it('dates what is left of a gap by the gap, and a new one by now', () => {
    const before = [{ first: 3, last: 9, firstSeen: first }];
    const missing = [
      { first: 3, last: 4 },
      { first: 6, last: 9 },
      { first: 12, last: 12 },
    ];
    expect(agedGaps(before, missing, now).map(({ firstSeen }) => firstSeen)).toEqual([
      first,
      first,
      now,
    ]);
  });
});

describe('gaps', () => {
  let scenario: Scenario;
  beforeEach(async () => {
    scenario = await Scenario.open();
  });
  afterEach(() => scenario.remove());

  it('of one owner are replaced, and those of another stay', async () => {
    const { database } = scenario.backend;
    const card: GapOwner = { sequence: 'card', owner: new Uint8Array(8).fill(1) };
    const other: GapOwner = { sequence: 'card', owner: new Uint8Array(8).fill(2) };
    await database.transaction(async (transaction) => {
      await replaceGaps(transaction, card, { missing: [{ first: 1, last: 5 }], now: first });
      await replaceGaps(transaction, other, { missing: [{ first: 1, last: 1 }], now });
      await replaceGaps(transaction, card, { missing: [{ first: 2, last: 3 }], now });
    });
    expect(await readGaps(database, card)).toEqual([{ first: 2, last: 3, firstSeen: first }]);
    expect(await readGaps(database, other)).toHaveLength(1);
  });

  it('of a SAM are seen with the batch after them, and filled by a late one', async () => {
    const { database } = scenario.backend;
    const till = await scenario.terminal(7);
    const card = await scenario.card(1);
    const missing = [1, 2, 3].map(() => till.write(card, 1));
    till.records = [];
    till.write(card, 1);
    await scenario.upload(till, till.close());
    const sam: GapOwner = { sequence: 'sam', owner: 7 };
    expect(await readGaps(database, sam)).toEqual([{ first: 1, last: 3, firstSeen: NOON }]);
    scenario.clock = later(NOON, 3);
    await scenario.upload(till, till.close({ records: missing.slice(0, 2) }));
    expect(await readGaps(database, sam)).toEqual([{ first: 3, last: 3, firstSeen: NOON }]);
    await scenario.upload(till, till.close({ records: missing.slice(2) }));
    expect(await readGaps(database, sam)).toEqual([]);
  });

  it('are not noted where the numbers go on', async () => {
    await scenario.backend.database.transaction((transaction) =>
      noteSamNumbers(transaction, { samId: 9, first: 1, last: 4 }, now),
    );
    expect(await scenario.count('SELECT count(*) FROM gap')).toBe(0);
  });
});
