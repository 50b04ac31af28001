import { z } from 'zod';
import { type EpochMs, epochMs, type Yen, yen } from '#units';
import type {
  HotListHit,
  PurseIntent,
  PurseIntentOutcome,
  Refund,
} from '../debit/purse-journal.ts';
import { parseJson } from '../json-text.ts';
import type { JournalDamage } from './journal-scan.ts';

/** One line of the journal, by its type (journal-format.md). `at` is when it was written. */
export type JournalEntry =
  | TerminalEntry
  | { readonly type: 'intent'; readonly at: EpochMs; readonly intent: PurseIntent }
  | OutcomeEntry
  | InterruptedEntry
  | BatchEntry
  | { readonly type: 'hot-list-hit'; readonly at: EpochMs; readonly hit: HotListHit }
  | HitReportEntry
  | RefundEntry
  | RefundMissedEntry
  | RefundClaimEntry
  | AcknowledgementEntry
  | TailCutEntry
  | DamageAcceptedEntry;

/** The first entry: whose journal it is. */
export interface TerminalEntry {
  readonly type: 'terminal';
  readonly at: EpochMs;
  readonly format: 'kazasu-journal';
  readonly version: 1;
  readonly terminalId: number;
  readonly samId: number;
}

export interface OutcomeEntry {
  readonly type: 'outcome';
  readonly at: EpochMs;
  readonly terminalTransactionNumber: number;
  readonly outcome: PurseIntentOutcome;
  /** What goes into the batch: present exactly where the purse was written. */
  readonly sealed?: SealedRecord | undefined;
}

/** An intent of which nobody knows what became of it is reported to the issuer, once. */
export interface InterruptedEntry {
  readonly type: 'interrupted';
  readonly at: EpochMs;
  readonly terminalTransactionNumber: number;
  readonly sealed: SealedRecord;
}

/** A hit is reported to the issuer, once. */
export interface HitReportEntry {
  readonly type: 'hit-report';
  readonly at: EpochMs;
  readonly hit: HotListHit;
  readonly sealed: SealedRecord;
}

export interface SealedRecord {
  readonly samNumber: number;
  readonly record: Uint8Array;
}

export interface BatchEntry {
  readonly type: 'batch';
  readonly at: EpochMs;
  readonly number: number;
  readonly lastSamNumber: number;
  readonly hash: Uint8Array;
  readonly bytes: Uint8Array;
}

export interface AcknowledgementEntry {
  readonly type: 'acknowledgement';
  readonly at: EpochMs;
  readonly batchNumber: number;
  readonly bytes: Uint8Array;
}

/** This much of a sale is to be given back to its card. */
export interface RefundEntry {
  readonly type: 'refund';
  readonly at: EpochMs;
  readonly refund: Refund;
}

/** The card of a sale came, and had been used since: what is asked back of it must be given otherwise. */
export interface RefundMissedEntry {
  readonly type: 'refund-missed';
  readonly at: EpochMs;
  readonly saleId: string;
}

/** The issuer is asked to give this much of a sale to its card, once. */
export interface RefundClaimEntry {
  readonly type: 'refund-claim';
  readonly at: EpochMs;
  readonly saleId: string;
  readonly amount: Yen;
  readonly sealed: SealedRecord;
}

/** The file ended in bytes that were no whole line. They are kept here, the first of them at least. */
export interface TailCutEntry {
  readonly type: 'tail-cut';
  readonly at: EpochMs;
  readonly byteCount: number;
  readonly bytes: Uint8Array;
}

/** A person has looked at these damages and goes on without what they took. */
export interface DamageAcceptedEntry {
  readonly type: 'damage-accepted';
  readonly at: EpochMs;
  readonly damages: readonly JournalDamage[];
}

