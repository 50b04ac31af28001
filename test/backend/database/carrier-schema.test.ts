import { describe, expect, it } from 'vitest';
import {
  CORRELATOR_STATEMENT,
  PAYMENT_STATEMENT,
  USED_STATEMENT,
} from '../../../backend/carrier/payment.ts';
import { BILL_STATEMENT } from '../../../backend/carrier/phone-bill.ts';
import { CARRIER_SCHEMA } from '../../../backend/database/carrier-schema.ts';
import { Database } from '../../../backend/database/database.ts';
import { temporaryFile } from './temporary-file.ts';

describe('schema of the carrier', () => {
  it('takes over the books of a carrier that had no subscribers', async () => {
    const path = temporaryFile();
    const first = { ...CARRIER_SCHEMA, migrations: CARRIER_SCHEMA.migrations.slice(0, 1) };
    const old = await Database.open(path, first);
    await old.transaction((transaction) =>
      transaction.run("INSERT INTO advice VALUES (1, 'earned', 10, 0)"),
    );
    await old.close();
    const database = await Database.open(path, CARRIER_SCHEMA);
    expect(await database.all('SELECT amount_yen FROM advice')).toEqual([{ amount_yen: 10 }]);
    expect(await database.all('SELECT count(*) AS count FROM payment')).toEqual([{ count: 0 }]);
    await database.close();
  });

  it.each(
    Object.entries({ BILL_STATEMENT, CORRELATOR_STATEMENT, PAYMENT_STATEMENT, USED_STATEMENT }),
  )('%s walks no table that grows', async (_name, sql) => {
    const database = await Database.open(temporaryFile(), CARRIER_SCHEMA);
    const plan = await database.all(`EXPLAIN QUERY PLAN ${sql}`);
    expect(plan.filter(({ detail }) => String(detail).startsWith('SCAN'))).toEqual([]);
    await database.close();
  });
});
