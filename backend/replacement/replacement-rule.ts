import { type EpochMs, epochMs, type SignedYen } from '#units';

/**
 * How long the value of an ended card stays where it is: sales that were made without a network
 * arrive first. Our choice; a terminal whose batches are missing for as long is overdue (gap-list.ts).
 */
export const QUIET_DAYS = 7;

const DAY_MS = 24 * 60 * 60 * 1000;

/** From when on the value of a card that ended then may be moved. */
export function quietUntil(endedAt: EpochMs): EpochMs {
  return epochMs(endedAt + QUIET_DAYS * DAY_MS);
}

/**
 * Why value is given back in money. The law forbids it in principle (Payment Services Act art. 20) but for
 * the end of the scheme, small amounts, and what its owner cannot help, such as death or moving abroad.
 */
export const REFUND_REASONS = ['small', 'unavoidable', 'termination'] as const;
export type RefundReason = (typeof REFUND_REASONS)[number];

/** Our choice of what is small. */
export const SMALL_REFUND_YEN_MAX = 1_000;

export type RefundRefusal = 'REFUND_CARD_ANONYMOUS' | 'REFUND_NOT_SMALL';

/** An anonymous card belongs to whoever holds it: nobody else can ask for its value. */
export function refundRefusal(
  isRegistered: boolean,
  reason: RefundReason,
  balance: SignedYen,
): RefundRefusal | undefined {
  if (!isRegistered) return 'REFUND_CARD_ANONYMOUS';
  return reason === 'small' && balance > SMALL_REFUND_YEN_MAX ? 'REFUND_NOT_SMALL' : undefined;
}
