import assert from 'node:assert/strict';
import { type EpochMs, negateYen, type Yen, yen } from '#units';
import { KIND_CODES, type RecordKind, recordKindOf } from '../batch/record.ts';
import type { SqlRow } from '../database/connection.ts';
import type { Database, Transaction } from '../database/database.ts';
import { bytesIn, numberIn, textIn } from '../database/row.ts';
import { readMerchant } from '../issuer/merchant.ts';
import {
  type Cause,
  debitReleaseTransfer,
  debitReversalTransfer,
  debitTransfer,
  loadReleaseTransfer,
  loadReversalTransfer,
  loadTransfer,
  type SaleFee,
  saleFeeOf,
  voidTransfer,
} from '../ledger/issuer-transfer.ts';
import { openWindowNumber } from '../ledger/open-window.ts';
import { postTransfers } from '../ledger/posting.ts';
import type { Transfer } from '../ledger/transfer.ts';
import { createPendingLoads, payPendingLoads } from './pending-load.ts';
import { STANDING_CODE } from './record-row.ts';
import { INTERRUPTED_STATEMENT, RESOLVABLE_STATEMENT } from './resolvable-record.ts';

/**
 * `released`: it was done as reported. `superseded`: another report of the write counts. `contradicted`:
 * the card certified something else; only of what is interrupted.
 */
const OUTCOMES = ['released', 'superseded', 'contradicted'] as const;

type Outcome = (typeof OUTCOMES)[number];

interface ResolvedRecord {
  readonly recordId: number;
  readonly idm: Uint8Array;
  readonly outcome: Outcome;
  readonly cardCounter: number;
  readonly kind: RecordKind;
  /** No money has moved for it, and nobody counted it on its card. */
  readonly wasInterrupted: boolean;
  readonly amount: Yen;
  readonly cause: Cause;
}

export interface HeldResolution {
  readonly releasedCount: number;
  readonly supersededCount: number;
}

/**
 * Moves the money of held records out of suspense where evidence says whose it is, and posts what was
 * interrupted where the card proves it. Then decides what of refunds and pending loads waited for such
 * records.
 */
export function resolveHeld(database: Database, now: EpochMs): Promise<HeldResolution> {
  return database.transaction(async (transaction) => {
    const windowNumber = await openWindowNumber(transaction);
    const resolved: ResolvedRecord[] = [];
    for (const statement of [RESOLVABLE_STATEMENT, INTERRUPTED_STATEMENT]) {
      const rows = await transaction.all(statement);
      for (const record of rows.map(resolvedRecordOf)) {
        await resolve(transaction, record, { windowNumber, now });
        resolved.push(record);
      }
    }
    const time = { windowNumber, postedAt: now };
    await createPendingLoads(transaction, time);
    await payPendingLoads(transaction, time);
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
  await transaction.run('INSERT INTO resolution VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)', [
    record.recordId,
    record.outcome,
    record.wasInterrupted ? 1 : 0,
    windowNumber,
    merchant.merchantId,
    KIND_CODES[record.kind],
    record.amount,
    fee.fee,
    fee.commission,
    now,
  ]);
}

function transferOf(record: ResolvedRecord, fee: SaleFee): Transfer | undefined {
  const { outcome, kind, cause, amount } = record;
  if (record.wasInterrupted) return outcome === 'released' ? newTransferOf(record, fee) : undefined;
  if (outcome === 'superseded') {
    return kind === 'debit'
      ? debitReversalTransfer(cause, amount)
      : loadReversalTransfer(cause, kind, amount);
  }
  return kind === 'debit'
    ? debitReleaseTransfer(cause, amount, fee)
    : loadReleaseTransfer(cause, amount);
}

function newTransferOf(
  { kind, cause, amount }: ResolvedRecord,
  fee: SaleFee,
): Transfer | undefined {
  if (kind === 'debit') return debitTransfer(cause, amount, fee);
  return kind === 'load' ? loadTransfer(cause, amount) : voidTransfer(cause, amount);
}

/** A held load or void was on no card, a held debit was taken from its card. */
async function correctShadow(transaction: Transaction, record: ResolvedRecord): Promise<void> {
  if (record.outcome === 'released') {
    await transaction.run('INSERT INTO card_to_examine VALUES (?) ON CONFLICT DO NOTHING', [
      record.idm,
    ]);
  }
  const change = shadowChangeOf(record);
  if (change === 0) return;
  await transaction.run(
    `UPDATE card_shadow SET balance_yen = balance_yen + ?, last_counter = max(last_counter, ?)
    WHERE idm = ?`,
    [change, record.cardCounter, record.idm],
  );
}

function shadowChangeOf({ kind, outcome, amount, wasInterrupted }: ResolvedRecord): number {
  const isReleased = outcome === 'released';
  if (!wasInterrupted) return (kind !== 'debit') === isReleased ? amount : 0;
  if (!isReleased) return 0;
  return kind === 'debit' ? negateYen(amount) : amount;
}

function resolvedRecordOf(row: SqlRow): ResolvedRecord {
  const kind = recordKindOf(numberIn(row, 'kind'));
  const outcome = OUTCOMES.find((word) => word === textIn(row, 'outcome'));
  assert(outcome !== undefined, 'the statements know no other');
  assert(kind !== undefined, 'only known kinds are posted');
  const reference = `resolution:${numberIn(row, 'sam_id')}:${numberIn(row, 'sam_number')}`;
  return {
    recordId: numberIn(row, 'record_id'),
    idm: bytesIn(row, 'idm'),
    outcome,
    cardCounter: numberIn(row, 'card_counter'),
    kind,
    wasInterrupted: numberIn(row, 'is_held') === STANDING_CODE.interrupted,
    amount: yen(numberIn(row, 'amount_yen')),
    cause: { reference, merchantId: numberIn(row, 'merchant_id') },
  };
}
