import type { HitRecord } from '../batch/hit-record.ts';
import type { RecordReason } from './verify-record.ts';

/** Why a hit is kept and not believed, in the order in which it is looked for (api.md). */
export type HitReason = Extract<
  RecordReason,
  | 'RECORD_ISSUER_UNKNOWN'
  | 'RECORD_SAM_UNKNOWN'
  | 'RECORD_SAM_MAC_INVALID'
  | 'RECORD_CARD_UNKNOWN'
  | 'RECORD_DUPLICATE'
>;

/** Everything that the judgement needs besides the hit itself. */
export interface HitContext {
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
  readonly reason: HitReason | undefined;
}

/** Judges one hit, but for whether it was reported before: only the posting knows that. Pure. */
export function verifyHit(hit: HitRecord, context: HitContext): JudgedHit {
  return { hit, reason: reasonAgainst(hit, context) };
}

function reasonAgainst(hit: HitRecord, context: HitContext): HitReason | undefined {
  if (hit.issuerId !== context.issuerId) return 'RECORD_ISSUER_UNKNOWN';
  if (!context.isSamKnown) return 'RECORD_SAM_UNKNOWN';
  if (!context.isSealAuthentic) return 'RECORD_SAM_MAC_INVALID';
  return context.isCardKnown ? undefined : 'RECORD_CARD_UNKNOWN';
}
