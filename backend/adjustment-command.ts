import { type EpochMs, formatYen } from '#units';
import type { Backend } from './open-backend.ts';
import { type Outcome, refusedOutcome } from './outcome-text.ts';
import type { Adjustment } from './settlement/adjustment/adjustment.ts';
import { listAdjustments } from './settlement/adjustment/adjustment-store.ts';
import { proposeAdjustment } from './settlement/adjustment/propose-adjustment.ts';
import { signAdjustment } from './settlement/adjustment/sign-adjustment.ts';
import type { Party } from './settlement/proposal.ts';
import { keyRefused, privateKeyIn } from './settlement-command.ts';

export interface AdjustOptions
  extends Pick<Adjustment, 'reference' | 'amount' | 'against' | 'reason'> {
  readonly window: number;
  readonly merchant: number;
}

export interface SignAdjustmentOptions {
  readonly reference: string;
  readonly party: Party;
  readonly keyFile?: string;
}

/** `kazasu backend payments adjust`. */
export async function adjust(
  { settlement }: Backend,
  { window: windowNumber, merchant: merchantId, reference, amount, against, reason }: AdjustOptions,
): Promise<Outcome> {
  const adjustment = { reference, windowNumber, merchantId, amount, against, reason };
  const proposed = await proposeAdjustment(settlement, adjustment);
  if (proposed.result === 'refused') return refusedOutcome(proposed);
  const text = new TextDecoder().decode(proposed.bytes);
  return {
    json: { result: proposed.result, ...proposed.adjustment, text },
    lines: text.trimEnd().split('\n'),
  };
}

/** `kazasu backend payments sign-adjustment`: with the keys that sign a window. */
export async function signAdjusted(
  { settlement, keystore }: Backend,
  { reference, party, keyFile }: SignAdjustmentOptions,
): Promise<Outcome> {
  const privateKey = party === 'issuer' ? keystore.signingKey : privateKeyIn(keyFile);
  if (privateKey === undefined) return keyRefused('--key-file has no Ed25519 private key in PEM');
  const signed = await signAdjustment(settlement, { reference, party, privateKey });
  if (signed.result === 'refused') return refusedOutcome(signed);
  const { result, isPosted } = signed;
  const signature = Buffer.from(signed.signature).toString('base64');
  const word = result === 'signed' ? 'has signed' : 'had signed before';
  const next = isPosted ? 'It is in the books.' : 'The other party has not signed.';
  return {
    json: { result, reference, party, signature, isPosted },
    lines: [`The ${party} ${word} adjustment ${reference}. ${next}`],
  };
}

/** `kazasu backend payments adjustments`. */
export async function showAdjustments({ database }: Backend, now: EpochMs): Promise<Outcome> {
  const adjustments = await listAdjustments(database, now);
  const lines = adjustments.map((one) => {
    const until = one.state === 'proposed' ? `, to be signed until ${one.signUntil}` : '';
    return (
      `${one.reference}  ${formatYen(one.amount)} for merchant ${one.merchantId}, window ` +
      `${one.windowNumber}, ${one.reason}: ${one.state}${until}`
    );
  });
  return { json: { adjustments }, lines: lines.length === 0 ? ['No adjustments.'] : lines };
}
