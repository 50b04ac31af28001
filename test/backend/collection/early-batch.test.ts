import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readGaps } from '../../../backend/collection/gap.ts';
import { NOON } from '../../scheme.ts';
import { later, Scenario, type TestCard, type TestTerminal } from '../scenario.ts';

describe('a batch that comes before the one that it follows', () => {
  let scenario: Scenario;
  let till: TestTerminal;
  let card: TestCard;
  beforeEach(async () => {
    scenario = await Scenario.open();
    till = await scenario.terminal(42);
    card = await scenario.card(1);
  });
  afterEach(() => scenario.remove());

  function closed(): Uint8Array {
    till.write(card, 1);
    return till.close();
  }
  const gaps = (): Promise<unknown> =>
    readGaps(scenario.backend.database, { sequence: 'batch', owner: 42 });
  const stored = (): Promise<number> => scenario.count('SELECT count(*) FROM batch');

  it('is refused with what is missing, and stored when that has come', async () => {
    const [one, two, three] = [closed(), closed(), closed()];
    const refused = await scenario.upload(till, three);
    expect(refused).toMatchObject({
      reason: 'BATCH_SEQUENCE_GAP',
      missing: { first: 1, last: 2 },
    });
    expect(await gaps()).toEqual([{ first: 1, last: 2, firstSeen: NOON }]);
    scenario.clock = later(NOON, 1);
    expect(await scenario.upload(till, two)).toMatchObject({ missing: { first: 1, last: 1 } });
    expect(await gaps()).toEqual([{ first: 1, last: 1, firstSeen: NOON }]);
    expect(await scenario.upload(till, one)).toMatchObject({ result: 'stored' });
    expect(await stored()).toBe(3);
    expect(await gaps()).toEqual([]);
    expect(await scenario.upload(till, three)).toMatchObject({ result: 'repeated' });
    expect(await scenario.count('SELECT count(*) FROM record WHERE is_held = 0')).toBe(3);
    expect(await scenario.count('SELECT count(*) FROM early_batch')).toBe(0);
  });

  it('keeps the time at which it came', async () => {
    const [one, two] = [closed(), closed()];
    await scenario.upload(till, two);
    scenario.clock = later(NOON, 100);
    await scenario.upload(till, one);
    const sql = 'SELECT received_at_ms FROM batch WHERE batch_number = 2';
    expect(await scenario.count(sql)).toBe(NOON);
  });

  it('waits on where only a part of what is missing came', async () => {
    const batches = [closed(), closed(), closed(), closed(), closed()];
    await scenario.upload(till, batches[4]!);
    await scenario.upload(till, batches[1]!);
    await scenario.upload(till, batches[0]!);
    expect(await stored()).toBe(2);
    expect(await gaps()).toEqual([{ first: 3, last: 4, firstSeen: NOON }]);
    await scenario.upload(till, batches[2]!);
    await scenario.upload(till, batches[3]!);
    expect(await stored()).toBe(5);
  });

  it('is refused for good where it does not follow what came', async () => {
    const one = closed();
    till.previousHash = new Uint8Array(32).fill(9);
    const strange = closed();
    await scenario.upload(till, strange);
    await scenario.upload(till, one);
    expect(await stored()).toBe(1);
    const reasons = await scenario.backend.database.all('SELECT reason FROM refusal ORDER BY 1');
    expect(reasons).toEqual([{ reason: 'BATCH_CHAIN_BROKEN' }, { reason: 'BATCH_SEQUENCE_GAP' }]);
    expect(await scenario.upload(till, strange)).toMatchObject({ reason: 'BATCH_CHAIN_BROKEN' });
    expect(await gaps()).toEqual([]);
  });
});
