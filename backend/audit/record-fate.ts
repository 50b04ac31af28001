import { formatIdm } from '#felica/identifiers';
import { deriveCardKey } from '#purse/card-key';
import { transactionCertificate } from '#purse/transaction-certificate';
import { certifiedWriteOf, type PurseRecord } from '../batch/record.ts';
import type { SqlRow } from '../database/connection.ts';
import type { SqlReader } from '../database/database.ts';
import { bytesIn, numberIn, textIn } from '../database/row.ts';
import { compare, type Report } from './audit-finding.ts';
import { hex, type RawBatch } from './raw-batch.ts';

/** What became of a record, by the issuer's word. */
export type Fate = 'accepted' | 'held' | 'interrupted' | 'unpaid';

/** Where a held or interrupted record has come to since. */
export type Outcome = 'released' | 'superseded' | 'contradicted';

export interface JudgedRecord {
  readonly record: PurseRecord;
  readonly fate: Fate;
  readonly outcome: Outcome | undefined;
}

/** The issuer's master of transaction certificates for a key version. */
export type CertificateMaster = (keyVersion: number) => Uint8Array | undefined;

const KINDS = ['load', 'debit', 'void'] as const;
const FATES: readonly Fate[] = ['accepted', 'held', 'interrupted'];

const ROWS_STATEMENT = `
SELECT sam_number, idm, card_counter, record.kind AS kind, record.amount_yen AS amount_yen,
  balance_before_yen, balance_after_yen, is_held, has_certificate, resolution.outcome AS outcome
FROM record LEFT JOIN resolution ON resolution.record_id = record.id
WHERE sam_id = ?1 AND sam_number BETWEEN ?2 AND ?3 AND batch_id = ?4 ORDER BY sam_number`;

const FINDINGS_STATEMENT = 'SELECT sam_number, verdict FROM finding WHERE batch_id = ?';

const LIMITS_STATEMENT = `
SELECT terminal.kind AS terminal_kind, sam.kind AS sam_kind,
  min(terminal.amount_max_yen, coalesce(sam.amount_max_yen, 0)) AS amount_max_yen
FROM terminal LEFT JOIN sam ON sam.sam_id = terminal.sam_id
WHERE terminal.terminal_id = ?1 AND terminal.sam_id = ?2`;

/**
 * Gives each record of a posted batch its fate, and reports those that have none or two, whose row says
 * something else than their bytes, or that no issuer may pay. `masterOf` is absent where the auditor
 * has no keys: then certificates are not computed.
 */
export async function judgeBatch(
  reader: SqlReader,
  raw: RawBatch,
  {
    report,
    masterOf,
  }: { readonly report: Report; readonly masterOf: CertificateMaster | undefined },
): Promise<readonly JudgedRecord[]> {
  const { batch, batchId, name } = raw;
  const { samId, firstSamNumber, lastSamNumber, terminalId } = batch.header;
  const range = [samId, firstSamNumber, lastSamNumber, batchId];
  const rows = new Map(
    (await reader.all(ROWS_STATEMENT, range)).map((row) => [numberIn(row, 'sam_number'), row]),
  );
  const verdicts = new Map(
    (await reader.all(FINDINGS_STATEMENT, [batchId])).map((row) => [
      numberIn(row, 'sam_number'),
      textIn(row, 'verdict'),
    ]),
  );
  const limits = limitsIn(await reader.all(LIMITS_STATEMENT, [terminalId, samId]));
  const judged: JudgedRecord[] = [];
  for (const record of batch.records) {
    const place = `${name} SAM number ${record.samNumber}`;
    const row = rows.get(record.samNumber);
    rows.delete(record.samNumber);
    const verdict = verdicts.get(record.samNumber) ?? 'accepted';
    const isUnpaid = ['refused', 'ignored', 'fraud'].includes(verdict);
    if (isUnpaid === (row !== undefined)) {
      const found = row === undefined ? 'neither' : `posted, and ${verdict}`;
      report({ code: 'AUDIT_RECORD_FATE', place, expected: 'one fate', found });
      continue;
    }
    if (row === undefined) {
      judged.push({ record, fate: 'unpaid', outcome: undefined });
      continue;
    }
    compare(report, { code: 'AUDIT_RECORD_ROW', place }, wordsOf(record), wordsIn(row));
    const fate = FATES[numberIn(row, 'is_held')] ?? 'accepted';
    compare(report, { code: 'AUDIT_RECORD_FATE', place }, verdict, fate);
    const outcome = row['outcome'] === null ? undefined : (textIn(row, 'outcome') as Outcome);
    judged.push({ record, fate, outcome });
    const isPaid = fate === 'accepted' || outcome === 'released';
    if (isPaid) checkPaid(record, { place, limits, report, masterOf });
  }
  for (const samNumber of rows.keys()) {
    const place = `${name} SAM number ${samNumber}`;
    report({ code: 'AUDIT_RECORD_FATE', place, expected: 'no record', found: 'posted' });
  }
  return judged;
}

