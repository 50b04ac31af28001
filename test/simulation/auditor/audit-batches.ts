import type { ReadBatch, ReadRecord } from './batch-reading.ts';
import type { ReadJournal } from './journal-reading.ts';

const NO_HASH = '0'.repeat(64);

/** Holds the batches that the terminals closed against their records, and against the issuer's. */
export function auditBatches(
  journals: readonly ReadJournal[],
  stored: readonly ReadBatch[],
): readonly string[] {
  const violations: string[] = [];
  const storedByName = new Map<string, ReadBatch>();
  for (const batch of stored) {
    const name = nameOf(batch);
    if (storedByName.has(name)) violations.push(`${name}: stored twice by the issuer`);
    storedByName.set(name, batch);
  }
  for (const journal of journals) {
    violations.push(...auditChain(journal));
    for (const batch of journal.batches) {
      const atIssuer = storedByName.get(nameOf(batch));
      storedByName.delete(nameOf(batch));
      if (atIssuer !== undefined && atIssuer.hash !== batch.hash) {
        violations.push(`${nameOf(batch)}: the issuer stored another one`);
      }
      if (atIssuer === undefined && journal.acknowledged.has(batch.number)) {
        violations.push(`${nameOf(batch)}: acknowledged, and the issuer has none`);
      }
    }
  }
  for (const name of storedByName.keys()) violations.push(`${name}: no terminal closed it`);
  return violations;
}

/** Numbers without a gap, each naming the one before, with all records in their order. */
function auditChain({ terminalId, batches, intents }: ReadJournal): readonly string[] {
  const violations: string[] = [];
  let previous = NO_HASH;
  for (const [index, batch] of batches.entries()) {
    violations.push(...batch.violations);
    if (batch.number !== index + 1) violations.push(`${nameOf(batch)}: ${index + 1} was next`);
    if (batch.terminalId !== terminalId) violations.push(`${nameOf(batch)}: of another terminal`);
    if (batch.previousHash !== previous) {
      violations.push(`${nameOf(batch)}: does not name the batch before it`);
    }
    previous = batch.hash;
  }
  const records = [...intents.values()].flatMap(({ record, claim }) =>
    [record, claim].filter((sealed) => sealed !== undefined),
  );
  const inOrder = records.sort((first, second) => first.samNumber - second.samNumber);
  const closed = batches.flatMap((batch) => batch.records);
  for (const [index, record] of closed.entries()) {
    if (record.bytes !== inOrder[index]?.bytes) {
      violations.push(`terminal ${terminalId}: ${nameOfRecord(record)} is not the journal's`);
    }
  }
  return violations;
}

function nameOf({ terminalId, number }: ReadBatch): string {
  return `terminal ${terminalId}, batch ${number}`;
}

export function nameOfRecord({ samNumber, kind, amount, card }: ReadRecord): string {
  return `record ${samNumber} (${kind} of ${amount} yen, card ${card})`;
}
