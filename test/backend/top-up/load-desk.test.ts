import { beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../../../backend/database/database.ts';
import { ISSUER_SCHEMA } from '../../../backend/database/issuer-schema.ts';
import { LoadDesk } from '../../../backend/top-up/load-desk.ts';
import { TopUpDesk } from '../../../backend/top-up/top-up-desk.ts';
import { TopUpStore } from '../../../backend/top-up/top-up-store.ts';
import { NOON } from '../../scheme.ts';
import { temporaryFile } from '../database/temporary-file.ts';
import { REQUEST } from './top-up-world.ts';

const { topUpId, idm, amount } = REQUEST;

let desk: LoadDesk;
let topUps: TopUpDesk;
beforeEach(async () => {
  const database = await Database.open(temporaryFile(), ISSUER_SCHEMA);
  const store = new TopUpStore(database);
  const now = (): typeof NOON => NOON;
  desk = new LoadDesk({ database, store, now });
  const bank = {
    hold: () => Promise.resolve('held' as const),
    capture: () => Promise.resolve('captured' as const),
    release: () => Promise.resolve('released' as const),
  };
  topUps = new TopUpDesk({ store, sources: { 'bank-account': bank }, remoteLoad: desk, now });
});

describe('the desk of remote loads', () => {
  it('gives a load to one terminal, and takes its word once', async () => {
    expect(await desk.waiting(7)).toEqual([]);
    expect(await topUps.request(REQUEST)).toMatchObject({ topUp: { state: 'loading' } });
    expect(await desk.waiting(7)).toEqual([{ topUpId, idm, amount, assignedAt: NOON }]);
    expect(await desk.waiting(8)).toEqual([]);
    expect(await desk.waiting(7)).toHaveLength(1);
    const unknown = { result: 'refused', reason: 'TOPUP_UNKNOWN' };
    expect(await desk.tell(8, topUpId, 'loaded')).toMatchObject(unknown);
    expect(await desk.tell(7, 'another', 'loaded')).toMatchObject(unknown);
    expect(await desk.load({ correlator: topUpId })).toBe('unknown');
    expect(await desk.tell(7, topUpId, 'loaded')).toEqual({ result: 'taken' });
    expect(await desk.tell(7, topUpId, 'loaded')).toEqual({ result: 'repeated' });
    expect(await desk.tell(7, topUpId, 'not-loaded')).toMatchObject({
      result: 'refused',
      reason: 'TOPUP_RESULT_DIFFERS',
    });
    expect(await desk.waiting(7)).toEqual([]);
    expect(await topUps.continueOne(topUpId)).toMatchObject({ state: 'captured' });
  });

  it('goes on with what waited before it had a queue', async () => {
    const path = temporaryFile();
    const { migrations, ...party } = ISSUER_SCHEMA;
    const before = migrations.findIndex(({ name }) => name === 'queue of loads');
    const older = await Database.open(path, { ...party, migrations: migrations.slice(0, before) });
    await older.transaction(async (transaction) => {
      for (const id of ['new', 'given', 'told']) {
        const values = [id, idm, 'bank-account', 'account-7', amount];
        await transaction.run('INSERT INTO top_up VALUES (?, ?, ?, ?, ?)', values);
        await transaction.run("INSERT INTO top_up_step VALUES (?, 1, 'loading', 5)", [id]);
        if (id === 'new') continue;
        await transaction.run('INSERT INTO top_up_assignment VALUES (?, 7, 6)', [id]);
      }
      await transaction.run("INSERT INTO top_up_load_result VALUES ('told', 'loaded', 7)");
    });
    await older.close();
    const database = await Database.open(path, ISSUER_SCHEMA);
    const store = new TopUpStore(database);
    const newer = new LoadDesk({ database, store, now: () => NOON });
    const namesOf = async (terminalId: number): Promise<readonly string[]> =>
      (await newer.waiting(terminalId)).map((load) => load.topUpId);
    expect(await namesOf(8)).toEqual(['new']);
    expect(await namesOf(7)).toEqual(['given']);
    await database.close();
  });

  it('gives the money back for what was not loaded', async () => {
    await topUps.request(REQUEST);
    await desk.waiting(7);
    await desk.tell(7, topUpId, 'not-loaded');
    expect(await topUps.continueOpen()).toMatchObject([{ state: 'released' }]);
    expect(await topUps.read(topUpId)).toMatchObject({ state: 'released' });
  });
});
