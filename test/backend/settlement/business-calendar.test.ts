import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { businessDate, businessDateOf, epochMs } from '#units';
import {
  bankBusinessDayFrom,
  bankBusinessDaysAfter,
  bankBusinessDayUntil,
  businessDayOf,
  cutOff,
  cutOffInstant,
  dayAfter,
  endOfDay,
  isBankBusinessDay,
} from '../../../backend/settlement/business-calendar.ts';

const DAY = fc
  .integer({ min: Date.UTC(1990, 0, 15), max: Date.UTC(2050, 11, 1) })
  .map((time) => businessDateOf(epochMs(time)));
const CUT_OFF = fc.integer({ min: 0, max: 1_440 }).map((minuteOfDay) => ({ minuteOfDay }));

describe('isBankBusinessDay', () => {
  it.each([
    ['2026-11-20', true, 'a Friday'],
    ['2026-11-21', false, 'a Saturday'],
    ['2026-11-22', false, 'a Sunday'],
    ['2026-11-23', false, 'Labor Thanksgiving Day'],
    ['2026-12-30', true, 'the last business day of 2026'],
    ['2026-12-31', false, 'the end of the year, a Thursday'],
    ['2025-01-02', false, 'the beginning of the year, a Thursday'],
    ['2025-01-03', false, 'the beginning of the year, a Friday'],
    ['2027-01-04', true, 'the first business day of 2027'],
    ['2025-05-06', false, 'a holiday in lieu'],
    ['2026-09-22', false, 'a day between two holidays'],
    ['2019-05-01', false, 'the enthronement, by an Act of its own'],
    ['2021-07-23', false, 'Sports Day, moved for the Olympic Games'],
    ['2021-10-11', true, 'the day Sports Day was moved from'],
    ['2020-02-23', false, 'the birthday of the present emperor'],
    ['2020-12-23', true, 'the birthday of the emperor before him'],
  ])('%s is %s: %s', (day, expected) => {
    expect(isBankBusinessDay(businessDate(day))).toBe(expected);
  });

  it('is asked for years whose holidays are known', () => {
    expect(() => isBankBusinessDay(businessDate('1989-12-31'))).toThrow(RangeError);
    expect(() => isBankBusinessDay(businessDate('2051-01-01'))).toThrow(RangeError);
  });

  it('are 243 in 2025 and 242 in 2026', () => {
    const count = (year: number): number =>
      Array.from({ length: 365 }, (_, day) => dayAfter(businessDate(`${year}-01-01`), day)).filter(
        isBankBusinessDay,
      ).length;
    expect([count(2025), count(2026)]).toEqual([243, 242]);
  });
});

describe('the next business day', () => {
  it('is over the new year, the golden week and the silver week what a calendar on paper says', () => {
    expect(bankBusinessDayFrom(businessDate('2026-12-31'))).toBe('2027-01-04');
    expect(bankBusinessDayFrom(businessDate('2026-05-02'))).toBe('2026-05-07');
    expect(bankBusinessDaysAfter(businessDate('2026-09-18'), 1)).toBe('2026-09-24');
    expect(bankBusinessDaysAfter(businessDate('2026-11-20'), 2)).toBe('2026-11-25');
    expect(bankBusinessDayUntil(businessDate('2027-01-03'))).toBe('2026-12-30');
    expect(bankBusinessDayFrom(businessDate('2026-11-24'))).toBe('2026-11-24');
  });

  it('is a business day with none between, and counts one by one', () => {
    fc.assert(
      fc.property(DAY, fc.integer({ min: 1, max: 12 }), (day, count) => {
        const from = bankBusinessDayFrom(day);
        expect(isBankBusinessDay(from)).toBe(true);
        for (let between = day; between < from; between = dayAfter(between, 1)) {
          expect(isBankBusinessDay(between)).toBe(false);
        }
        const next = bankBusinessDaysAfter(day, count);
        expect(next > day).toBe(true);
        expect(bankBusinessDaysAfter(next, 1)).toBe(bankBusinessDaysAfter(day, count + 1));
        expect(bankBusinessDayUntil(dayAfter(next, -1)) <= next).toBe(true);
      }),
    );
  });

  it('is counted from one', () => {
    expect(() => bankBusinessDaysAfter(businessDate('2026-11-20'), 0)).toThrow(RangeError);
  });
});

describe('the cut-off', () => {
  const three = cutOff('15:00');

  it('is a time of day', () => {
    expect(three).toEqual({ minuteOfDay: 900 });
    expect(cutOff('24:00')).toEqual({ minuteOfDay: 1_440 });
    for (const text of ['15', '24:01', '9:00', '12:60', '-1:00', '']) {
      expect(() => cutOff(text)).toThrow(RangeError);
    }
  });

  it.each([
    ['2026-11-20T05:59:59.999Z', '2026-11-20', 'the last instant of Friday'],
    ['2026-11-20T06:00:00.000Z', '2026-11-24', 'Friday at 15:00, before a long weekend'],
    ['2026-11-23T00:00:00.000Z', '2026-11-24', 'a holiday in the morning'],
    ['2026-12-30T06:00:00.000Z', '2027-01-04', 'after the last cut-off of the year'],
    ['2026-11-23T15:00:00.000Z', '2026-11-24', 'midnight in Japan'],
  ])('%s counts for %s: %s', (instant, day) => {
    expect(businessDayOf(epochMs(Date.parse(instant)), three)).toBe(day);
  });

  it('divides time: a day takes all from one cut-off to the next, by the clock of Tokyo', () => {
    const clock = new Intl.DateTimeFormat('en-CA', {
      timeZone: 'Asia/Tokyo',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    fc.assert(
      fc.property(DAY, CUT_OFF, (day, anyCutOff) => {
        const today = bankBusinessDayFrom(day);
        const end = cutOffInstant(today, anyCutOff);
        expect(businessDayOf(epochMs(end - 1), anyCutOff)).toBe(
          anyCutOff.minuteOfDay === 0 ? bankBusinessDayFrom(today) : today,
        );
        expect(businessDayOf(end, anyCutOff)).toBe(bankBusinessDaysAfter(today, 1));
        const [hours = '', minutes = ''] = clock.format(end).split(':');
        expect(Number(hours) * 60 + Number(minutes)).toBe(anyCutOff.minuteOfDay % 1_440);
        expect(businessDateOf(epochMs(endOfDay(day) - 1))).toBe(day);
        expect(businessDateOf(endOfDay(day))).toBe(dayAfter(day, 1));
      }),
    );
  });
});
