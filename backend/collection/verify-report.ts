import type { HitRecord } from '../batch/hit-record.ts';
import type { RefundClaim } from '../batch/refund-claim.ts';
import type { RecordReason } from './verify-record.ts';

/** Why a hit or a claim is kept and not believed, in the order in which it is looked for (api.md). */
export type ReportReason = Extract<
  RecordReason,
  | 'RECORD_ISSUER_UNKNOWN'
  | 'RECORD_SAM_UNKNOWN'
  | 'RECORD_SAM_MAC_INVALID'
  | 'RECORD_CARD_UNKNOWN'
  | 'RECORD_DUPLICATE'
>;

/** Everything that the judgement needs besides the report itself. */
export interface ReportContext {
  readonly issuerId: number;
  /** The issuer gave this SAM out. */
  readonly isSamKnown: boolean;
  readonly isSealAuthentic: boolean;
  /** The issuer issued this card. */
  readonly isCardKnown: boolean;
}

export interface JudgedHit {
  readonly hit: HitRecord;
  /** Absent: it is believed. */
  readonly reason: ReportReason | undefined;
}

export interface JudgedClaim {
  readonly claim: RefundClaim;
  /** Absent: it is believed. Whether its sale is one is decided later (pending-load.ts). */
  readonly reason: ReportReason | undefined;
}

/** Judges a report that writes no purse, but for whether it came before: only the posting knows that. Pure. */
export function reasonAgainstReport(
  report: HitRecord | RefundClaim,
  context: ReportContext,
): ReportReason | undefined {
  if (report.issuerId !== context.issuerId) return 'RECORD_ISSUER_UNKNOWN';
  if (!context.isSamKnown) return 'RECORD_SAM_UNKNOWN';
  if (!context.isSealAuthentic) return 'RECORD_SAM_MAC_INVALID';
  return context.isCardKnown ? undefined : 'RECORD_CARD_UNKNOWN';
}
