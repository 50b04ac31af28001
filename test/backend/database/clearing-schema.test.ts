import { expect, it } from 'vitest';
import { listGaps, writeOffGap } from '../../../backend/collection/gap-list.ts';
import { Database } from '../../../backend/database/database.ts';
import { ISSUER_SCHEMA } from '../../../backend/database/issuer-schema.ts';
import { cardIdm, NOON } from '../../scheme.ts';
import { temporaryFile } from './temporary-file.ts';

it('gaps that were noted before their owners were texts stay, and so do decisions', async () => {
  const path = temporaryFile();
  const { migrations, ...party } = ISSUER_SCHEMA;
  const before = migrations.findIndex(({ name }) => name === 'owners of gaps');
  const older = await Database.open(path, { ...party, migrations: migrations.slice(0, before) });
  const card = cardIdm(0xab);
  await older.transaction(async (transaction) => {
    await transaction.run("INSERT INTO gap VALUES ('sam', ?, 2, 3, ?)", [0xffff_ffff, NOON]);
    await transaction.run("INSERT INTO gap VALUES ('card', ?, 4, 5, ?)", [card, NOON]);
    await transaction.run(
      `INSERT INTO gap_decision (sequence, owner, first, last, note, decided_at_ms)
VALUES ('card', ?, 4, 5, 'lost', 1)`,
      [card],
    );
  });
  await older.close();
  const database = await Database.open(path, ISSUER_SCHEMA);
  const gaps = await listGaps(database, { now: NOON, gapsMax: 9 });
  expect(gaps).toMatchObject([
    { of: { sequence: 'card', owner: card }, first: 4, last: 5, state: 'written-off' },
    { of: { sequence: 'sam', owner: 0xffff_ffff }, first: 2, last: 3, state: 'open' },
  ]);
  const of = { sequence: 'card', owner: card } as const;
  const again = { of, range: { first: 4, last: 5 }, note: 'lost' };
  expect(await writeOffGap(database, again, NOON)).toEqual({ result: 'repeated' });
  const change = database.transaction((transaction) => transaction.run('DELETE FROM gap_decision'));
  await expect(change).rejects.toMatchObject({ code: 'DATABASE_CONFLICT' });
  await database.close();
});
