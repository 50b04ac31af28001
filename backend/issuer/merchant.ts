import { basisPoints, type EpochMs } from '#units';
import type { SqlRow } from '../database/connection.ts';
import type { Database, SqlReader } from '../database/database.ts';
import { numberIn, textIn } from '../database/row.ts';
import type { MerchantRates } from '../ledger/issuer-transfer.ts';
import { type Registration, refused } from './registration.ts';

/** Who sells. */
export interface Merchant {
  readonly merchantId: number;
  readonly name: string;
  readonly rates: MerchantRates;
}

export type MerchantRefusal = 'ACCOUNT_RATE_INVALID' | 'ACCOUNT_MERCHANT_TAKEN';

/** Asks in this order: `ACCOUNT_RATE_INVALID`, `ACCOUNT_MERCHANT_TAKEN`. */
export function registerMerchant(
  database: Database,
  merchant: Merchant,
  now: EpochMs,
): Promise<Registration<MerchantRefusal>> {
  const { merchantId, name, rates } = merchant;
  if (rates.commission > rates.fee) {
    return Promise.resolve(
      refused('ACCOUNT_RATE_INVALID', 'the commission is a part of the fee and cannot exceed it'),
    );
  }
  return database.transaction(async (transaction) => {
    const known = await readMerchant(transaction, merchantId);
    if (known !== undefined) {
      return isSame(known, merchant)
        ? { result: 'repeated' }
        : refused('ACCOUNT_MERCHANT_TAKEN', `merchant ${merchantId} is ${known.name}`);
    }
    await transaction.run('INSERT INTO merchant VALUES (?, ?, ?, ?, ?)', [
      merchantId,
      name,
      rates.fee,
      rates.commission,
      now,
    ]);
    return { result: 'registered' };
  });
}

export const MERCHANT_STATEMENT = 'SELECT * FROM merchant WHERE merchant_id = ?';

export async function readMerchant(
  reader: SqlReader,
  merchantId: number,
): Promise<Merchant | undefined> {
  const [row] = await reader.all(MERCHANT_STATEMENT, [merchantId]);
  return row && merchantOf(row);
}

function merchantOf(row: SqlRow): Merchant {
  return {
    merchantId: numberIn(row, 'merchant_id'),
    name: textIn(row, 'name'),
    rates: {
      fee: basisPoints(numberIn(row, 'fee_basis_points')),
      commission: basisPoints(numberIn(row, 'commission_basis_points')),
    },
  };
}

function isSame(known: Merchant, given: Merchant): boolean {
  return (
    known.name === given.name &&
    known.rates.fee === given.rates.fee &&
    known.rates.commission === given.rates.commission
  );
}
