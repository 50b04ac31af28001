import { z } from 'zod';
import { businessDate, milliseconds, yen } from '#units';
import type { RiskLimits } from './debit/risk-limit.ts';

const MS_PER_SECOND = 1_000;
const SECONDS_PER_HOUR = 3_600;
/** A year: whoever means more means no limit. */
const HOURS_MAX = 8_784;

const CARD_DAY_YEN = 50_000;
const LOAD_QUOTA_YEN = 500_000;
const OFFLINE_RECORDS = 5_000;
const OFFLINE_YEN = 3_000_000;
const CLOCK_BACK_HOURS = 12;
const JOURNAL_ROOM_BYTES: number = 16 * 1024 * 1024;

const whole = (max: number): z.ZodInt => z.int().min(1).max(max);

/** The `limits` of `terminal.json` (terminal/README.md). Each is optional; absent, it does not apply. */
export const limitsFile: z.ZodType<RiskLimits> = z
  .strictObject({
    cardDayTotalMax: whole(0xffff_ffff).transform(yen),
    loadQuota: whole(Number.MAX_SAFE_INTEGER).transform(yen),
    offlineCountMax: whole(0xffff_ffff),
    offlineTotalMax: whole(Number.MAX_SAFE_INTEGER).transform(yen),
    hotListHoursMax: whole(HOURS_MAX),
    keysUntil: z.iso.date().transform(businessDate),
    clockBackSecondsMax: z
      .int()
      .min(0)
      .max(HOURS_MAX * SECONDS_PER_HOUR),
    journalRoomBytesMin: whole(Number.MAX_SAFE_INTEGER),
  })
  .partial()
  .transform(({ hotListHoursMax, clockBackSecondsMax, ...limits }) => ({
    ...withoutAbsent(limits),
    ...(hotListHoursMax !== undefined && {
      hotListAgeMax: milliseconds(hotListHoursMax * SECONDS_PER_HOUR * MS_PER_SECOND),
    }),
    ...(clockBackSecondsMax !== undefined && {
      clockBackMax: milliseconds(clockBackSecondsMax * MS_PER_SECOND),
    }),
  }));

/**
 * The `limits` of a terminal whose `terminal.json` names none, and of a new one: README.md says why
 * these. `amountMax` is the most one sale may be, so that one sale of it is not over the day's.
 */
export function usualLimits(amountMax: number): Readonly<Record<string, number>> {
  return {
    cardDayTotalMax: Math.max(CARD_DAY_YEN, amountMax),
    loadQuota: Math.max(LOAD_QUOTA_YEN, amountMax),
    offlineCountMax: OFFLINE_RECORDS,
    offlineTotalMax: Math.max(OFFLINE_YEN, amountMax),
    clockBackSecondsMax: CLOCK_BACK_HOURS * SECONDS_PER_HOUR,
    journalRoomBytesMin: JOURNAL_ROOM_BYTES,
  };
}

type Present<Fields> = { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> };

/** A field that is there and holds nothing is as one that is not there. */
function withoutAbsent<Fields extends object>(fields: Fields): Present<Fields> {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Present<Fields>;
}
