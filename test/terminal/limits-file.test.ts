import { describe, expect, it } from 'vitest';
import { limitsFile, usualLimits } from '../../terminal/limits-file.ts';

describe('the limits of terminal.json', () => {
  it('may all be absent', () => {
    expect(limitsFile.parse({})).toEqual({});
    expect(Object.keys(limitsFile.parse({}))).toEqual([]);
  });

  it('are these where nobody said others, and never less than one sale may be', () => {
    expect(limitsFile.parse(usualLimits(30_000))).toEqual({
      cardDayTotalMax: 50_000,
      loadQuota: 500_000,
      offlineCountMax: 5_000,
      offlineTotalMax: 3_000_000,
      clockBackMax: 12 * 3_600_000,
      journalRoomBytesMin: 16 * 1024 * 1024,
    });
    expect(limitsFile.parse(usualLimits(4_000_000))).toMatchObject({
      cardDayTotalMax: 4_000_000,
      loadQuota: 4_000_000,
      offlineTotalMax: 4_000_000,
    });
  });

  it('are told in hours and seconds, and kept in milliseconds', () => {
    const all = {
      cardDayTotalMax: 20_000,
      offlineCountMax: 500,
      offlineTotalMax: 1_000_000,
      hotListHoursMax: 48,
      keysUntil: '2027-03-31',
      clockBackSecondsMax: 0,
      journalRoomBytesMin: 1_000_000,
    };
    const { hotListHoursMax, clockBackSecondsMax, ...same } = all;
    const expected = { ...same, hotListAgeMax: 48 * 3_600_000, clockBackMax: 0 };
    expect(limitsFile.parse(all)).toEqual(expected);
  });

  it.each([
    ['cardDayTotalMax', 0],
    ['loadQuota', 0],
    ['offlineCountMax', 1.5],
    ['offlineTotalMax', -1],
    ['hotListHoursMax', 8_785],
    ['keysUntil', '2027-02-30'],
    ['clockBackSecondsMax', -1],
    ['journalRoomBytesMin', '1 MB'],
    ['hotListDaysMax', 2],
  ])('do not take a %s of %j', (field, value) => {
    const parsed = limitsFile.safeParse({ [field]: value });
    expect(JSON.stringify(parsed.error?.issues)).toContain(field);
  });
});
