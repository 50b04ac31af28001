import { type SignedYen, signedYen, sumSignedYen } from '#units';
import type { SqlReader } from '../database/database.ts';
import { numberIn, textIn } from '../database/row.ts';
import { type Account, accountKindOf, named } from './chart-of-accounts.ts';

/** The balance of each account that has entries; debits are positive. */
export type Balances = ReadonlyMap<Account, SignedYen>;

export const BALANCES_STATEMENT =
  'SELECT account, sum(amount_yen) AS amount FROM entry GROUP BY account ORDER BY account';

export const WINDOW_BALANCES_STATEMENT = `
SELECT account, sum(amount_yen) AS amount FROM transfer CROSS JOIN entry ON transfer_id = transfer.id
WHERE window_number = ? GROUP BY account ORDER BY account`;

export async function readBalances(reader: SqlReader): Promise<Balances> {
  return balancesOf(await reader.all(BALANCES_STATEMENT));
}

/** The entries of one settlement window alone: what it still owes, or zero once it is settled. */
export async function readWindowBalances(
  reader: SqlReader,
  windowNumber: number,
): Promise<Balances> {
  return balancesOf(await reader.all(WINDOW_BALANCES_STATEMENT, [windowNumber]));
}

/** Zero, unless entries were lost or invented. */
export function totalOf(balances: Balances): SignedYen {
  return sumSignedYen(balances.values());
}

export function balanceOf(balances: Balances, account: Account): SignedYen {
  return balances.get(account) ?? signedYen(0);
}

/** All accounts of one kind together, such as the payables of all merchants. */
export function kindTotalOf(balances: Balances, kind: string): SignedYen {
  const amounts = [...balances].filter(([account]) => accountKindOf(account) === kind);
  return sumSignedYen(amounts.map(([, amount]) => amount));
}

function balancesOf(rows: Awaited<ReturnType<SqlReader['all']>>): Balances {
  return new Map(
    rows.map((row) => [named(textIn(row, 'account')), signedYen(numberIn(row, 'amount'))]),
  );
}
