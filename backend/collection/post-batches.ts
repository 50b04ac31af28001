import assert from 'node:assert/strict';
import { type EpochMs, yen } from '#units';
import { KIND_CODES } from '../batch/record.ts';
import type { Database, Transaction } from '../database/database.ts';
import { numberIn } from '../database/row.ts';
import { readMerchant } from '../issuer/merchant.ts';
import {
  debitTransfer,
  holdTransfer,
  loadTransfer,
  type MerchantRates,
  type SaleFee,
  saleFeeOf,
  voidTransfer,
} from '../ledger/issuer-transfer.ts';
import { openWindowNumber } from '../ledger/open-window.ts';
import { type PostingTime, postTransfers } from '../ledger/posting.ts';
import type { Transfer } from '../ledger/transfer.ts';
import { type BatchOutcome, batchOutcomeOf } from './batch-outcome.ts';
import { judgeEarlierReports } from './earlier-report.ts';
import { findSuspicions } from './find-suspicion.ts';
import { openCases } from './fraud-case.ts';
import { insertHits } from './hit-row.ts';
import { EXAMINE_STATEMENT, INSERT_RECORDS_STATEMENT, SHADOW_STATEMENT } from './record-row.ts';
import { insertClaims } from './refund-claim-row.ts';
import type { VerifiedBatch } from './verify-batch.ts';

/**
 * Posts verified batches in one database transaction: records, findings, hits, claims, card shadows, and the
 * entries of each batch. A batch that somebody else posted meanwhile is left out. Resolves with
 * what each batch that it did post came to.
 *
 * One batch at a time is enough for correctness; a backlog is faster in groups, because a page with
 * many new keys is then written once (storage.md 1.5).
 */
export function postBatches(
  database: Database,
  group: readonly VerifiedBatch[],
  postedAt: EpochMs,
): Promise<readonly BatchOutcome[]> {
  return database.transaction(async (transaction) => {
    const claimed = await claimBatches(transaction, group);
    if (claimed.length === 0) return [];
    const { batches, rows } = await judgeEarlierReports(transaction, claimed);
    const lastId = await insertRecords(transaction, rows);
    await insertFindings(transaction, batches);
    await insertHits(transaction, batches);
    await insertClaims(transaction, batches);
    await openCases(transaction, await findSuspicions(transaction, batches, lastId), postedAt);
    const windowNumber = await openWindowNumber(transaction);
    const posted = await priceBatches(transaction, batches);
    const time = { windowNumber, postedAt };
    await postTransfers(transaction, posted.flatMap(transfersOf), time);
    await insertPosted(transaction, posted, time);
    return posted.map(({ outcome }) => outcome);
  });
}

/** What a batch came to, and what its merchant pays for it. */
interface PostedBatch {
  readonly batch: VerifiedBatch['batch'];
  readonly outcome: BatchOutcome;
  readonly fee: SaleFee;
}

const CLAIM_STATEMENT = `
DELETE FROM unverified_batch WHERE batch_id IN (SELECT CAST(atom AS INTEGER) FROM json_each(?)) RETURNING batch_id`;

async function claimBatches(
  transaction: Transaction,
  group: readonly VerifiedBatch[],
): Promise<readonly VerifiedBatch[]> {
  const ids = group.map(({ batch }) => batch.id);
  const rows = await transaction.all(CLAIM_STATEMENT, [JSON.stringify(ids)]);
  const claimed = new Set(rows.map((row) => numberIn(row, 'batch_id')));
  return group.filter(({ batch }) => claimed.has(batch.id));
}

/** Resolves with the id of the last record before them. */
async function insertRecords(transaction: Transaction, rows: Uint8Array): Promise<number> {
  const [last] = await transaction.all('SELECT coalesce(max(id), 0) AS id FROM record');
  await transaction.run(INSERT_RECORDS_STATEMENT, [rows]);
  const lastId = numberIn(last, 'id');
  await transaction.run(SHADOW_STATEMENT, [lastId]);
  await transaction.run(EXAMINE_STATEMENT, [lastId]);
  return lastId;
}

