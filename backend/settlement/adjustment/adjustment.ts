import { type BusinessDate, businessDateOf, type EpochMs, type SignedYen } from '#units';
import { type Account, BANK_SUSPENSE, FEE_INCOME } from '../../ledger/chart-of-accounts.ts';
import { dayAfter, endOfDay } from '../business-calendar.ts';

/** Why a closed window is corrected. */
export const ADJUSTMENT_REASONS = [
  'fee-wrong',
  'sale-missing',
  'sale-disputed',
  'bank-difference',
] as const;

/** Who bears it: the issuer's income, or what the bank moved unasked. */
export const ADJUSTMENT_SOURCES = ['fee-income', 'bank-suspense'] as const;

export type AdjustmentReason = (typeof ADJUSTMENT_REASONS)[number];
export type AdjustmentSource = (typeof ADJUSTMENT_SOURCES)[number];

/** A correction of what a closed window meant for one merchant. */
export interface Adjustment {
  /** 1 to 20 capitals, digits and hyphens, chosen by who proposes it. */
  readonly reference: string;
  /** The window that it corrects. */
  readonly windowNumber: number;
  readonly merchantId: number;
  /** What the merchant gets, or gives back where it is negative; not zero. */
  readonly amount: SignedYen;
  readonly against: AdjustmentSource;
  readonly reason: AdjustmentReason;
}

export interface ProposedAdjustment extends Adjustment {
  readonly proposedAt: EpochMs;
  /** The last day, in Japan, on which it can be signed. */
  readonly signUntil: BusinessDate;
}

/** `lapsed`: the deadline came before both had signed. `posted`: both have, and it is in the books. */
export type AdjustmentState = 'proposed' | 'lapsed' | 'posted';

const HEADING = 'Kazasu settlement adjustment, version 1';
const REFERENCE = /^[0-9A-Z-]{1,20}$/;
/** After the day on which the window was closed. */
const PROPOSE_DAYS = 60;
/** After the day on which it was proposed. */
const SIGN_DAYS = 30;

export function isReference(text: string): boolean {
  return REFERENCE.test(text);
}

/** Whether a window that was closed then can still be disputed: for 60 days. */
export function isDisputable(closedAt: EpochMs, now: EpochMs): boolean {
  return now < endOfDay(dayAfter(businessDateOf(closedAt), PROPOSE_DAYS));
}

/** The last day for the signatures: 30 days later. */
export function signUntilOf(proposedAt: EpochMs): BusinessDate {
  return dayAfter(businessDateOf(proposedAt), SIGN_DAYS);
}

export function isLapsed({ signUntil }: ProposedAdjustment, now: EpochMs): boolean {
  return now >= endOfDay(signUntil);
}

/** The one form that both parties sign: lines of ASCII, each ended by LF. */
export function adjustmentBytes(
  issuerId: number,
  { reference, windowNumber, merchantId, amount, against, reason, signUntil }: ProposedAdjustment,
): Uint8Array {
  const lines = [
    HEADING,
    `issuer ${issuerId} adjustment ${reference} of window ${windowNumber}`,
    `merchant ${merchantId} amount ${amount} against ${against} reason ${reason}`,
    `sign until ${signUntil}`,
  ];
  return new TextEncoder().encode(lines.map((line) => `${line}\n`).join(''));
}

export function sourceAccountOf({ against }: Adjustment): Account {
  return against === 'fee-income' ? FEE_INCOME : BANK_SUSPENSE;
}
