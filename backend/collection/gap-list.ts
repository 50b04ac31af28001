import { type EpochMs, epochMs } from '#units';
import type { SqlRow } from '../database/connection.ts';
import type { Database, SqlReader } from '../database/database.ts';
import { numberIn, textIn } from '../database/row.ts';
import { type GapOwner, ownerName, readGaps } from './gap.ts';
import { type NumberRange, rangesWithout } from './number-range.ts';

export const SEQUENCES = ['batch', 'sam', 'card'] as const;

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Our choice. A terminal brings its batches within days; a write of a card may lie in a terminal that
 * nobody visits for weeks.
 */
export const OVERDUE_DAYS: Readonly<Record<GapOwner['sequence'], number>> = {
  batch: 7,
  sam: 7,
  card: 30,
};

/** `written-off`: a person decided not to wait any more. A late report fills it all the same. */
export type GapState = 'open' | 'overdue' | 'written-off';

export interface ListedGap extends NumberRange {
  readonly of: GapOwner;
  readonly firstSeen: EpochMs;
  readonly ageDays: number;
  readonly state: GapState;
}

export const GAP_LIST_STATEMENT = 'SELECT * FROM gap ORDER BY first_seen_ms, sequence LIMIT ?';

/** What is missing now, the oldest first. */
export async function listGaps(
  reader: SqlReader,
  { now, gapsMax }: { readonly now: EpochMs; readonly gapsMax: number },
): Promise<readonly ListedGap[]> {
  const rows = await reader.all(GAP_LIST_STATEMENT, [gapsMax]);
  const gaps: ListedGap[] = [];
  for (const row of rows) {
    const of = ownerIn(row);
    const range = { first: numberIn(row, 'first'), last: numberIn(row, 'last') };
    const firstSeen = epochMs(numberIn(row, 'first_seen_ms'));
    const ageDays = Math.floor(Math.max(0, now - firstSeen) / DAY_MS);
    const isDecided = await isWrittenOff(reader, of, range);
    gaps.push({ ...range, of, firstSeen, ageDays, state: stateOf(of, ageDays, isDecided) });
  }
  return gaps;
}

export type WriteOff = { readonly result: 'written-off' | 'repeated' | 'not-missing' };

/** Notes that nobody waits for these numbers any more. They must all be missing. */
export function writeOffGap(
  database: Database,
  {
    of,
    range,
    note,
  }: { readonly of: GapOwner; readonly range: NumberRange; readonly note: string },
  now: EpochMs,
): Promise<WriteOff> {
  return database.transaction(async (transaction): Promise<WriteOff> => {
    const gaps = await readGaps(transaction, of);
    if (!gaps.some(({ first, last }) => first <= range.first && range.last <= last)) {
      return { result: 'not-missing' };
    }
    if (await isWrittenOff(transaction, of, range)) return { result: 'repeated' };
    await transaction.run(
      `INSERT INTO gap_decision (sequence, owner, first, last, note, decided_at_ms)
       VALUES (?, ?, ?, ?, ?, ?)`,
      [of.sequence, ownerName(of), range.first, range.last, note, now],
    );
    return { result: 'written-off' };
  });
}

/** Whether a person has decided to wait no more for any of these. */
export async function isWrittenOff(
  reader: SqlReader,
  of: GapOwner,
  range: NumberRange,
): Promise<boolean> {
  const decisions = await reader.all(
    'SELECT first, last FROM gap_decision WHERE sequence = ? AND owner = ?',
    [of.sequence, ownerName(of)],
  );
  let left: readonly NumberRange[] = [range];
  for (const row of decisions) {
    left = rangesWithout(left, { first: numberIn(row, 'first'), last: numberIn(row, 'last') });
  }
  return left.length === 0;
}

function stateOf(of: GapOwner, ageDays: number, isDecided: boolean): GapState {
  if (isDecided) return 'written-off';
  return ageDays >= OVERDUE_DAYS[of.sequence] ? 'overdue' : 'open';
}

function ownerIn(row: SqlRow): GapOwner {
  const sequence = textIn(row, 'sequence');
  const owner = textIn(row, 'owner');
  if (sequence === 'card') return { sequence, owner: Uint8Array.from(Buffer.from(owner, 'hex')) };
  return { sequence: sequence === 'batch' ? 'batch' : 'sam', owner: Number(owner) };
}
