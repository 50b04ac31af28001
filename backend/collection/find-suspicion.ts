import { sumYen } from '#units';
import { BATCH_HEADER_BYTES } from '../batch/batch.ts';
import { RECORD_BYTES, RECORD_TIME_OFFSET } from '../batch/record.ts';
import type { SqlReader } from '../database/database.ts';
import { bytesIn, numberIn } from '../database/row.ts';
import type { Suspicion } from './fraud-case.ts';
import { DEGREES_MIN, distanceKm, isTravelImpossible } from './travel.ts';
import type { JudgedRecord, VerifiedBatch } from './verify-batch.ts';

/** What is suspicious in batches whose records were just inserted after row `lastId`. */
export async function findSuspicions(
  reader: SqlReader,
  batches: readonly VerifiedBatch[],
  lastId: number,
): Promise<readonly Suspicion[]> {
  const suspicions: Suspicion[] = [];
  for (const { batch, records } of batches) {
    for (const judged of records) {
      if (judged.verdict.verdict !== 'fraud') continue;
      suspicions.push(...(await suspicionsOfReuse(reader, batch.id, judged)));
    }
  }
  return [
    ...suspicions,
    ...(await suspicionsOfCeilings(reader, batches)),
    ...(await suspicionsOfTravel(reader, lastId)),
  ];
}

const OTHERS_STATEMENT = `
SELECT id, 1 AS is_number, has_certificate, hex(purse_write) AS write FROM record
WHERE sam_id = ?1 AND sam_number = ?2 AND purse_write <> ?5
UNION ALL
SELECT id, 0, 1, hex(purse_write) FROM record INDEXED BY record_certified
WHERE idm = ?3 AND card_counter = ?4 AND has_certificate = 1 AND purse_write <> ?5
UNION ALL
SELECT id, 0, 0, hex(purse_write) FROM record INDEXED BY record_uncertified
WHERE idm = ?3 AND card_counter = ?4 AND has_certificate = 0 AND purse_write <> ?5`;

/** Two contents of one card counter, or of one SAM number. Both certified: no single card did it. */
async function suspicionsOfReuse(
  reader: SqlReader,
  batchId: number,
  { record, card, context }: JudgedRecord,
): Promise<readonly Suspicion[]> {
  const { samId, samNumber, cardCounter, idm, certificate } = record;
  const write = context.expectedCertificate ?? new Uint8Array(0);
  const others = await reader.all(OTHERS_STATEMENT, [samId, samNumber, idm, cardCounter, write]);
  const found = `write ${Buffer.from(write).toString('hex')}`;
  return others.map((row): Suspicion => {
    const isNumber = numberIn(row, 'is_number') === 1;
    return {
      kind: isNumber ? 'sam-anomaly' : 'counter-reused',
      subject: isNumber ? `number ${samId}:${samNumber}` : `${card}:${cardCounter}`,
      card,
      samId,
      isProof: !isNumber && certificate !== undefined && row['has_certificate'] === 1,
      expected: `write ${String(row['write']).toLowerCase()}`,
      found,
      evidence: { records: [numberIn(row, 'id')], findings: [[batchId, samNumber]] },
    };
  });
}

export const CEILINGS_STATEMENT = `
SELECT sam_id, max(count_max) AS count_max, max(amount_max_yen) AS amount_max_yen
FROM json_each(?1) AS asked CROSS JOIN sam_ceiling ON sam_ceiling.sam_id = CAST(asked.atom AS INTEGER)
GROUP BY sam_id`;

/**
 * Nothing of a batch is collected before it is closed, so a SAM that keeps its ceilings seals no batch
 * that is over them. Only what surely counts is counted.
 */
