import { describe, expect, it } from 'vitest';
import { businessDate, businessDateOf, epochMs, milliseconds, yen } from '#units';
import {
  type JournalledRisk,
  type RiskLimits,
  type RiskyWrite,
  riskRefusalOf,
} from '../../../terminal/debit/risk-limit.ts';
import { NOON } from '../../scheme.ts';

const HOUR = 3_600_000;
const WRITE: RiskyWrite = {
  kind: 'debit',
  amount: yen(300),
  time: NOON,
  today: businessDateOf(NOON),
  hotListCreatedAt: epochMs(NOON - HOUR),
};
const JOURNAL: JournalledRisk = {
  newestTime: epochMs(NOON - 1),
  roomBytes: 4_096,
  offlineCount: 9,
  offlineTotal: yen(9_700),
  cardDayTotal: yen(1_700),
  loadedTotal: yen(9_700),
};
/** Each of them is just kept by the write above. */
const LIMITS: RiskLimits = {
  clockBackMax: milliseconds(1_000),
  journalRoomBytesMin: 4_096,
  keysUntil: businessDate('2026-11-23'),
  hotListAgeMax: milliseconds(HOUR),
  offlineCountMax: 10,
  offlineTotalMax: yen(10_000),
  cardDayTotalMax: yen(2_000),
  loadQuota: yen(10_000),
};

function refusal(
  write: Partial<RiskyWrite>,
  journal: Partial<JournalledRisk> = {},
  limits: RiskLimits = LIMITS,
): string | undefined {
  return riskRefusalOf({ ...WRITE, ...write }, { ...JOURNAL, ...journal }, limits);
}

describe('the risk without a network', () => {
  it('is taken where every limit is just kept', () => {
    expect(refusal({})).toBeUndefined();
  });

  it.each([
    [
      'the clock stands before the newest entry by more than it may',
      {},
      { newestTime: NOON + 1_001 },
      'clock-set-back',
    ],
    ['the clock stands before it by what it may', {}, { newestTime: NOON + 1_000 }, undefined],
    ['the journal has no entry yet', {}, { newestTime: undefined }, undefined],
    ['the room for what is half done is begun', {}, { roomBytes: 4_095 }, 'journal-nearly-full'],
    ['the last day of the keys is over', { today: businessDate('2026-11-24') }, {}, 'keys-expired'],
    [
      'the list is older than it may be',
      { hotListCreatedAt: NOON - HOUR - 1 },
      {},
      'hot-list-too-old',
    ],
    ['there is no list', { hotListCreatedAt: undefined }, {}, 'hot-list-too-old'],
    ['one record more would wait for upload', {}, { offlineCount: 10 }, 'over-offline-count'],
    ['one yen more would wait for upload', { amount: 301 }, {}, 'over-offline-total'],
    [
      'the card would pay one yen more in the day',
      {},
      { cardDayTotal: 1_701 },
      'over-card-day-total',
    ],
    ['a card is loaded that paid all it may', { kind: 'load' }, { cardDayTotal: 2_000 }, undefined],
    ['a load keeps the quota', { kind: 'load' }, { loadedTotal: 9_700 }, undefined],
    [
      'one yen more would be loaded than the quota',
      { kind: 'load' },
      { loadedTotal: 9_701 },
      'load-quota-reached',
    ],
    ['something is sold where the quota is used up', {}, { loadedTotal: 10_000 }, undefined],
  ] as const)('when %s', (_what, write, journal, expected) => {
    const branded = { ...write, ...journal } as Partial<RiskyWrite & JournalledRisk>;
    expect(refusal(branded, branded)).toBe(expected);
  });

  it('names the first reason in the order of the page where all of them hold', () => {
    const write = {
      amount: yen(301),
      today: businessDate('2026-11-24'),
      hotListCreatedAt: undefined,
    };
    const steps: readonly Partial<RiskyWrite & JournalledRisk>[] = [
      {
        newestTime: epochMs(NOON + 2_000),
        roomBytes: 0,
        offlineCount: 10,
        cardDayTotal: yen(1_701),
      },
      { newestTime: NOON },
      { roomBytes: 4_096 },
      { today: WRITE.today },
      { hotListCreatedAt: NOON },
      { offlineCount: 9 },
      { amount: yen(300) },
      { cardDayTotal: yen(1_700) },
    ];
    let worst: Partial<RiskyWrite & JournalledRisk> = write;
    const named: (string | undefined)[] = [];
    for (const step of steps) {
      worst = { ...worst, ...step };
      named.push(refusal(worst, worst));
    }
    expect(named).toEqual([
      'clock-set-back',
      'journal-nearly-full',
      'keys-expired',
      'hot-list-too-old',
      'over-offline-count',
      'over-offline-total',
      'over-card-day-total',
      undefined,
    ]);
  });

  it('has no limit that was not set', () => {
    const worst = { newestTime: epochMs(NOON + HOUR), roomBytes: 0, offlineCount: 1_000_000 };
    expect(refusal({ hotListCreatedAt: undefined }, worst, {})).toBeUndefined();
  });
});
