import { SAM_KINDS, type SamKind } from '#purse/sam-kind';
import { type EpochMs, type Yen, yen } from '#units';
import type { SqlRow } from '../database/connection.ts';
import type { Database, SqlReader } from '../database/database.ts';
import { numberIn, textIn } from '../database/row.ts';
import { type Registration, refused } from './registration.ts';

/** A SAM as the issuer gave it out. */
export interface SamAccount {
  readonly samId: number;
  readonly kind: SamKind;
  /** The newest generation that it was issued with. */
  readonly keyVersion: number;
  /** The most that one of its records may be. */
  readonly amountMax: Yen;
}

export type SamRefusal = 'ACCOUNT_SAM_TAKEN';

/**
 * The same SAM under a newer key generation is the same SAM: its records are sealed and numbered as
 * before, so its terminal keeps its journal and its enrolment.
 */
export function registerSam(
  database: Database,
  sam: SamAccount,
  now: EpochMs,
): Promise<Registration<SamRefusal>> {
  return database.transaction(async (transaction) => {
    const known = await readSam(transaction, sam.samId);
    if (known !== undefined) {
      const hasSameRights = known.kind === sam.kind && known.amountMax === sam.amountMax;
      if (!hasSameRights || sam.keyVersion < known.keyVersion) {
        return refused('ACCOUNT_SAM_TAKEN', `SAM ${sam.samId} was issued as a ${known.kind} SAM`);
      }
      if (sam.keyVersion === known.keyVersion) return { result: 'repeated' };
      await transaction.run('INSERT INTO sam_renewal VALUES (?, ?, ?)', [
        sam.samId,
        sam.keyVersion,
        now,
      ]);
      return { result: 'registered' };
    }
    await transaction.run('INSERT INTO sam VALUES (?, ?, ?, ?, ?)', [
      sam.samId,
      sam.kind,
      sam.keyVersion,
      sam.amountMax,
      now,
    ]);
    return { result: 'registered' };
  });
}

/** Notes what a SAM was given out to seal before it is collected. Ones that it had before stay known. */
export function noteCeilings(
  database: Database,
  {
    samId,
    count,
    amount,
  }: { readonly samId: number; readonly count: number; readonly amount: Yen },
  now: EpochMs,
): Promise<number> {
  return database.transaction((transaction) =>
    transaction.run('INSERT INTO sam_ceiling VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING', [
      samId,
      count,
      amount,
      now,
    ]),
  );
}

export const SAM_STATEMENT = `
SELECT sam_id, kind, amount_max_yen, coalesce(
  (SELECT max(key_version) FROM sam_renewal WHERE sam_renewal.sam_id = sam.sam_id), key_version)
  AS key_version
FROM sam WHERE sam_id = ?`;

export async function readSam(reader: SqlReader, samId: number): Promise<SamAccount | undefined> {
  const [row] = await reader.all(SAM_STATEMENT, [samId]);
  return row && samOf(row);
}

export function samKindIn(row: SqlRow, column: string): SamKind {
  const text = textIn(row, column);
  return SAM_KINDS.find((kind) => kind === text) ?? 'pos';
}

function samOf(row: SqlRow): SamAccount {
  return {
    samId: numberIn(row, 'sam_id'),
    kind: samKindIn(row, 'kind'),
    keyVersion: numberIn(row, 'key_version'),
    amountMax: yen(numberIn(row, 'amount_max_yen')),
  };
}
