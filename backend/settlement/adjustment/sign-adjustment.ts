import { createPublicKey, type KeyObject } from 'node:crypto';
import { sameBytes } from '#felica/identifiers';
import { type EpochMs, negateYen } from '#units';
import type { SqlReader, Transaction } from '../../database/database.ts';
import { merchantPayableOf } from '../../ledger/chart-of-accounts.ts';
import { openWindowNumber } from '../../ledger/open-window.ts';
import { postTransfers } from '../../ledger/posting.ts';
import { transfer } from '../../ledger/transfer.ts';
import { type Party, signProposal } from '../proposal.ts';
import { isSignedByParties, readCarrierKey } from '../proposal-store.ts';
import type { ProposalDependencies } from '../propose-window.ts';
import {
  adjustmentBytes,
  isLapsed,
  type ProposedAdjustment,
  sourceAccountOf,
} from './adjustment.ts';
import { isPosted, readAdjustment, readAdjustmentSignatures } from './adjustment-store.ts';

/** In the order in which they are looked for. */
export type SignAdjustmentRefusal =
  | 'SETTLEMENT_ADJUSTMENT_UNKNOWN'
  | 'SETTLEMENT_KEY_UNKNOWN'
  | 'SETTLEMENT_ADJUSTMENT_LAPSED';

export type SignAdjustmentResult =
  /** `repeated`: this party signed before, and nothing changes. */
  | {
      readonly result: 'signed' | 'repeated';
      readonly signature: Uint8Array;
      /** Both have signed, and it is in the books. */
      readonly isPosted: boolean;
    }
  | { readonly result: 'refused'; readonly reason: SignAdjustmentRefusal; readonly detail: string };

export interface AdjustmentSigning {
  readonly reference: string;
  readonly party: Party;
  /** An Ed25519 key. */
  readonly privateKey: KeyObject;
}

/**
 * Signs an adjustment for one party. The second signature posts it: the merchant's payable of the open
 * window gets it, so that it is in the next statement and paid with the next window.
 */
export function signAdjustment(
  { database, issuerId, now }: Pick<ProposalDependencies, 'database' | 'issuerId' | 'now'>,
  { reference, party, privateKey }: AdjustmentSigning,
): Promise<SignAdjustmentResult> {
  return database.transaction(async (transaction): Promise<SignAdjustmentResult> => {
    const adjustment = await readAdjustment(transaction, reference);
    if (adjustment === undefined) return refused('SETTLEMENT_ADJUSTMENT_UNKNOWN', reference);
    const known = (await readAdjustmentSignatures(transaction, reference)).get(party);
    if (known !== undefined) {
      const { signature } = known;
      return { result: 'repeated', signature, isPosted: await isPosted(transaction, reference) };
    }
    const publicKey = derOf(privateKey);
    if (party === 'carrier' && !(await isCarrierKeyNow(transaction, publicKey))) {
      return refused('SETTLEMENT_KEY_UNKNOWN', reference);
    }
    const signedAt = now();
    if (isLapsed(adjustment, signedAt)) return refused('SETTLEMENT_ADJUSTMENT_LAPSED', reference);
    const bytes = adjustmentBytes(issuerId, adjustment);
    const signature = signProposal(privateKey, bytes);
    await transaction.run('INSERT INTO adjustment_signature VALUES (?, ?, ?, ?, ?)', [
      reference,
      party,
      publicKey,
      signature,
      signedAt,
    ]);
    const signatures = await readAdjustmentSignatures(transaction, reference);
    const isComplete = await isSignedByParties(transaction, signatures, bytes);
    if (isComplete) await post(transaction, adjustment, signedAt);
    return { result: 'signed', signature, isPosted: isComplete };
  });
}

async function post(
  transaction: Transaction,
  adjustment: ProposedAdjustment,
  postedAt: EpochMs,
): Promise<void> {
  const { reference, merchantId, amount } = adjustment;
  const windowNumber = await openWindowNumber(transaction);
  const legs = [
    { account: merchantPayableOf(merchantId), amount: negateYen(amount) },
    { account: sourceAccountOf(adjustment), amount },
  ];
  const time = { windowNumber, postedAt };
  await postTransfers(transaction, [transfer(`adjustment:${reference}`, 'adjustment', legs)], time);
  await transaction.run('INSERT INTO posted_adjustment VALUES (?, ?, ?, ?, ?)', [
    reference,
    windowNumber,
    merchantId,
    amount,
    postedAt,
  ]);
}

async function isCarrierKeyNow(reader: SqlReader, publicKey: Uint8Array): Promise<boolean> {
  const registered = await readCarrierKey(reader);
  return registered !== undefined && sameBytes(registered, publicKey);
}

function derOf(privateKey: KeyObject): Uint8Array {
  const publicKey = createPublicKey(privateKey);
  return Uint8Array.from(publicKey.export({ type: 'spki', format: 'der' }));
}

function refused(reason: SignAdjustmentRefusal, detail: string): SignAdjustmentResult {
  return { result: 'refused', reason, detail };
}
