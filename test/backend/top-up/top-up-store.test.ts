import { describe, expect, it } from 'vitest';
import { yen } from '#units';
import { Database } from '../../../backend/database/database.ts';
import { ISSUER_SCHEMA } from '../../../backend/database/issuer-schema.ts';
import { TopUpStore } from '../../../backend/top-up/top-up-store.ts';
import { cardIdm, NOON } from '../../scheme.ts';
import { temporaryFile } from '../database/temporary-file.ts';
import { REQUEST } from './top-up-world.ts';

const ID = REQUEST.topUpId;

async function newStore(): Promise<TopUpStore> {
  return new TopUpStore(await Database.open(temporaryFile(), ISSUER_SCHEMA));
}

describe('TopUpStore', () => {
  it('takes each top-up once, and refuses its id for another', async () => {
    const store = await newStore();
    expect(await store.read(ID)).toBeUndefined();
    expect(await store.register(REQUEST, NOON)).toEqual({ result: 'registered' });
    expect(await store.register(REQUEST, NOON)).toEqual({ result: 'repeated' });
    expect(await store.read(ID)).toEqual({ ...REQUEST, state: 'requested' });
    const others = [
      { idm: cardIdm(2) },
      { source: 'card' as const },
      { account: 'account-8' },
      { amount: yen(1) },
    ];
    for (const other of others) {
      expect(await store.register({ ...REQUEST, ...other }, NOON)).toMatchObject({
        result: 'refused',
        reason: 'TOPUP_ID_REUSED',
        field: Object.keys(other)[0],
      });
    }
  });

  it('appends only what may follow, once, and lists what is not over', async () => {
    const store = await newStore();
    await store.register(REQUEST, NOON);
    expect(() => store.append(ID, 'requested', 'captured', NOON)).toThrow('from requested');
    await store.append(ID, 'requested', 'held', NOON);
    await store.append(ID, 'requested', 'declined', NOON);
    expect(await store.read(ID)).toMatchObject({ state: 'held' });
    expect(await store.open()).toEqual([ID]);
    await store.append(ID, 'held', 'loading', NOON);
    await store.append(ID, 'loading', 'not-loaded', NOON);
    await store.append(ID, 'not-loaded', 'released', NOON);
    expect(await store.open()).toEqual([]);
  });

  it('goes on with what was open before there was a queue of them', async () => {
    const path = temporaryFile();
    const { migrations, ...party } = ISSUER_SCHEMA;
    const before = migrations.findIndex(({ name }) => name === 'open top-ups');
    const older = await Database.open(path, { ...party, migrations: migrations.slice(0, before) });
    await older.transaction(async (transaction) => {
      for (const [id, at] of [
        ['late', 9],
        ['early', 8],
        ['over', 7],
      ] as const) {
        const values = [id, REQUEST.idm, 'bank-account', 'account-7', REQUEST.amount];
        await transaction.run('INSERT INTO top_up VALUES (?, ?, ?, ?, ?)', values);
        await transaction.run("INSERT INTO top_up_step VALUES (?, 1, 'requested', ?)", [id, at]);
      }
      await transaction.run("INSERT INTO top_up_step VALUES ('over', 2, 'declined', 9)");
    });
    await older.close();
    const database = await Database.open(path, ISSUER_SCHEMA);
    expect(await new TopUpStore(database).open()).toEqual(['early', 'late']);
    await database.close();
  });
});
