import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { yen } from '#units';
import {
  balanceOf,
  kindTotalOf,
  readBalances,
  readWindowBalances,
  totalOf,
} from '../../../backend/ledger/books.ts';
import {
  CARD_LIABILITY,
  FLOAT,
  merchantPayableOf,
} from '../../../backend/ledger/chart-of-accounts.ts';
import { postTransfers } from '../../../backend/ledger/posting.ts';
import { credit, debit, transfer } from '../../../backend/ledger/transfer.ts';
import { NOON } from '../../scheme.ts';
import { Scenario } from '../scenario.ts';

describe('books', () => {
  let scenario: Scenario;
  beforeAll(async () => {
    scenario = await Scenario.open();
    await scenario.backend.database.transaction(async (transaction) => {
      for (const [windowNumber, merchantId, amount] of [
        [1, 7, 100],
        [1, 8, 20],
        [2, 7, 3],
      ] as const) {
        const moved = transfer(`${windowNumber}:${merchantId}`, 'debit', [
          debit(CARD_LIABILITY, yen(amount)),
          credit(merchantPayableOf(merchantId), yen(amount)),
        ]);
        await postTransfers(transaction, [moved], { windowNumber, postedAt: NOON });
      }
    });
  });
  afterAll(() => scenario.remove());

  it('have a balance for each account, debits positive, and sum to zero', async () => {
    const balances = await readBalances(scenario.backend.database);
    expect([...balances]).toEqual([
      ['card-liability', 123],
      ['merchant-payable:7', -103],
      ['merchant-payable:8', -20],
    ]);
    expect(totalOf(balances)).toBe(0);
    expect(balanceOf(balances, FLOAT)).toBe(0);
    expect(kindTotalOf(balances, 'merchant-payable')).toBe(-123);
  });

  it('tell one window from another', async () => {
    const balances = await readWindowBalances(scenario.backend.database, 2);
    expect([...balances]).toEqual([
      ['card-liability', 3],
      ['merchant-payable:7', -3],
    ]);
    expect(await readWindowBalances(scenario.backend.database, 3)).toEqual(new Map());
  });
});
