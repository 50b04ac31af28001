import assert from 'node:assert/strict';
import { type EpochMs, type Yen, yen } from '#units';
import { type RecordKind, recordKindOf } from '../batch/record.ts';
import type { SqlRow } from '../database/connection.ts';
import type { Database, Transaction } from '../database/database.ts';
import { bytesIn, numberIn, textIn } from '../database/row.ts';
import { readMerchant } from '../issuer/merchant.ts';
import {
  type Cause,
  debitReleaseTransfer,
  debitReversalTransfer,
  loadReleaseTransfer,
  loadReversalTransfer,
  type SaleFee,
  saleFeeOf,
} from '../ledger/issuer-transfer.ts';
import { openWindowNumber } from '../ledger/open-window.ts';
import { postTransfers } from '../ledger/posting.ts';
import type { Transfer } from '../ledger/transfer.ts';
import { KIND_CODE } from './record-row.ts';

/** `released`: it was done as reported. `superseded`: a certified report of the write came. */
type Outcome = 'released' | 'superseded';

interface ResolvedRecord {
  readonly recordId: number;
  readonly idm: Uint8Array;
  readonly outcome: Outcome;
  readonly kind: RecordKind;
  readonly amount: Yen;
  readonly cause: Cause;
}

export interface HeldResolution {
  readonly releasedCount: number;
  readonly supersededCount: number;
}

/**
 * Held records for which there is evidence now.
 *
 * - Another report of the same purse write has a certificate: that one counts, this one is reversed.
 * - With a certificate, held for a gap: the missing SAM number has come.
 *
 * - Without one, the card's next record brings it: the certificate that lay on the card before that
 *   write is the one that this write must have made. Its own terminal is in what it certifies.
 *
 * Nothing else that its neighbors say releases a record without a certificate: counters and balances
 * prove that the card was written, not by whom, and any terminal can read in the card's log what
 * another one sold. It stays in suspense until the certificate comes, or a person decides.
 */
export const RESOLVABLE_STATEMENT = `
SELECT * FROM (
SELECT record.id AS record_id, record.idm AS idm, record.kind AS kind,
  record.amount_yen AS amount_yen, batch.merchant_id AS merchant_id,
  record.sam_id AS sam_id, record.sam_number AS sam_number,
  CASE
    WHEN record.has_certificate = 0 AND EXISTS (
      SELECT 1 FROM record AS certified INDEXED BY record_certified
      WHERE certified.idm = record.idm AND certified.card_counter = record.card_counter
        AND certified.has_certificate = 1) THEN 'superseded'
    WHEN record.sam_number > 1 AND NOT EXISTS (
      SELECT 1 FROM batch AS covering WHERE covering.sam_id = record.sam_id
        AND covering.first_sam_number <= record.sam_number - 1
        AND covering.last_sam_number >= record.sam_number - 1) THEN NULL
    WHEN record.has_certificate = 1 THEN 'released'
    WHEN EXISTS (
      SELECT 1 FROM record AS next INDEXED BY record_certified
      WHERE next.idm = record.idm AND next.card_counter = record.card_counter + 1
        AND next.has_certificate = 1 AND next.certificate_before = record.purse_write) OR EXISTS (
      SELECT 1 FROM record AS next INDEXED BY record_uncertified
      WHERE next.idm = record.idm AND next.card_counter = record.card_counter + 1
        AND next.has_certificate = 0 AND next.certificate_before = record.purse_write)
      THEN 'released'
  END AS outcome
FROM record INDEXED BY record_held CROSS JOIN batch ON batch.id = record.batch_id
WHERE record.is_held = 1
  AND NOT EXISTS (SELECT 1 FROM resolution WHERE record_id = record.id))
WHERE outcome IS NOT NULL ORDER BY record_id`;

/** Moves the money of held records out of suspense where evidence says whose it is. */
export function resolveHeld(database: Database, now: EpochMs): Promise<HeldResolution> {
  return database.transaction(async (transaction) => {
    const rows = await transaction.all(RESOLVABLE_STATEMENT);
    const windowNumber = await openWindowNumber(transaction);
    const resolved = rows.map(resolvedRecordOf);
    for (const record of resolved) await resolve(transaction, record, { windowNumber, now });
    const releasedCount = resolved.filter(({ outcome }) => outcome === 'released').length;
    return { releasedCount, supersededCount: resolved.length - releasedCount };
  });
}

async function resolve(
  transaction: Transaction,
  record: ResolvedRecord,
  { windowNumber, now }: { readonly windowNumber: number; readonly now: EpochMs },
): Promise<void> {
  const merchant = await readMerchant(transaction, record.cause.merchantId);
  assert(merchant !== undefined, 'only batches of registered merchants are stored');
  const isSale = record.kind === 'debit' && record.outcome === 'released';
  const fee = saleFeeOf(isSale ? record.amount : yen(0), merchant.rates);
  await postTransfers(transaction, [transferOf(record, fee)], { windowNumber, postedAt: now });
  await correctShadow(transaction, record);
  await transaction.run('INSERT INTO resolution VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)', [
    record.recordId,
    record.outcome,
    windowNumber,
    merchant.merchantId,
    KIND_CODE[record.kind],
    record.amount,
    fee.fee,
    fee.commission,
    now,
  ]);
}

function transferOf(record: ResolvedRecord, fee: SaleFee): Transfer | undefined {
  const { outcome, kind, cause, amount } = record;
  if (outcome === 'superseded') {
    return kind === 'debit'
      ? debitReversalTransfer(cause, amount)
      : loadReversalTransfer(cause, kind, amount);
  }
  return kind === 'debit'
    ? debitReleaseTransfer(cause, amount, fee)
    : loadReleaseTransfer(cause, amount);
}

/** A held load or void was on no card, a held debit was taken from its card. */
async function correctShadow(transaction: Transaction, record: ResolvedRecord): Promise<void> {
  const isOnCardNow = (record.kind !== 'debit') === (record.outcome === 'released');
  if (!isOnCardNow) return;
  await transaction.run('UPDATE card_shadow SET balance_yen = balance_yen + ? WHERE idm = ?', [
    record.amount,
    record.idm,
  ]);
}

function resolvedRecordOf(row: SqlRow): ResolvedRecord {
  const kind = recordKindOf(numberIn(row, 'kind'));
  assert(kind !== undefined, 'only known kinds are posted');
  const reference = `resolution:${numberIn(row, 'sam_id')}:${numberIn(row, 'sam_number')}`;
  return {
    recordId: numberIn(row, 'record_id'),
    idm: bytesIn(row, 'idm'),
    outcome: textIn(row, 'outcome') === 'released' ? 'released' : 'superseded',
    kind,
    amount: yen(numberIn(row, 'amount_yen')),
    cause: { reference, merchantId: numberIn(row, 'merchant_id') },
  };
}