interface Limits {
  readonly mayLoad: boolean;
  readonly mayVoid: boolean;
  readonly amountMax: number;
}

/** `undefined` for a SAM that does not belong into the terminal. */
function limitsIn([row]: readonly SqlRow[]): Limits | undefined {
  if (row === undefined || row['sam_kind'] === null) return undefined;
  const kind = textIn(row, 'sam_kind');
  if (kind !== textIn(row, 'terminal_kind')) return undefined;
  const amountMax = numberIn(row, 'amount_max_yen');
  return { mayLoad: kind === 'load', mayVoid: kind === 'pos-void', amountMax };
}

/** What must be true of every record that is paid, whatever else the issuer asks of it. */
function checkPaid(
  record: PurseRecord,
  {
    place,
    limits,
    report,
    masterOf,
  }: {
    readonly place: string;
    readonly limits: Limits | undefined;
    readonly report: Report;
    readonly masterOf: CertificateMaster | undefined;
  },
): void {
  const unfit = unfitnessOf(record, limits);
  if (unfit !== undefined) {
    report({ code: 'AUDIT_RECORD_UNFIT', place, expected: 'not paid', found: unfit });
  }
  const { certificate, cardProfile } = record;
  if (masterOf === undefined || certificate === undefined || cardProfile !== undefined) return;
  const expected = certificateOf(record, masterOf);
  const at = { code: 'AUDIT_CERTIFICATE', place } as const;
  compare(report, at, expected === undefined ? 'a known key' : hex(expected), hex(certificate));
}

function unfitnessOf(record: PurseRecord, limits: Limits | undefined): string | undefined {
  const { kind, amount, balanceBefore, balanceAfter, certificate } = record;
  const change = kind === 'debit' ? -amount : amount;
  if (amount === 0) return 'an amount of zero';
  if (balanceBefore + change !== balanceAfter) return 'balances that do not add up';
  if (limits === undefined) return 'a SAM that does not belong there';
  const isAllowed = kind === 'load' ? limits.mayLoad : !limits.mayLoad;
  if (!isAllowed || (kind === 'void' && !limits.mayVoid)) return `a ${kind} of that SAM`;
  // What the card itself certified as value on it is owed, whatever the terminal's limit.
  const isValueOnCard = kind !== 'debit' && certificate !== undefined;
  return amount > limits.amountMax && !isValueOnCard ? `${amount} yen, over the limit` : undefined;
}

function certificateOf(record: PurseRecord, masterOf: CertificateMaster): Uint8Array | undefined {
  const master = masterOf(record.keyVersion);
  if (master === undefined) return undefined;
  const { idm, keyVersion: version } = record;
  const key = deriveCardKey(master, { label: 'CERT', idm, version });
  return transactionCertificate(key, certifiedWriteOf(record));
}

/** What {@link wordsOf} says of the record, by the issuer's row of it. */
function wordsIn(row: SqlRow): string {
  return [
    hex(bytesIn(row, 'idm')),
    numberIn(row, 'card_counter'),
    KINDS[numberIn(row, 'kind') - 1],
    numberIn(row, 'amount_yen'),
    numberIn(row, 'balance_before_yen'),
    numberIn(row, 'balance_after_yen'),
    numberIn(row, 'has_certificate'),
  ].join(' ');
}

function wordsOf(record: PurseRecord): string {
  const { cardCounter, kind, amount, balanceBefore, balanceAfter, certificate } = record;
  const hasCertificate = certificate === undefined ? 0 : 1;
  return [
    formatIdm(record.idm),
    cardCounter,
    kind,
    amount,
    balanceBefore,
    balanceAfter,
    hasCertificate,
  ].join(' ');
}
