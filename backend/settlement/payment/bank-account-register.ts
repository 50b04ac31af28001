import type { EpochMs } from '#units';
import type { Database, SqlReader } from '../../database/database.ts';
import { textIn } from '../../database/row.ts';
import { readMerchant } from '../../issuer/merchant.ts';
import {
  BANK_ACCOUNT,
  type BankAccount,
  PAYER_ACCOUNT,
  type PayerAccount,
} from '../bank/bank-account.ts';
import { merchantIdOf, type Payee } from '../payee.ts';

/** The issuer pays, the others are paid. */
export type AccountOwner = 'issuer' | Payee;

export type AccountRegistration =
  | { readonly result: 'registered' | 'repeated'; readonly account: BankAccount }
  | {
      readonly result: 'refused';
      readonly reason: 'ACCOUNT_MERCHANT_UNKNOWN' | 'SETTLEMENT_ACCOUNT_INVALID';
      readonly detail: string;
    };

export const BANK_ACCOUNT_STATEMENT =
  'SELECT account FROM bank_account WHERE owner = ? ORDER BY id DESC LIMIT 1';

/**
 * The account that is paid to, or from, from now on. What was ordered keeps the account it was ordered
 * with, and every account that ever was registered stays in the register.
 */
export function registerBankAccount(
  database: Database,
  { owner, account: given }: { readonly owner: AccountOwner; readonly account: unknown },
  now: EpochMs,
): Promise<AccountRegistration> {
  return database.transaction(async (transaction): Promise<AccountRegistration> => {
    const merchantId = owner === 'issuer' ? undefined : merchantIdOf(owner);
    if (merchantId !== undefined && !(await isMerchant(transaction, merchantId))) {
      return { result: 'refused', reason: 'ACCOUNT_MERCHANT_UNKNOWN', detail: owner };
    }
    const parsed = (owner === 'issuer' ? PAYER_ACCOUNT : BANK_ACCOUNT).safeParse(given);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      const detail = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`;
      return { result: 'refused', reason: 'SETTLEMENT_ACCOUNT_INVALID', detail };
    }
    const { data: account } = parsed;
    const text = JSON.stringify(account);
    if ((await readText(transaction, owner)) === text) return { result: 'repeated', account };
    await transaction.run(
      'INSERT INTO bank_account (owner, account, registered_at_ms) VALUES (?, ?, ?)',
      [owner, text, now],
    );
    return { result: 'registered', account };
  });
}

export async function readBankAccount(
  reader: SqlReader,
  payee: Payee,
): Promise<BankAccount | undefined> {
  const text = await readText(reader, payee);
  return text === undefined ? undefined : BANK_ACCOUNT.parse(JSON.parse(text));
}

/** The issuer's account, with the code under which its bank knows it. */
export async function readPayerAccount(reader: SqlReader): Promise<PayerAccount | undefined> {
  const text = await readText(reader, 'issuer');
  return text === undefined ? undefined : PAYER_ACCOUNT.parse(JSON.parse(text));
}

/** Every account that the issuer ever paid from: its bank goes on to tell of an old one. */
export async function readPayerAccounts(reader: SqlReader): Promise<readonly PayerAccount[]> {
  const rows = await reader.all("SELECT account FROM bank_account WHERE owner = 'issuer'");
  return rows.map((row) => PAYER_ACCOUNT.parse(JSON.parse(textIn(row, 'account'))));
}

async function isMerchant(reader: SqlReader, merchantId: number): Promise<boolean> {
  return (await readMerchant(reader, merchantId)) !== undefined;
}

async function readText(reader: SqlReader, owner: AccountOwner): Promise<string | undefined> {
  const [row] = await reader.all(BANK_ACCOUNT_STATEMENT, [owner]);
  return row && textIn(row, 'account');
}
