import type { BusinessDate, EpochMs, Milliseconds, Yen } from '#units';
import type { PurseWriteKind } from './purse-card.ts';

/** Why this terminal may not sell now. In the order in which they are looked for. */
export type RiskRefusal =
  | 'clock-set-back'
  | 'journal-nearly-full'
  | 'keys-expired'
  | 'hot-list-too-old'
  | 'over-offline-count'
  | 'over-offline-total'
  | 'over-card-day-total'
  | 'load-quota-reached';

/** What a terminal may risk without a network. A limit that is absent does not apply. */
export interface RiskLimits {
  /** How far the clock may stand before the newest entry of the journal. */
  readonly clockBackMax?: Milliseconds;
  /** What must be left for entries to come: those of sales that are half done, and of hits. */
  readonly journalRoomBytesMin?: number;
  /** The last day on which the SAM's keys may be used. */
  readonly keysUntil?: BusinessDate;
  readonly hotListAgeMax?: Milliseconds;
  /** The most records that the issuer has not acknowledged yet, and the most they may add up to. */
  readonly offlineCountMax?: number;
  readonly offlineTotalMax?: Yen;
  /** The most one card may pay here on one business day. */
  readonly cardDayTotalMax?: Yen;
  /** The most a load terminal may put on cards before the issuer has its records. */
  readonly loadQuota?: Yen;
}

/** What the journal knows. Sales that are unresolved count as if they had been paid. */
export interface JournalledRisk {
  /** The time of the newest intent; `undefined` in an empty journal. */
  readonly newestTime: EpochMs | undefined;
  /** How many bytes of entries there is still room for. */
  readonly roomBytes: number;
  /** Of all loads and debits that the issuer has not acknowledged. */
  readonly offlineCount: number;
  readonly offlineTotal: Yen;
  /** What this card paid here on that day. */
  readonly cardDayTotal: Yen;
  /** Of all loads that the issuer has not acknowledged, in a record or half done. */
  readonly loadedTotal: Yen;
}

/** The port to whoever keeps the journal. */
export interface RiskFacts {
  factsOf(idm: Uint8Array, day: BusinessDate): Promise<JournalledRisk>;
}

export interface RiskyWrite {
  readonly kind: PurseWriteKind;
  readonly amount: Yen;
  readonly time: EpochMs;
  readonly today: BusinessDate;
  /** `undefined` where the terminal has no hot list. */
  readonly hotListCreatedAt: EpochMs | undefined;
}

/** The first reason to refuse, or `undefined` if the sale is within all limits. */
export function riskRefusalOf(
  write: RiskyWrite,
  journal: JournalledRisk,
  limits: RiskLimits,
): RiskRefusal | undefined {
  return stateRefusalOf(write, journal, limits) ?? totalRefusalOf(write, journal, limits);
}

/** Of the terminal's state, whatever the sale is. */
function stateRefusalOf(
  { time, today, hotListCreatedAt }: RiskyWrite,
  { newestTime, roomBytes }: JournalledRisk,
  limits: RiskLimits,
): RiskRefusal | undefined {
  const { clockBackMax, journalRoomBytesMin = 0, keysUntil, hotListAgeMax } = limits;
  const isClockJudged = clockBackMax !== undefined && newestTime !== undefined;
  if (isClockJudged && newestTime - time > clockBackMax) return 'clock-set-back';
  if (roomBytes < journalRoomBytesMin) return 'journal-nearly-full';
  if (keysUntil !== undefined && today > keysUntil) return 'keys-expired';
  if (hotListAgeMax === undefined) return undefined;
  const isFresh = hotListCreatedAt !== undefined && time - hotListCreatedAt <= hotListAgeMax;
  return isFresh ? undefined : 'hot-list-too-old';
}

/** Of what would have been risked with this sale. */
function totalRefusalOf(
  { kind, amount }: RiskyWrite,
  { offlineCount, offlineTotal, cardDayTotal, loadedTotal }: JournalledRisk,
  limits: RiskLimits,
): RiskRefusal | undefined {
  const { offlineCountMax = Infinity, offlineTotalMax = Infinity } = limits;
  if (offlineCount + 1 > offlineCountMax) return 'over-offline-count';
  if (offlineTotal + amount > offlineTotalMax) return 'over-offline-total';
  const { cardDayTotalMax = Infinity, loadQuota = Infinity } = limits;
  const isOver = kind === 'debit' && cardDayTotal + amount > cardDayTotalMax;
  if (isOver) return 'over-card-day-total';
  const isQuotaOver = kind === 'load' && loadedTotal + amount > loadQuota;
  return isQuotaOver ? 'load-quota-reached' : undefined;
}
