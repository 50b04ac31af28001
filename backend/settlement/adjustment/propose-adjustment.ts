import { readMerchant } from '../../issuer/merchant.ts';
import type { ProposalDependencies } from '../propose-window.ts';
import { readWindow } from '../window.ts';
import {
  type Adjustment,
  adjustmentBytes,
  isDisputable,
  isReference,
  type ProposedAdjustment,
  signUntilOf,
} from './adjustment.ts';
import { readAdjustment } from './adjustment-store.ts';

/** In the order in which they are looked for. */
export type AdjustRefusal =
  | 'SETTLEMENT_ADJUSTMENT_INVALID'
  | 'SETTLEMENT_ADJUSTMENT_TAKEN'
  | 'SETTLEMENT_WINDOW_UNKNOWN'
  | 'SETTLEMENT_WINDOW_OPEN'
  | 'ACCOUNT_MERCHANT_UNKNOWN'
  | 'SETTLEMENT_ADJUSTMENT_LATE';

export type AdjustResult =
  /** `repeated`: it was proposed before, in these words. */
  | {
      readonly result: 'proposed' | 'repeated';
      readonly adjustment: ProposedAdjustment;
      readonly bytes: Uint8Array;
    }
  | { readonly result: 'refused'; readonly reason: AdjustRefusal; readonly detail: string };

/**
 * Proposes to correct what a closed window meant for a merchant. Nothing of that window changes: with
 * the signatures of both parties by the deadline it is a new entry, and without them it lapses.
 */
export function proposeAdjustment(
  { database, issuerId, now }: Pick<ProposalDependencies, 'database' | 'issuerId' | 'now'>,
  adjustment: Adjustment,
): Promise<AdjustResult> {
  const { reference, windowNumber, merchantId, amount, against, reason } = adjustment;
  return database.transaction(async (transaction): Promise<AdjustResult> => {
    if (!isReference(reference) || amount === 0) {
      const detail = 'expected 1 to 20 capitals, digits and hyphens, and an amount';
      return refused('SETTLEMENT_ADJUSTMENT_INVALID', detail);
    }
    const known = await readAdjustment(transaction, reference);
    if (known !== undefined) {
      const bytes = adjustmentBytes(issuerId, known);
      if (isSame(known, adjustment)) return { result: 'repeated', adjustment: known, bytes };
      return refused('SETTLEMENT_ADJUSTMENT_TAKEN', reference);
    }
    const window = await readWindow(transaction, windowNumber);
    const detail = `window ${windowNumber}`;
    if (window === undefined) return refused('SETTLEMENT_WINDOW_UNKNOWN', detail);
    if (window.closedAt === undefined) return refused('SETTLEMENT_WINDOW_OPEN', detail);
    if ((await readMerchant(transaction, merchantId)) === undefined) {
      return refused('ACCOUNT_MERCHANT_UNKNOWN', `merchant ${merchantId}`);
    }
    const proposedAt = now();
    if (!isDisputable(window.closedAt, proposedAt)) {
      return refused('SETTLEMENT_ADJUSTMENT_LATE', detail);
    }
    const signUntil = signUntilOf(proposedAt);
    await transaction.run('INSERT INTO adjustment VALUES (?, ?, ?, ?, ?, ?, ?, ?)', [
      reference,
      windowNumber,
      merchantId,
      amount,
      against,
      reason,
      signUntil,
      proposedAt,
    ]);
    const proposed = { ...adjustment, proposedAt, signUntil };
    const bytes = adjustmentBytes(issuerId, proposed);
    return { result: 'proposed', adjustment: proposed, bytes };
  });
}

function isSame(known: Adjustment, given: Adjustment): boolean {
  return (
    known.windowNumber === given.windowNumber &&
    known.merchantId === given.merchantId &&
    known.amount === given.amount &&
    known.against === given.against &&
    known.reason === given.reason
  );
}

function refused(reason: AdjustRefusal, detail: string): AdjustResult {
  return { result: 'refused', reason, detail };
}
