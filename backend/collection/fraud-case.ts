import type { EpochMs } from '#units';
import type { Transaction } from '../database/database.ts';
import { numberIn } from '../database/row.ts';

export const CASE_KINDS = [
  'counter-reused',
  'negative-shadow',
  'balance-jump',
  'sam-anomaly',
  'impossible-travel',
] as const;

export type CaseKind = (typeof CASE_KINDS)[number];

/** Something that cannot be where everybody keeps to the rules. */
export interface Suspicion {
  readonly kind: CaseKind;
  /** Names the anomaly, the same however often it is found. */
  readonly subject: string;
  /** The IDm in hexadecimal, of a card that is concerned. */
  readonly card?: string;
  readonly samId?: number;
  /** Its card's own certificates prove it: there is a clone, or a forged card. */
  readonly isProof: boolean;
  readonly expected: string;
  readonly found: string;
  /** Ids of rows: records, findings (batch and SAM number), stored bytes. */
  readonly evidence: Readonly<Record<string, unknown>>;
}

const OPEN_STATEMENT = `
INSERT INTO fraud_case (kind, subject, idm, sam_id, is_proof, expected, found, evidence, opened_at_ms)
SELECT value ->> 0, value ->> 1, unhex(value ->> 2), CAST(value ->> 3 AS INTEGER),
  CAST(value ->> 4 AS INTEGER), value ->> 5, value ->> 6, value ->> 7, ?2
FROM json_each(?1) WHERE true ON CONFLICT DO NOTHING RETURNING id`;

/**
 * The card of a new case that its certificates prove goes on the hot list. Of a Lite-S nothing is a
 * proof: whoever has a SAM for it can make its evidence.
 */
const HOT_LIST_STATEMENT = `
INSERT INTO hot_listing (idm, is_listed, decided_at_ms, case_id)
SELECT fraud_case.idm, 1, ?2, min(fraud_case.id)
FROM json_each(?1) AS opened CROSS JOIN fraud_case ON fraud_case.id = CAST(opened.atom AS INTEGER)
CROSS JOIN card_account ON card_account.idm = fraud_case.idm
WHERE fraud_case.is_proof = 1 AND card_account.profile = 1 AND coalesce((
  SELECT is_listed FROM hot_listing WHERE idm = fraud_case.idm ORDER BY id DESC LIMIT 1), 0) = 0
GROUP BY fraud_case.idm ORDER BY 4`;

/** Opens a case for each suspicion that has none, and lists the cards of those that are proven. */
export async function openCases(
  transaction: Transaction,
  suspicions: readonly Suspicion[],
  now: EpochMs,
): Promise<void> {
  if (suspicions.length === 0) return;
  const rows = suspicions.map((each) => [
    each.kind,
    each.subject,
    each.card ?? null,
    each.samId ?? null,
    Number(each.isProof),
    each.expected,
    each.found,
    JSON.stringify(each.evidence),
  ]);
  const opened = await transaction.all(OPEN_STATEMENT, [JSON.stringify(rows), now]);
  if (opened.length === 0) return;
  const ids = JSON.stringify(opened.map((row) => numberIn(row, 'id')));
  await transaction.run(HOT_LIST_STATEMENT, [ids, now]);
}
