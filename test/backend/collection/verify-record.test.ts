import { describe, expect, it } from 'vitest';
import type { PurseRecord } from '#batch/record';
import { businessDate, epochMs, yen } from '#units';
import {
  RECORD_AGE_MS_MAX,
  RECORD_CLOCK_LEAD_MS_MAX,
} from '../../../backend/collection/record-limit.ts';
import {
  RECORD_REASONS,
  type RecordContext,
  sameInConstantTime,
  verifyRecord,
} from '../../../backend/collection/verify-record.ts';
import { cardIdm, ISSUER_ID, NOON } from '../../scheme.ts';

const CERTIFICATE = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);

const RECORD: PurseRecord = {
  kind: 'debit',
  issuerId: ISSUER_ID,
  idm: cardIdm(1),
  keyVersion: 1,
  cardCounter: 5,
  terminalId: 42,
  samId: 7,
  samNumber: 1,
  terminalTransactionNumber: 1,
  amount: yen(300),
  balanceBefore: yen(1_000),
  balanceAfter: yen(700),
  time: NOON,
  executionId: Uint8Array.of(0, 5, 0, 0),
  certificate: CERTIFICATE,
  certificateBefore: undefined,
  resolution: 'at-tap',
  samMac: new Uint8Array(16),
};

const CONTEXT: RecordContext = {
  issuerId: ISSUER_ID,
  isSamKnown: true,
  kindsAllowed: ['debit'],
  isSealAuthentic: true,
  cardKeyVersion: 1,
  keyLastDay: undefined,
  amountMax: yen(300),
  receivedAt: NOON,
  expectedCertificate: CERTIFICATE,
  earlierReport: 'none',
  isAfterGap: false,
  voidedSale: 'known',
};

type Change = [Partial<PurseRecord>, Partial<RecordContext>];

/** For each reason, in the documented order, what makes it apply. */
const CHANGES: Readonly<Record<string, Change>> = {
  RECORD_ISSUER_UNKNOWN: [{ issuerId: 82 }, {}],
  RECORD_SAM_UNKNOWN: [{}, { isSamKnown: false }],
  RECORD_SAM_MAC_INVALID: [{}, { isSealAuthentic: false }],
  RECORD_CARD_UNKNOWN: [{}, { cardKeyVersion: undefined }],
  RECORD_KEY_VERSION_UNKNOWN: [{ keyVersion: 2 }, {}],
  RECORD_KEY_VERSION_RETIRED: [{}, { keyLastDay: businessDate('2020-01-01') }],
  RECORD_KIND_NOT_ALLOWED: [{}, { kindsAllowed: ['load'] }],
  RECORD_AMOUNT_ZERO: [{ amount: yen(0) }, {}],
  RECORD_AMOUNT_OVER_LIMIT: [{ amount: yen(301) }, {}],
  RECORD_BALANCE_INCONSISTENT: [{ balanceAfter: yen(701) }, {}],
  RECORD_DATE_OUT_OF_WINDOW: [{ time: epochMs(NOON - RECORD_AGE_MS_MAX - 1) }, {}],
  RECORD_CERTIFICATE_INVALID: [{ certificate: CERTIFICATE.with(7, 9) }, {}],
  RECORD_DUPLICATE: [{}, { earlierReport: 'same' }],
  RECORD_NOT_DONE: [{ resolution: 'interrupted' }, { earlierReport: 'other' }],
  RECORD_COUNTER_REUSED: [{}, { earlierReport: 'other' }],
  RECORD_INTERRUPTED: [{ resolution: 'interrupted' }, {}],
  RECORD_SAM_NUMBER_GAP: [{}, { isAfterGap: true }],
  RECORD_CERTIFICATE_MISSING: [{ certificate: undefined }, {}],
  RECORD_VOID_SALE_OTHER: [{}, { voidedSale: 'other' }],
  RECORD_VOID_SALE_UNKNOWN: [{}, { voidedSale: 'unknown' }],
};

function verdictOn(...changes: Change[]): unknown {
  const record = Object.assign({}, RECORD, ...changes.map(([change]) => change));
  const context = Object.assign({}, CONTEXT, ...changes.map(([, change]) => change));
  return verifyRecord(record, context);
}