async function suspicionsOfCeilings(
  reader: SqlReader,
  batches: readonly VerifiedBatch[],
): Promise<readonly Suspicion[]> {
  const samIds = [...new Set(batches.map(({ batch }) => batch.samId))];
  const ceilings = new Map<number, { readonly count: number; readonly amount: number }>();
  for (const row of await reader.all(CEILINGS_STATEMENT, [JSON.stringify(samIds)])) {
    const [count, amount] = [numberIn(row, 'count_max'), numberIn(row, 'amount_max_yen')];
    ceilings.set(numberIn(row, 'sam_id'), { count, amount });
  }
  if (ceilings.size === 0) return [];
  return batches.flatMap(({ batch, records }): readonly Suspicion[] => {
    const ceiling = ceilings.get(batch.samId);
    const counted = records.filter(
      ({ record, context }) =>
        context.isSealAuthentic && record.kind !== 'void' && record.resolution !== 'interrupted',
    );
    const amount = sumYen(counted.map(({ record }) => record.amount));
    if (ceiling === undefined) return [];
    if (counted.length <= ceiling.count && amount <= ceiling.amount) return [];
    return [
      {
        kind: 'sam-anomaly',
        subject: `ceiling ${batch.samId}:${batch.terminalId}:${batch.batchNumber}`,
        samId: batch.samId,
        isProof: false,
        expected: `at most ${ceiling.count} records and ${ceiling.amount} yen`,
        found: `${counted.length} records and ${amount} yen`,
        evidence: { batches: [batch.id] },
      },
    ];
  });
}

const time = (record: string, batch: string, evidence: string): string =>
  `substr(${evidence}.bytes, ${BATCH_HEADER_BYTES + RECORD_TIME_OFFSET + 1}
    + ${RECORD_BYTES} * (${record}.sam_number - ${batch}.first_sam_number), 8)`;

/** New writes, and the one before or after each, at terminals that are far from each other. */
export const TRAVEL_STATEMENT: string = `
SELECT written.id AS id, other.id AS other_id, written.idm AS idm, written.card_counter AS card_counter,
  other.card_counter AS other_counter, ${time('written', 'here', 'seen')} AS time,
  ${time('other', 'there', 'seen_there')} AS other_time,
  place.latitude AS latitude, place.longitude AS longitude,
  far.latitude AS other_latitude, far.longitude AS other_longitude
FROM record AS written NOT INDEXED
CROSS JOIN batch AS here ON here.id = written.batch_id
CROSS JOIN terminal_site AS place ON place.terminal_id = here.terminal_id
CROSS JOIN record AS other INDEXED BY record_certified ON other.idm = written.idm
  AND other.card_counter IN (written.card_counter - 1, written.card_counter + 1)
  AND other.has_certificate = 1
CROSS JOIN batch AS there ON there.id = other.batch_id
CROSS JOIN terminal_site AS far ON far.terminal_id = there.terminal_id
  AND abs(far.latitude - place.latitude) + abs(far.longitude - place.longitude) > ${DEGREES_MIN}
CROSS JOIN evidence AS seen ON seen.id = here.evidence_id
CROSS JOIN evidence AS seen_there ON seen_there.id = there.evidence_id
WHERE written.id > ?1 AND EXISTS (SELECT 1 FROM terminal_site)
  AND written.has_certificate = 1`;

async function suspicionsOfTravel(
  reader: SqlReader,
  lastId: number,
): Promise<readonly Suspicion[]> {
  const rows = await reader.all(TRAVEL_STATEMENT, [lastId]);
  return rows.flatMap((row): readonly Suspicion[] => {
    const here = { latitude: numberIn(row, 'latitude'), longitude: numberIn(row, 'longitude') };
    const there = {
      latitude: numberIn(row, 'other_latitude'),
      longitude: numberIn(row, 'other_longitude'),
    };
    const elapsedMs = timeIn(bytesIn(row, 'time')) - timeIn(bytesIn(row, 'other_time'));
    const distance = distanceKm(here, there);
    if (!isTravelImpossible(distance, elapsedMs)) return [];
    const card = Buffer.from(bytesIn(row, 'idm')).toString('hex');
    const counter = Math.min(numberIn(row, 'card_counter'), numberIn(row, 'other_counter'));
    return [
      {
        kind: 'impossible-travel',
        subject: `${card}:${counter}`,
        card,
        isProof: false,
        expected: 'a card that is in one place',
        found: `${Math.round(distance)} km in ${Math.round(Math.abs(elapsedMs) / 60_000)} minutes`,
        evidence: { records: [numberIn(row, 'other_id'), numberIn(row, 'id')] },
      },
    ];
  });
}

function timeIn(bytes: Uint8Array): number {
  return Number(new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getBigUint64(0));
}
