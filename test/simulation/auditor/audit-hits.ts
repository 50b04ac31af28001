import type { ReadBatch } from './batch-reading.ts';
import type { HitRow } from './evidence.ts';
import type { ReadHit } from './hit-reading.ts';
import { nameOfHit } from './journal-hit.ts';
import type { ReadJournal } from './journal-reading.ts';

/**
 * Every hit of a journal that has closed its batches is in a batch once, and every hit in a batch is of
 * a journal. Of what the issuer stored, it lists exactly the hits.
 */
export function auditHits(
  journals: readonly ReadJournal[],
  stored: readonly ReadBatch[],
  listed: readonly HitRow[],
): readonly string[] {
  const violations = journals.flatMap(auditJournal);
  const expected = new Set<string>();
  for (const hit of stored.flatMap(({ hits }) => hits)) expected.add(rowNameOf(hit));
  const found = new Set<string>();
  for (const row of listed) {
    const name = rowNameOf({ ...row, card: Buffer.from(row.idm).toString('hex') });
    if (found.has(name)) violations.push(`the issuer has ${name} twice`);
    if (!expected.has(name)) violations.push(`the issuer has ${name}, and no batch has`);
    if (row.reason !== null) violations.push(`the issuer does not believe ${name}: ${row.reason}`);
    found.add(name);
  }
  for (const name of expected) {
    if (!found.has(name)) violations.push(`the issuer does not have ${name}`);
  }
  return violations;
}

function auditJournal({ terminalId, hits, batches }: ReadJournal): readonly string[] {
  const violations: string[] = [];
  const inBatches = batches.flatMap((batch) => batch.hits);
  for (const hit of hits) {
    const count = inBatches.filter(({ bytes }) => bytes === hit.report?.bytes).length;
    if (count !== 1) {
      violations.push(`terminal ${terminalId}: ${nameOfHit(hit)} is in ${count} batches`);
    }
  }
  const reports = new Set(hits.map(({ report }) => report?.bytes));
  for (const hit of inBatches) {
    if (!reports.has(hit.bytes)) {
      violations.push(
        `terminal ${terminalId}: hit ${hit.samNumber} of a batch is not the journal's`,
      );
    }
  }
  return violations;
}

function rowNameOf({
  samId,
  samNumber,
  card,
  listSequence,
  isBlocked,
}: Pick<ReadHit, 'samId' | 'samNumber' | 'card' | 'listSequence' | 'isBlocked'>): string {
  const state = isBlocked ? 'blocked' : 'not blocked';
  return `hit ${samNumber} of SAM ${samId} (card ${card}, list ${listSequence}, ${state})`;
}