describe('verifyRecord', () => {
  it('accepts a record with which nothing is wrong', () => {
    expect(verdictOn()).toEqual({ verdict: 'accepted' });
  });

  it('has the reasons in the documented order', () => {
    expect(RECORD_REASONS).toEqual(Object.keys(CHANGES));
  });

  it('pays a record of the last day of its keys, to midnight in Japan', () => {
    const keyLastDay = businessDate('2026-11-23');
    const [last, first] = ['2026-11-23T14:59:59.999Z', '2026-11-23T15:00:00Z'].map((text) =>
      epochMs(Date.parse(text)),
    );
    expect(verdictOn([{ time: last! }, { keyLastDay }])).toEqual({ verdict: 'accepted' });
    expect(verdictOn([{ time: first! }, { keyLastDay }])).toEqual({
      verdict: 'refused',
      reason: 'RECORD_KEY_VERSION_RETIRED',
    });
  });

  it('has a certified load under retired keys owed: its value can be spent', () => {
    const load = { kind: 'load', balanceBefore: yen(0), balanceAfter: yen(300) } as const;
    const context = { kindsAllowed: ['load'], keyLastDay: businessDate('2026-11-22') } as const;
    expect(verdictOn([load, context])).toEqual({ verdict: 'accepted' });
    expect(verdictOn([{ ...load, certificate: undefined }, context])).toMatchObject({
      reason: 'RECORD_KEY_VERSION_RETIRED',
    });
  });

  it.each([
    [
      'an amount over the limit',
      { amount: yen(301), balanceBefore: yen(0), balanceAfter: yen(301) },
    ],
    [
      'a date out of the window',
      {
        amount: yen(300),
        balanceBefore: yen(0),
        balanceAfter: yen(300),
        time: epochMs(NOON - RECORD_AGE_MS_MAX - 1),
      },
    ],
  ])('has a certified load owed in spite of %s: its value can be spent', (_what, change) => {
    const load = { ...change, kind: 'load' } as const;
    expect(verdictOn([load, { kindsAllowed: ['load'] }])).toEqual({ verdict: 'accepted' });
    const uncertified = { ...load, certificate: undefined };
    expect(verdictOn([uncertified, { kindsAllowed: ['load'] }])).toMatchObject({
      verdict: 'refused',
    });
  });

  it.each(RECORD_REASONS)('looks for %s', (reason) => {
    expect(verdictOn(CHANGES[reason]!)).toMatchObject({ reason });
  });

  // Reasons that cannot meet: a record has one amount, one certificate, one earlier report and one sale.
  const EXCLUSIVE = [
    ['RECORD_AMOUNT_ZERO', 'RECORD_AMOUNT_OVER_LIMIT'],
    ['RECORD_CERTIFICATE_INVALID', 'RECORD_CERTIFICATE_MISSING'],
    ['RECORD_DUPLICATE', 'RECORD_NOT_DONE'],
    ['RECORD_DUPLICATE', 'RECORD_COUNTER_REUSED'],
    ['RECORD_COUNTER_REUSED', 'RECORD_INTERRUPTED'],
    ['RECORD_VOID_SALE_OTHER', 'RECORD_VOID_SALE_UNKNOWN'],
  ];

  it('reports the first of any two reasons that apply together', () => {
    for (const [index, first] of RECORD_REASONS.entries()) {
      for (const second of RECORD_REASONS.slice(index + 1)) {
        if (EXCLUSIVE.some((pair) => pair.includes(first) && pair.includes(second))) continue;
        // The earlier one is applied last, so that its change of a field that both need stays.
        expect(verdictOn(CHANGES[second]!, CHANGES[first]!)).toMatchObject({ reason: first });
      }
    }
  });

  it('holds only for what may still come, and calls a second write under one counter fraud', () => {
    const verdicts = RECORD_REASONS.map((reason) => verdictOn(CHANGES[reason]!)) as {
      verdict: string;
      reason: string;
    }[];
    const reasonsOf = (verdict: string): string[] =>
      verdicts.filter((one) => one.verdict === verdict).map(({ reason }) => reason);
    expect(reasonsOf('held')).toEqual([
      'RECORD_SAM_NUMBER_GAP',
      'RECORD_CERTIFICATE_MISSING',
      'RECORD_VOID_SALE_OTHER',
      'RECORD_VOID_SALE_UNKNOWN',
    ]);
    expect(reasonsOf('ignored')).toEqual(['RECORD_DUPLICATE', 'RECORD_NOT_DONE']);
    expect(reasonsOf('fraud')).toEqual(['RECORD_COUNTER_REUSED']);
  });

  it('takes a load that adds up from a load SAM', () => {
    const load = { kind: 'load', balanceAfter: yen(1_300) } as const;
    expect(verdictOn([load, { kindsAllowed: ['load'] }])).toEqual({ verdict: 'accepted' });
    expect(verdictOn([{ kind: 'load' }, { kindsAllowed: ['load'] }])).toMatchObject({
      reason: 'RECORD_BALANCE_INCONSISTENT',
    });
  });

  it.each([
    ['as old as may be', NOON - RECORD_AGE_MS_MAX, 'accepted'],
    ['a millisecond older', NOON - RECORD_AGE_MS_MAX - 1, 'refused'],
    ['as far ahead as may be', NOON + RECORD_CLOCK_LEAD_MS_MAX, 'accepted'],
    ['a millisecond further', NOON + RECORD_CLOCK_LEAD_MS_MAX + 1, 'refused'],
  ])('judges the clock of the terminal: %s', (_what, time, verdict) => {
    expect(verdictOn([{ time: epochMs(time) }, {}])).toMatchObject({ verdict });
  });

  it('takes no certificate for good where there is none to compare it with', () => {
    expect(verdictOn([{}, { expectedCertificate: undefined }])).toMatchObject({
      reason: 'RECORD_CERTIFICATE_INVALID',
    });
  });
});

describe('sameInConstantTime', () => {
  it('compares every byte and the length', () => {
    expect(sameInConstantTime(CERTIFICATE, CERTIFICATE.slice())).toBe(true);
    expect(sameInConstantTime(CERTIFICATE, CERTIFICATE.with(0, 0))).toBe(false);
    expect(sameInConstantTime(CERTIFICATE, CERTIFICATE.with(7, 0))).toBe(false);
    expect(sameInConstantTime(CERTIFICATE, CERTIFICATE.subarray(1))).toBe(false);
  });
});
