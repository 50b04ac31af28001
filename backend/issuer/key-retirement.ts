import { type BusinessDate, businessDate, businessDateOf, type EpochMs } from '#units';
import type { Database, SqlReader } from '../database/database.ts';
import { numberIn, textIn } from '../database/row.ts';
import type { Keystore } from './keystore.ts';
import { type Registration, refused } from './registration.ts';

export interface KeyRetirement {
  readonly keyVersion: number;
  /** Records of a later day under these keys are not paid. */
  readonly lastDay: BusinessDate;
}

/** In the order in which they are looked for. */
export type RetirementRefusal =
  | 'KEYSTORE_GENERATION_UNKNOWN'
  | 'KEYSTORE_GENERATION_IN_USE'
  | 'KEYSTORE_GENERATION_DAY_PAST';

/** The last day of each generation that has one. */
export type KeyRetirements = ReadonlyMap<number, BusinessDate>;

/**
 * Decides on which day a generation ends; a later decision takes its place. A day that is over is
 * refused: what merchants have sold until today was sold under a promise to pay.
 */
export function retireGeneration(
  database: Database,
  keystore: Keystore,
  { keyVersion, lastDay }: KeyRetirement,
  now: EpochMs,
): Promise<Registration<RetirementRefusal>> {
  return database.transaction(async (transaction) => {
    if (!keystore.generations.some((known) => known.keyVersion === keyVersion)) {
      return refused('KEYSTORE_GENERATION_UNKNOWN', `there is no generation ${keyVersion}`);
    }
    if (keystore.keyVersion === keyVersion) {
      const detail = `cards are issued with generation ${keyVersion}: make a new one first`;
      return refused('KEYSTORE_GENERATION_IN_USE', detail);
    }
    if ((await readKeyRetirements(transaction)).get(keyVersion) === lastDay) {
      return { result: 'repeated' };
    }
    if (lastDay < businessDateOf(now)) {
      return refused('KEYSTORE_GENERATION_DAY_PAST', `${lastDay} is over; today at the earliest`);
    }
    await transaction.run(
      'INSERT INTO key_retirement (key_version, last_day, decided_at_ms) VALUES (?, ?, ?)',
      [keyVersion, lastDay, now],
    );
    return { result: 'registered' };
  });
}

export async function readKeyRetirements(reader: SqlReader): Promise<KeyRetirements> {
  const rows = await reader.all('SELECT key_version, last_day FROM key_retirement ORDER BY id');
  return new Map(
    rows.map((row) => [numberIn(row, 'key_version'), businessDate(textIn(row, 'last_day'))]),
  );
}

/** The generations that ended before today. */
export function retiredVersions(retirements: KeyRetirements, now: EpochMs): ReadonlySet<number> {
  const today = businessDateOf(now);
  const ended = [...retirements].filter(([, lastDay]) => lastDay < today);
  return new Set(ended.map(([keyVersion]) => keyVersion));
}