const whole = z.int().min(0);
const byteArray = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const bytes = z.codec(z.base64(), byteArray, {
  decode: (text) => Uint8Array.from(Buffer.from(text, 'base64')),
  encode: (value) => Buffer.from(value).toString('base64'),
});
/** A missing value is written down as `null`, so that no entry leaves a field out by mistake. */
const bytesOrNone = z.codec(z.base64().nullable(), byteArray.or(z.undefined()), {
  decode: (text) => (text === null ? undefined : z.decode(bytes, text)),
  encode: (value) => (value === undefined ? null : z.encode(bytes, value)),
});
const money = z.codec(whole, z.custom<Yen>(Number.isSafeInteger), { decode: yen, encode: Number });
const instant = z.codec(whole, z.custom<EpochMs>(Number.isSafeInteger), {
  decode: epochMs,
  encode: Number,
});

const intent = z.strictObject({
  saleId: z.string(),
  kind: z.enum(['load', 'debit', 'void']),
  idm: bytes,
  cardProfile: z.literal('lite-s').optional(),
  fundedBy: z.literal('pending-load').optional(),
  keyVersion: whole,
  terminalTransactionNumber: whole,
  amount: money,
  asked: money.optional(),
  balanceBefore: money,
  balanceAfter: money,
  cardCounter: whole,
  executionId: bytes,
  certificateBefore: bytes.optional(),
  time: instant,
  purseBlock: bytes,
  historyBlock: bytes,
});

const outcome = z.discriminatedUnion('state', [
  z.strictObject({
    state: z.literal('done'),
    resolution: z.enum(['at-tap', 'at-re-tap']),
    certificate: bytesOrNone,
  }),
  z.strictObject({ state: z.literal('not-done'), detail: z.string() }),
  z.strictObject({ state: z.literal('centre-match') }),
  z.strictObject({ state: z.literal('expired') }),
]);

const sealed = z.strictObject({ samNumber: whole, record: bytes });

const hit = z.strictObject({
  idm: bytes,
  time: instant,
  sequence: whole,
  isBlockedOnCard: z.boolean(),
});

const damage = z.strictObject({
  kind: z.enum(['unreadable', 'unlinked']),
  offset: whole,
  byteCount: whole,
});

const entry = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('terminal'),
    at: instant,
    format: z.literal('kazasu-journal'),
    version: z.literal(1),
    terminalId: whole,
    samId: whole,
  }),
  z.strictObject({ type: z.literal('intent'), at: instant, intent }),
  z.strictObject({
    type: z.literal('outcome'),
    at: instant,
    terminalTransactionNumber: whole,
    outcome,
    sealed: sealed.optional(),
  }),
  z.strictObject({
    type: z.literal('interrupted'),
    at: instant,
    terminalTransactionNumber: whole,
    sealed,
  }),
  z.strictObject({
    type: z.literal('batch'),
    at: instant,
    number: whole,
    lastSamNumber: whole,
    hash: bytes,
    bytes,
  }),
  z.strictObject({
    type: z.literal('acknowledgement'),
    at: instant,
    batchNumber: whole,
    bytes,
  }),
  z.strictObject({ type: z.literal('hot-list-hit'), at: instant, hit }),
  z.strictObject({ type: z.literal('hit-report'), at: instant, hit, sealed }),
  z.strictObject({
    type: z.literal('refund'),
    at: instant,
    refund: z.strictObject({
      refundId: z.string(),
      saleId: z.string(),
      amount: money,
      idm: bytes,
    }),
  }),
  z.strictObject({ type: z.literal('refund-missed'), at: instant, saleId: z.string() }),
  z.strictObject({
    type: z.literal('refund-claim'),
    at: instant,
    saleId: z.string(),
    amount: money,
    sealed,
  }),
  z.strictObject({ type: z.literal('tail-cut'), at: instant, byteCount: whole, bytes }),
  z.strictObject({
    type: z.literal('damage-accepted'),
    at: instant,
    damages: z.array(damage).readonly(),
  }),
]);

export function encodeEntry(value: JournalEntry): string {
  return JSON.stringify(z.encode(entry, value));
}

/** `undefined` for a text that is no entry of this version. */
export function decodeEntry(json: string): JournalEntry | undefined {
  const decoded = z.safeDecode(entry, parseJson(json) as z.input<typeof entry>);
  return decoded.success ? decoded.data : undefined;
}