const INSERT_FINDINGS_STATEMENT = `
INSERT INTO finding
SELECT CAST(value ->> 0 AS INTEGER), CAST(value ->> 1 AS INTEGER), value ->> 2, value ->> 3,
  unhex(value ->> 4), CAST(value ->> 5 AS INTEGER), CAST(value ->> 6 AS INTEGER),
  CAST(value ->> 7 AS INTEGER)
FROM json_each(?1)`;

async function insertFindings(
  transaction: Transaction,
  batches: readonly VerifiedBatch[],
): Promise<void> {
  const findings: (readonly (string | number)[])[] = [];
  for (const { batch, records } of batches) {
    for (const { record, card, verdict } of records) {
      if (verdict.verdict === 'accepted') continue;
      const { samNumber, cardCounter, amount } = record;
      const { verdict: word, reason } = verdict;
      const kind = KIND_CODES[record.kind];
      findings.push([batch.id, samNumber, word, reason, card, cardCounter, kind, amount]);
    }
  }
  if (findings.length === 0) return;
  await transaction.run(INSERT_FINDINGS_STATEMENT, [JSON.stringify(findings)]);
}

async function priceBatches(
  transaction: Transaction,
  batches: readonly VerifiedBatch[],
): Promise<readonly PostedBatch[]> {
  const ratesOf = new Map<number, MerchantRates>();
  for (const { batch } of batches) {
    if (ratesOf.has(batch.merchantId)) continue;
    const merchant = await readMerchant(transaction, batch.merchantId);
    assert(merchant !== undefined, 'only batches of registered merchants are stored');
    ratesOf.set(batch.merchantId, merchant.rates);
  }
  return batches.map(({ batch, records }) => {
    const rates = ratesOf.get(batch.merchantId);
    assert(rates !== undefined, 'every merchant was read');
    const outcome = batchOutcomeOf(records);
    // A sale that is given back in the same batch costs no fee. One of an earlier batch gives back
    // the fee of as much as is sold in this one: a fee is never below zero.
    const charged = yen(Math.max(0, outcome.debits - outcome.voids));
    return { batch, outcome, fee: saleFeeOf(charged, rates) };
  });
}

function transfersOf({ batch, outcome, fee }: PostedBatch): readonly (Transfer | undefined)[] {
  const { terminalId, batchNumber, merchantId } = batch;
  const cause = { reference: `batch:${terminalId}:${batchNumber}`, merchantId };
  return [
    loadTransfer(cause, outcome.loads),
    voidTransfer(cause, outcome.voids),
    debitTransfer(cause, outcome.debits, fee),
    holdTransfer(cause, {
      loads: outcome.heldLoads,
      debits: outcome.heldDebits,
      voids: outcome.heldVoids,
    }),
  ];
}

const POSTED_COUNT = 15;
const POSTED_CELLS = Array.from(
  { length: POSTED_COUNT },
  (_, place) => `CAST(value ->> ${place} AS INTEGER)`,
);

const INSERT_POSTED_STATEMENT = `
INSERT INTO posted_batch
SELECT ${POSTED_CELLS[0]}, ?1, ${POSTED_CELLS.slice(1).join(', ')}, ?2
FROM json_each(?3)`;

async function insertPosted(
  transaction: Transaction,
  posted: readonly PostedBatch[],
  { windowNumber, postedAt }: PostingTime,
): Promise<void> {
  const rows = posted.map(({ batch, outcome, fee }) => [
    batch.id,
    batch.merchantId,
    outcome.loadCount,
    outcome.loads,
    outcome.debitCount,
    outcome.debits,
    outcome.voidCount,
    outcome.voids,
    outcome.heldCount,
    outcome.heldLoads,
    outcome.heldDebits,
    outcome.heldVoids,
    outcome.unpaidCount,
    fee.fee,
    fee.commission,
  ]);
  const text = JSON.stringify(rows);
  await transaction.run(INSERT_POSTED_STATEMENT, [windowNumber, postedAt, text]);
}
