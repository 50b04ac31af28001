import type { SqlRow } from '../../backend/database/connection.ts';
import type { Database } from '../../backend/database/database.ts';
import type { IssuerEvidence, PostedRecord } from './auditor/evidence.ts';

const BATCHES = `
SELECT evidence.bytes FROM batch JOIN evidence ON evidence.id = evidence_id ORDER BY batch.id`;

const RECORDS = `
SELECT record.sam_id, record.sam_number, record.idm, record.card_counter, record.kind,
  record.amount_yen, record.is_held, resolution.outcome
FROM record LEFT JOIN resolution ON record_id = record.id ORDER BY record.id`;

const FINDINGS = `
SELECT terminal_id, batch_number, finding.* FROM finding JOIN batch ON batch.id = batch_id
ORDER BY batch_id, sam_number`;

const ENTRIES = `
SELECT reference, account, amount_yen FROM entry JOIN transfer ON transfer.id = transfer_id
ORDER BY transfer.id`;

const HITS = 'SELECT * FROM hot_list_hit ORDER BY batch_id, sam_number';

const PENDING_LOADS = `
SELECT batch.sam_id, sam_number, idm, pending_load.amount_yen, paid.number IS NOT NULL AS is_paid
FROM pending_load JOIN batch ON batch.id = batch_id
LEFT JOIN pending_load_payment AS paid ON paid.number = pending_load.number
ORDER BY pending_load.number`;

const KINDS: Readonly<Record<number, PostedRecord['kind']>> = {
  1: 'load',
  2: 'debit',
  3: 'void',
};

const VERDICTS = ['held', 'interrupted', 'refused', 'ignored', 'fraud'] as const;

/** All rows that an auditor asks for, by SQL alone. */
export async function readIssuerEvidence(database: Database): Promise<IssuerEvidence> {
  const batches = await database.all(BATCHES);
  const records = await database.all(RECORDS);
  const findings = await database.all(FINDINGS);
  const entries = await database.all(ENTRIES);
  const hits = await database.all(HITS);
  const pendingLoads = await database.all(PENDING_LOADS);
  return {
    batches: batches.map((row) => bytes(row, 'bytes')),
    records: records.map((row) => ({
      samId: Number(row['sam_id']),
      samNumber: Number(row['sam_number']),
      idm: bytes(row, 'idm'),
      cardCounter: Number(row['card_counter']),
      kind: choice(KINDS[Number(row['kind'])], row),
      amountYen: Number(row['amount_yen']),
      isHeld: row['is_held'] === 1,
      isInterrupted: row['is_held'] === 2,
      resolution: oneOf(['released', 'superseded', 'contradicted'], row['outcome']),
    })),
    findings: findings.map((row) => ({
      terminalId: Number(row['terminal_id']),
      batchNumber: Number(row['batch_number']),
      samNumber: Number(row['sam_number']),
      verdict: choice(oneOf(VERDICTS, row['verdict']), row),
      reason: String(row['reason']),
    })),
    entries: entries.map((row) => ({
      transfer: String(row['reference']),
      account: String(row['account']),
      amountYen: Number(row['amount_yen']),
    })),
    pendingLoads: pendingLoads.map((row) => ({
      samId: Number(row['sam_id']),
      samNumber: Number(row['sam_number']),
      idm: bytes(row, 'idm'),
      amountYen: Number(row['amount_yen']),
      isPaid: row['is_paid'] === 1,
    })),
    hits: hits.map((row) => ({
      samId: Number(row['sam_id']),
      samNumber: Number(row['sam_number']),
      idm: bytes(row, 'idm'),
      listSequence: Number(row['sequence']),
      isBlocked: row['is_blocked'] === 1,
      reason: row['reason'] === null ? null : String(row['reason']),
    })),
  };
}

function bytes(row: SqlRow, column: string): Uint8Array {
  const value = row[column];
  if (value instanceof Uint8Array) return Uint8Array.from(value);
  throw new TypeError(`${column}: expected a BLOB`);
}

function oneOf<Word extends string>(words: readonly Word[], value: unknown): Word | undefined {
  return words.find((word) => word === value);
}

function choice<Value>(value: Value | undefined, row: SqlRow): Value {
  if (value !== undefined) return value;
  throw new TypeError(`expected a known word in ${JSON.stringify(row)}`);
}
