import { type IDm, idm } from '#felica/identifiers';
import { type EpochMs, epochMs } from '#units';
import type { SqlRow } from '../database/connection.ts';
import type { Database, SqlReader } from '../database/database.ts';
import { bytesIn, numberIn, textIn } from '../database/row.ts';

export const DECISIONS = ['confirmed', 'cleared'] as const;

export type CaseDecision = (typeof DECISIONS)[number];

export interface FraudCase {
  readonly id: number;
  readonly kind: string;
  readonly card: IDm | undefined;
  readonly samId: number | undefined;
  readonly expected: string;
  readonly found: string;
  /** Ids of rows, as JSON. */
  readonly evidence: string;
  readonly openedAt: EpochMs;
  /** The case put its card on the hot list. */
  readonly hasListedCard: boolean;
  /** Absent while it is open. */
  readonly decision: string | undefined;
  readonly note: string | undefined;
}

const COLUMNS = `
SELECT fraud_case.*, decision, note,
  EXISTS (SELECT 1 FROM hot_listing WHERE case_id = fraud_case.id) AS has_listed
FROM fraud_case LEFT JOIN fraud_case_decision ON case_id = fraud_case.id`;

/** Those that are open, or all, the newest first. */
export async function listCases(
  reader: SqlReader,
  { isAll, casesMax }: { readonly isAll: boolean; readonly casesMax: number },
): Promise<readonly FraudCase[]> {
  const rows = await reader.all(
    `${COLUMNS} WHERE ?1 OR decision IS NULL ORDER BY fraud_case.id DESC LIMIT ?2`,
    [Number(isAll), casesMax],
  );
  return rows.map(fraudCaseOf);
}

export async function readCase(reader: SqlReader, id: number): Promise<FraudCase | undefined> {
  const [row] = await reader.all(`${COLUMNS} WHERE fraud_case.id = ?`, [id]);
  return row && fraudCaseOf(row);
}

export interface CaseClosing {
  readonly id: number;
  readonly decision: CaseDecision;
  readonly note: string;
}

/** A case is decided once. The hot list is decided apart: a cleared card is taken off by hand. */
export function closeCase(
  database: Database,
  { id, decision, note }: CaseClosing,
  now: EpochMs,
): Promise<'closed' | 'repeated' | 'unknown' | 'decided-otherwise'> {
  return database.transaction(async (transaction) => {
    const known = await readCase(transaction, id);
    if (known === undefined) return 'unknown';
    if (known.decision !== undefined) {
      return known.decision === decision ? 'repeated' : 'decided-otherwise';
    }
    await transaction.run('INSERT INTO fraud_case_decision VALUES (?, ?, ?, ?)', [
      id,
      decision,
      note,
      now,
    ]);
    return 'closed';
  });
}

function fraudCaseOf(row: SqlRow): FraudCase {
  return {
    id: numberIn(row, 'id'),
    kind: textIn(row, 'kind'),
    card: row['idm'] === null ? undefined : idm(bytesIn(row, 'idm')),
    samId: row['sam_id'] === null ? undefined : numberIn(row, 'sam_id'),
    expected: textIn(row, 'expected'),
    found: textIn(row, 'found'),
    evidence: textIn(row, 'evidence'),
    openedAt: epochMs(numberIn(row, 'opened_at_ms')),
    hasListedCard: numberIn(row, 'has_listed') === 1,
    decision: row['decision'] === null ? undefined : textIn(row, 'decision'),
    note: row['note'] === null ? undefined : textIn(row, 'note'),
  };
}
