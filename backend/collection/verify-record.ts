import { timingSafeEqual } from 'node:crypto';
import { type BusinessDate, businessDateOf, type EpochMs, type Yen } from '#units';
import type { PurseRecord, RecordKind } from '../batch/record.ts';
import { RECORD_AGE_MS_MAX, RECORD_CLOCK_LEAD_MS_MAX } from './record-limit.ts';

/**
 * What becomes of a record. `accepted`: it is posted. `held`: nothing is wrong, but something is
 * missing, so its money waits in suspense for evidence. `interrupted`: nobody knows whether it was done,
 * so no money moves until the card proves it. `ignored`: it was reported before, or was not done.
 * `refused`: it is not paid. `fraud`: it is not paid, and a person must look.
 */
export type Verdict = 'accepted' | 'held' | 'interrupted' | 'ignored' | 'refused' | 'fraud';

export type RecordReason =
  | 'RECORD_ISSUER_UNKNOWN'
  | 'RECORD_SAM_UNKNOWN'
  | 'RECORD_SAM_MAC_INVALID'
  | 'RECORD_CARD_UNKNOWN'
  | 'RECORD_KEY_VERSION_UNKNOWN'
  | 'RECORD_KEY_VERSION_RETIRED'
  | 'RECORD_KIND_NOT_ALLOWED'
  | 'RECORD_AMOUNT_ZERO'
  | 'RECORD_AMOUNT_OVER_LIMIT'
  | 'RECORD_BALANCE_INCONSISTENT'
  | 'RECORD_DATE_OUT_OF_WINDOW'
  | 'RECORD_CERTIFICATE_INVALID'
  | 'RECORD_DUPLICATE'
  | 'RECORD_NOT_DONE'
  | 'RECORD_COUNTER_REUSED'
  | 'RECORD_INTERRUPTED'
  | 'RECORD_SAM_NUMBER_GAP'
  | 'RECORD_CERTIFICATE_MISSING'
  | 'RECORD_VOID_SALE_OTHER'
  | 'RECORD_VOID_SALE_UNKNOWN';

/** Whether this SAM number or this purse write was reported before, and with the same content. */
export type EarlierReport = 'none' | 'same' | 'other';

/**
 * What the issuer knows of the sale that a void gives back. `other`: its card did something else before,
 * or the sale is another merchant's, or less. Of other kinds of records: `known`.
 */
export type VoidedSale = 'known' | 'unknown' | 'other';

/** Everything that the judgement needs besides the record itself. */
export interface RecordContext {
  readonly issuerId: number;
  /** The issuer gave this SAM out. */
  readonly isSamKnown: boolean;
  /** What this SAM may report in this terminal; nothing if it does not belong there. */
  readonly kindsAllowed: readonly RecordKind[];
  readonly isSealAuthentic: boolean;
  /** The key version of the card's account; absent if there is none. */
  readonly cardKeyVersion: number | undefined;
  /** The last day of the record's key version; absent if it does not end. */
  readonly keyLastDay: BusinessDate | undefined;
  readonly amountMax: Yen;
  readonly receivedAt: EpochMs;
  /**
   * The certificate that the card must have made; absent where the card is not known. For a Lite-S,
   * which makes none, it still names the purse write.
   */
  readonly expectedCertificate: Uint8Array | undefined;
  /** What stands in its place in the record of a Lite-S, which makes none. */
  readonly expectedEvidence?: Uint8Array | undefined;
  readonly earlierReport: EarlierReport;
  /** The record before it, by SAM number, was never received. */
  readonly isAfterGap: boolean;
  readonly voidedSale: VoidedSale;
}

export type RecordVerdict =
  | { readonly verdict: 'accepted' }
  | { readonly verdict: Exclude<Verdict, 'accepted'>; readonly reason: RecordReason };

interface Rule {
  readonly reason: RecordReason;
  readonly verdict: Exclude<Verdict, 'accepted'>;
  readonly applies: (record: PurseRecord, context: RecordContext) => boolean;
}

/**
 * In the order in which they are looked for; the first that applies is the verdict. Holds come last:
 * a record is held only if nothing else speaks against it.
 */
