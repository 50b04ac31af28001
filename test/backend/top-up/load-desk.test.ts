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

  it('gives the money back for what was not loaded', async () => {
    await topUps.request(REQUEST);
    await desk.waiting(7);
    await desk.tell(7, topUpId, 'not-loaded');
    expect(await topUps.continueOpen()).toMatchObject([{ state: 'released' }]);
    expect(await topUps.read(topUpId)).toMatchObject({ state: 'released' });
  });
});
