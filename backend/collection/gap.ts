import { formatIdm, idm } from '#felica/identifiers';
import { type EpochMs, epochMs } from '#units';
import type { SqlReader, Transaction } from '../database/database.ts';
import { numberIn } from '../database/row.ts';
import { type NumberRange, overlaps, rangesWithout } from './number-range.ts';

/** The three rows of numbers that should have no hole, each with its owner's id. */
export type GapOwner =
  | { readonly sequence: 'batch'; readonly owner: number }
  | { readonly sequence: 'sam'; readonly owner: number }
  | { readonly sequence: 'card'; readonly owner: Uint8Array };

/** As it stands in the database: the id in digits, or the IDm in hexadecimal. */
export function ownerName(of: GapOwner): string {
  return of.sequence === 'card' ? formatIdm(idm(of.owner)) : String(of.owner);
}

export interface SeenGap extends NumberRange {
  readonly firstSeen: EpochMs;
}

export const GAPS_STATEMENT =
  'SELECT first, last, first_seen_ms FROM gap WHERE sequence = ? AND owner = ? ORDER BY first';

export async function readGaps(reader: SqlReader, of: GapOwner): Promise<readonly SeenGap[]> {
  const rows = await reader.all(GAPS_STATEMENT, [of.sequence, ownerName(of)]);
  return rows.map((row) => ({
    first: numberIn(row, 'first'),
    last: numberIn(row, 'last'),
    firstSeen: epochMs(numberIn(row, 'first_seen_ms')),
  }));
}

/** What is left of a gap is as old as the whole gap was. */
export function agedGaps(
  before: readonly SeenGap[],
  missing: readonly NumberRange[],
  now: EpochMs,
): readonly SeenGap[] {
  return missing.map((range) => {
    const seen = before.filter((gap) => overlaps(gap, range)).map(({ firstSeen }) => firstSeen);
    return { ...range, firstSeen: epochMs(Math.min(now, ...seen)) };
  });
}

/** Notes what is missing now in one sequence, in the place of what was noted before. */
export async function replaceGaps(
  transaction: Transaction,
  of: GapOwner,
  { missing, now }: { readonly missing: readonly NumberRange[]; readonly now: EpochMs },
): Promise<void> {
  const before = await readGaps(transaction, of);
  const rows = agedGaps(before, missing, now).map(({ first, last, firstSeen }) => [
    first,
    last,
    firstSeen,
  ]);
  const values = [of.sequence, ownerName(of)];
  if (before.length > 0) {
    await transaction.run('DELETE FROM gap WHERE sequence = ? AND owner = ?', values);
  }
  if (rows.length === 0) return;
  await transaction.run(
    `INSERT INTO gap
SELECT ?1, ?2, CAST(value ->> 0 AS INTEGER), CAST(value ->> 1 AS INTEGER), CAST(value ->> 2 AS INTEGER)
FROM json_each(?3)`,
    [...values, JSON.stringify(rows)],
  );
}

export const SAM_PLACE_STATEMENT = `
SELECT coalesce((SELECT last_sam_number FROM batch WHERE sam_id = ?1
    ORDER BY last_sam_number DESC LIMIT 1), 0) AS last,
  EXISTS (SELECT 1 FROM gap WHERE sequence = 'sam' AND owner = ?2) AS has_gaps`;

/** Notes what a batch, not stored yet, tells of its SAM's numbers: some come late, some are missing. */
export async function noteSamNumbers(
  transaction: Transaction,
  { samId, ...numbers }: NumberRange & { readonly samId: number },
  now: EpochMs,
): Promise<void> {
  const of = { sequence: 'sam', owner: samId } as const;
  const [place] = await transaction.all(SAM_PLACE_STATEMENT, [samId, ownerName(of)]);
  const next = numberIn(place, 'last') + 1;
  const isAfterGap = numbers.first > next;
  if (!isAfterGap && numberIn(place, 'has_gaps') === 0) return;
  const before = await readGaps(transaction, of);
  const added = isAfterGap ? [{ first: next, last: numbers.first - 1 }] : [];
  const missing = [...rangesWithout(before, numbers), ...added];
  await replaceGaps(transaction, of, { missing, now });
}