const RULES: readonly Rule[] = [
  refusal('RECORD_ISSUER_UNKNOWN', (record, { issuerId }) => record.issuerId !== issuerId),
  refusal('RECORD_SAM_UNKNOWN', (_, { isSamKnown }) => !isSamKnown),
  refusal('RECORD_SAM_MAC_INVALID', (_, { isSealAuthentic }) => !isSealAuthentic),
  refusal('RECORD_CARD_UNKNOWN', (_, { cardKeyVersion }) => cardKeyVersion === undefined),
  refusal(
    'RECORD_KEY_VERSION_UNKNOWN',
    (record, { cardKeyVersion }) => record.keyVersion !== cardKeyVersion,
  ),
  refusal(
    'RECORD_KEY_VERSION_RETIRED',
    (record, context) => isAfter(record, context.keyLastDay) && !isValueOnCard(record, context),
  ),
  refusal(
    'RECORD_KIND_NOT_ALLOWED',
    (record, { kindsAllowed }) => !kindsAllowed.includes(record.kind),
  ),
  refusal('RECORD_AMOUNT_ZERO', (record) => record.amount === 0),
  refusal(
    'RECORD_AMOUNT_OVER_LIMIT',
    (record, context) => record.amount > context.amountMax && !isValueOnCard(record, context),
  ),
  refusal('RECORD_BALANCE_INCONSISTENT', (record) => !isBalanceConsistent(record)),
  refusal(
    'RECORD_DATE_OUT_OF_WINDOW',
    (record, context) => !isInTime(record, context.receivedAt) && !isValueOnCard(record, context),
  ),
  refusal('RECORD_CERTIFICATE_INVALID', isCertificateInvalid),
  {
    reason: 'RECORD_DUPLICATE',
    verdict: 'ignored',
    applies: (_, { earlierReport }) => earlierReport === 'same',
  },
  {
    // The card took its next counter for another write, so it did not do this one.
    reason: 'RECORD_NOT_DONE',
    verdict: 'ignored',
    applies: (record, { earlierReport }) =>
      record.resolution === 'interrupted' && earlierReport === 'other',
  },
  {
    // A cloned card or a broken terminal: paying either version would choose one without evidence.
    reason: 'RECORD_COUNTER_REUSED',
    verdict: 'fraud',
    applies: (_, { earlierReport }) => earlierReport === 'other',
  },
  {
    reason: 'RECORD_INTERRUPTED',
    verdict: 'interrupted',
    applies: ({ resolution }) => resolution === 'interrupted',
  },
  {
    reason: 'RECORD_SAM_NUMBER_GAP',
    verdict: 'held',
    applies: (_, { isAfterGap }) => isAfterGap,
  },
  {
    reason: 'RECORD_CERTIFICATE_MISSING',
    verdict: 'held',
    applies: (record) => record.certificate === undefined,
  },
  {
    // Held, not refused: if the card certified it, its holder has the value.
    reason: 'RECORD_VOID_SALE_OTHER',
    verdict: 'held',
    applies: (_, { voidedSale }) => voidedSale === 'other',
  },
  {
    reason: 'RECORD_VOID_SALE_UNKNOWN',
    verdict: 'held',
    applies: (_, { voidedSale }) => voidedSale === 'unknown',
  },
];

/** The reasons in the order in which they are looked for (api.md). */
export const RECORD_REASONS: readonly RecordReason[] = RULES.map(({ reason }) => reason);

const ACCEPTED: RecordVerdict = { verdict: 'accepted' };

/** Judges one record. Pure: what it needs of the world is in the context. */
export function verifyRecord(record: PurseRecord, context: RecordContext): RecordVerdict {
  const rule = RULES.find(({ applies }) => applies(record, context));
  return rule === undefined ? ACCEPTED : { verdict: rule.verdict, reason: rule.reason };
}

function refusal(reason: RecordReason, applies: Rule['applies']): Rule {
  return { reason, verdict: 'refused', applies };
}

function isBalanceConsistent({ kind, amount, balanceBefore, balanceAfter }: PurseRecord): boolean {
  const change = kind === 'debit' ? -amount : amount;
  return balanceBefore + change === balanceAfter;
}

/**
 * A load or a void that the card has certified is value that its holder can spend, whatever rule the
 * terminal broke: refusing it would only forgive its merchant the cash, or pay a sale that is no more.
 */
function isValueOnCard(record: PurseRecord, context: RecordContext): boolean {
  const isCertified = record.certificate !== undefined && !isCertificateInvalid(record, context);
  return record.kind !== 'debit' && isCertified;
}

function isInTime({ time }: PurseRecord, receivedAt: EpochMs): boolean {
  const age = receivedAt - time;
  return age <= RECORD_AGE_MS_MAX && -age <= RECORD_CLOCK_LEAD_MS_MAX;
}

/** By the terminal's clock, in Japan. */
function isAfter({ time }: PurseRecord, lastDay: BusinessDate | undefined): boolean {
  return lastDay !== undefined && businessDateOf(time) > lastDay;
}

function isCertificateInvalid(
  { certificate, cardProfile }: PurseRecord,
  { expectedCertificate, expectedEvidence }: RecordContext,
): boolean {
  if (certificate === undefined) return false;
  const expected = cardProfile === 'lite-s' ? expectedEvidence : expectedCertificate;
  return expected === undefined || !sameInConstantTime(certificate, expected);
}

/** For values that a forger could find byte by byte if the answer came sooner. */
export function sameInConstantTime(first: Uint8Array, second: Uint8Array): boolean {
  return first.length === second.length && timingSafeEqual(first, second);
}
