import holidayJp from '@holiday-jp/holiday_jp';
import { type BusinessDate, businessDate, businessDateOf, type EpochMs, epochMs } from '#units';

const DAY_MS = 24 * 60 * 60 * 1000;
const MINUTE_MS = 60 * 1000;
const MINUTES_IN_DAY = 24 * 60;
/** Later than this the holidays are not known; earlier, banks worked on Saturdays. */
const FIRST_DAY = '1990-01-01';
const LAST_DAY = '2050-12-31';

/**
 * A time of day in Japan, in minutes after midnight, up to which a day still takes what comes in: 15:00
 * is 900. The minute itself is late.
 */
export interface CutOff {
  readonly minuteOfDay: number;
}

/** The cut-off `HH:MM`, from 00:00 to 24:00. Throws `RangeError`. */
export function cutOff(text: string): CutOff {
  const [, hours = '', minutes = ''] = /^(\d\d):([0-5]\d)$/.exec(text) ?? [];
  const minuteOfDay = hours === '' ? -1 : Number(hours) * 60 + Number(minutes);
  if (minuteOfDay >= 0 && minuteOfDay <= MINUTES_IN_DAY) return { minuteOfDay };
  throw new RangeError(`cut-off: expected a time of day such as 15:00, got ${text}`);
}

/**
 * Whether banks in Japan work on that day: not on Saturdays, Sundays, national holidays, and from 31
 * December to 3 January (Banking Act, Enforcement Order art. 5). A year that is not yet in the official
 * calendar has the equinoxes as they were calculated. Throws `RangeError` outside 1990 to 2050.
 */
export function isBankBusinessDay(date: BusinessDate): boolean {
  assertKnown(date);
  const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
  if (weekday === 0 || weekday === 6) return false;
  return !isBankYearEnd(date) && !holidayJp.isHoliday(date);
}

/** That day, or the next on which banks work. */
export function bankBusinessDayFrom(date: BusinessDate): BusinessDate {
  let day = date;
  while (!isBankBusinessDay(day)) day = dayAfter(day, 1);
  return day;
}

/** That day, or the last before it on which banks work. */
export function bankBusinessDayUntil(date: BusinessDate): BusinessDate {
  let day = date;
  while (!isBankBusinessDay(day)) day = dayAfter(day, -1);
  return day;
}

/** The `count`th day after `date` on which banks work; `date` itself may be any day. */
export function bankBusinessDaysAfter(date: BusinessDate, count: number): BusinessDate {
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new RangeError(`business days: expected a whole number from 1, got ${count}`);
  }
  let day = date;
  for (let left = count; left > 0; left -= 1) day = bankBusinessDayFrom(dayAfter(day, 1));
  return day;
}

/** The business day that takes what comes in at `instant`: today before the cut-off, else the next. */
export function businessDayOf(instant: EpochMs, { minuteOfDay }: CutOff): BusinessDate {
  const today = businessDateOf(instant);
  const isLate = instant >= startOf(today) + minuteOfDay * MINUTE_MS;
  return bankBusinessDayFrom(isLate ? dayAfter(today, 1) : today);
}

/** The first instant that `date` does not take any more. */
export function cutOffInstant(date: BusinessDate, { minuteOfDay }: CutOff): EpochMs {
  return epochMs(startOf(date) + minuteOfDay * MINUTE_MS);
}

/** Midnight in Japan at the end of `date`: the first instant of the next day. */
export function endOfDay(date: BusinessDate): EpochMs {
  return epochMs(startOf(dayAfter(date, 1)));
}

/** `count` days later, whether banks work or not. */
export function dayAfter(date: BusinessDate, count: number): BusinessDate {
  const instant = Date.parse(`${date}T00:00:00Z`) + count * DAY_MS;
  return businessDate(new Date(instant).toISOString().slice(0, 10));
}

/** Japan has no summer time, so its midnight is always nine hours before that of UTC. */
function startOf(date: BusinessDate): number {
  return Date.parse(`${date}T00:00:00+09:00`);
}

function isBankYearEnd(date: BusinessDate): boolean {
  return /-(?:12-31|01-0[123])$/.test(date);
}

function assertKnown(date: BusinessDate): void {
  if (date >= FIRST_DAY && date <= LAST_DAY) return;
  throw new RangeError(`calendar: knows ${FIRST_DAY} to ${LAST_DAY}, got ${date}`);
}
