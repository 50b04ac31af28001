import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signedYen, yen } from '#units';
import { CARD_LIABILITY, FLOAT } from '../../../backend/ledger/chart-of-accounts.ts';
import { postTransfers } from '../../../backend/ledger/posting.ts';
import { credit, debit, transfer } from '../../../backend/ledger/transfer.ts';
import { NOON } from '../../scheme.ts';
import { Scenario } from '../scenario.ts';

describe('postTransfers', () => {
  let scenario: Scenario;
  beforeAll(async () => {
    scenario = await Scenario.open();
  });
  afterAll(() => scenario.remove());
  const time = { windowNumber: 1, postedAt: NOON };
  const move = (reference: string, amount: number): ReturnType<typeof transfer> =>
    transfer(reference, 'load', [debit(FLOAT, yen(amount)), credit(CARD_LIABILITY, yen(amount))]);

  it('appends the entries of all transfers that move anything', async () => {
    const { database } = scenario.backend;
    await database.transaction(async (transaction) => {
      await postTransfers(transaction, [move('a', 1), undefined, move('b', 2)], time);
      await postTransfers(transaction, [], time);
      await postTransfers(transaction, [move('c', 4)], time);
    });
    const rows = await database.all(
      `SELECT reference, kind, window_number, posted_at_ms, account, amount_yen
       FROM transfer JOIN entry ON transfer_id = transfer.id ORDER BY entry.id`,
    );
    const common = { kind: 'load', window_number: 1, posted_at_ms: NOON };
    expect(rows).toEqual(
      [
        ['a', 1],
        ['b', 2],
        ['c', 4],
      ].flatMap(([reference, amount]) => [
        { reference, ...common, account: 'float', amount_yen: amount },
        { reference, ...common, account: 'card-liability', amount_yen: -Number(amount) },
      ]),
    );
  });

  it('posts the same cause never twice', async () => {
    const { database } = scenario.backend;
    const again = database.transaction((transaction) =>
      postTransfers(transaction, [move('d', 8), move('a', 1)], time),
    );
    await expect(again).rejects.toMatchObject({ code: 'DATABASE_CONFLICT' });
    expect(await scenario.count("SELECT count(*) FROM transfer WHERE reference = 'd'")).toBe(0);
  });

  it.each(['UPDATE entry SET amount_yen = 9', 'DELETE FROM entry', 'DELETE FROM transfer'])(
    'cannot be taken back: %s',
    async (sql) => {
      const { database } = scenario.backend;
      await expect(
        database.transaction((transaction) => transaction.run(sql)),
      ).rejects.toMatchObject({ message: expect.stringContaining('is append-only') });
    },
  );

  it('keeps amounts above 32 bits exactly', async () => {
    const { database } = scenario.backend;
    const large = { account: FLOAT, amount: signedYen(2 ** 50 + 1) };
    const other = { account: CARD_LIABILITY, amount: signedYen(-(2 ** 50) - 1) };
    const moved = transfer('large', 'load', [large, other]);
    await database.transaction((transaction) => postTransfers(transaction, [moved], time));
    const sql = "SELECT max(amount_yen) FROM entry WHERE account = 'float'";
    expect(await scenario.count(sql)).toBe(2 ** 50 + 1);
  });
});
