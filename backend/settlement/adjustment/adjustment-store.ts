import { z } from 'zod';
import { businessDate, type EpochMs, epochMs, signedYen } from '#units';
import type { SqlRow } from '../../database/connection.ts';
import type { SqlReader } from '../../database/database.ts';
import { bytesIn, numberIn, textIn } from '../../database/row.ts';
import type { Party } from '../proposal.ts';
import type { ProposalSignature } from '../proposal-store.ts';
import {
  ADJUSTMENT_REASONS,
  ADJUSTMENT_SOURCES,
  type AdjustmentState,
  isLapsed,
  type ProposedAdjustment,
} from './adjustment.ts';

export interface ListedAdjustment extends ProposedAdjustment {
  readonly state: AdjustmentState;
  readonly signedBy: readonly Party[];
}

const SOURCE = z.enum(ADJUSTMENT_SOURCES);
const REASON = z.enum(ADJUSTMENT_REASONS);
const LISTED_MAX = 1_000;

export async function readAdjustment(
  reader: SqlReader,
  reference: string,
): Promise<ProposedAdjustment | undefined> {
  const [row] = await reader.all('SELECT * FROM adjustment WHERE reference = ?', [reference]);
  return row && adjustmentIn(row);
}

export async function isPosted(reader: SqlReader, reference: string): Promise<boolean> {
  const sql = 'SELECT reference FROM posted_adjustment WHERE reference = ?';
  return (await reader.all(sql, [reference])).length > 0;
}

export async function readAdjustmentSignatures(
  reader: SqlReader,
  reference: string,
): Promise<ReadonlyMap<Party, ProposalSignature>> {
  const sql = 'SELECT * FROM adjustment_signature WHERE reference = ? ORDER BY party';
  const rows = await reader.all(sql, [reference]);
  return new Map(
    rows.map((row) => [
      textIn(row, 'party') === 'carrier' ? 'carrier' : 'issuer',
      { publicKey: bytesIn(row, 'public_key'), signature: bytesIn(row, 'signature') },
    ]),
  );
}

/** The newest first, at most a thousand. */
export async function listAdjustments(
  reader: SqlReader,
  now: EpochMs,
): Promise<readonly ListedAdjustment[]> {
  const rows = await reader.all(
    'SELECT * FROM adjustment ORDER BY proposed_at_ms DESC, reference LIMIT ?',
    [LISTED_MAX],
  );
  const listed: ListedAdjustment[] = [];
  for (const adjustment of rows.map(adjustmentIn)) {
    const { reference } = adjustment;
    const unsigned = isLapsed(adjustment, now) ? 'lapsed' : 'proposed';
    const state = (await isPosted(reader, reference)) ? 'posted' : unsigned;
    const signatures = await readAdjustmentSignatures(reader, reference);
    listed.push({ ...adjustment, state, signedBy: [...signatures.keys()] });
  }
  return listed;
}

function adjustmentIn(row: SqlRow): ProposedAdjustment {
  return {
    reference: textIn(row, 'reference'),
    windowNumber: numberIn(row, 'window_number'),
    merchantId: numberIn(row, 'merchant_id'),
    amount: signedYen(numberIn(row, 'amount_yen')),
    against: SOURCE.parse(textIn(row, 'against')),
    reason: REASON.parse(textIn(row, 'reason')),
    signUntil: businessDate(textIn(row, 'sign_until')),
    proposedAt: epochMs(numberIn(row, 'proposed_at_ms')),
  };
}
