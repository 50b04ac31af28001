import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { businessDate, signedYen, yen } from '#units';
import {
  type BookedTransfer,
  DepositCount,
  depositDueOn,
  depositFor,
  isBaseDate,
} from '../../../backend/settlement/half-deposit.ts';

const MARCH = businessDate('2027-03-31');

const LOAD: BookedTransfer = {
  id: 1,
  reference: 'batch:1:load',
  kind: 'load',
  windowNumber: 1,
  postedAt: 1_000,
  entries: [
    { account: 'card-liability', amount: signedYen(-30_000_001) },
    { account: 'load-receivable:1001', amount: signedYen(30_000_001) },
  ],
};
const HOLD: BookedTransfer = {
  id: 2,
  reference: 'batch:2:hold',
  kind: 'hold',
  windowNumber: 1,
  postedAt: 2_000,
  entries: [
    { account: 'card-liability', amount: signedYen(1_000) },
    { account: 'suspense', amount: signedYen(-1_000) },
  ],
};

const REFUND: BookedTransfer = {
  id: 3,
  reference: 'pending-load:1:refund',
  kind: 'refund',
  windowNumber: 1,
  postedAt: 3_000,
  entries: [
    { account: 'pending-load-payable', amount: signedYen(-40) },
    { account: 'void-receivable:1001', amount: signedYen(40) },
  ],
};

describe('a base date', () => {
  it('is 31 March or 30 September, and gives two months', () => {
    expect(
      ['2027-03-31', '2026-09-30', '2027-03-30', '2027-12-31'].map(businessDate).map(isBaseDate),
    ).toEqual([true, true, false, false]);
    expect(depositDueOn(MARCH)).toBe('2027-05-31');
    expect(depositDueOn(businessDate('2026-09-30'))).toBe('2026-11-30');
  });
});

describe('the deposit', () => {
  it('is owed above ten million yen, and is at least one half', () => {
    expect([0, 10_000_000, 10_000_001, 10_000_002].map(yen).map(depositFor)).toEqual([
      0, 0, 5_000_001, 5_000_001,
    ]);
    fc.assert(
      fc.property(fc.integer({ min: 10_000_001, max: Number.MAX_SAFE_INTEGER }), (unused) => {
        const deposit = BigInt(depositFor(yen(unused)));
        expect(2n * deposit >= BigInt(unused) && 2n * (deposit - 1n) < BigInt(unused)).toBe(true);
      }),
    );
  });
});

describe('DepositCount', () => {
  it('counts what is owed to cards, what is held, and what waits for cards, as unused', () => {
    const count = new DepositCount();
    count.add(LOAD);
    count.add(HOLD);
    count.add(REFUND);
    const { booksHash, ...report } = count.report(businessDate('2026-09-30'));
    expect(report).toEqual({
      baseDate: '2026-09-30',
      cardLiability: 29_999_001,
      suspense: 1_000,
      pendingLoads: 40,
      unused: 30_000_041,
      deposit: 15_000_021,
      dueOn: '2026-11-30',
      payableUntil: '2026-11-30',
      changes: { load: 30_000_001, refund: 40 },
      transferCount: 3,
    });
    // The lines are written out, so that the hash can be made by any other program.
    const lines = [
      'Kazasu books for a base date, version 1',
      '[1,"batch:1:load","load",1,1000,[["card-liability",-30000001],["load-receivable:1001",30000001]]]',
      '[2,"batch:2:hold","hold",1,2000,[["card-liability",1000],["suspense",-1000]]]',
      '[3,"pending-load:1:refund","refund",1,3000,[["pending-load-payable",-40],["void-receivable:1001",40]]]',
      '',
    ];
    expect(booksHash).toBe(createHash('sha256').update(lines.join('\n')).digest('hex'));
  });

  it('has the last bank day where the last day is none, and no deposit for empty books', () => {
    const { unused, deposit, dueOn, payableUntil } = new DepositCount().report(
      businessDate('2025-03-31'),
    );
    expect([unused, deposit, dueOn, payableUntil]).toEqual([0, 0, '2025-05-31', '2025-05-30']);
  });

  it('gives another hash for any other transfer', () => {
    const hashOf = (transfer: BookedTransfer): string => {
      const count = new DepositCount();
      count.add(transfer);
      return count.report(MARCH).booksHash;
    };
    const others = [
      LOAD,
      { ...LOAD, id: 2 },
      { ...LOAD, reference: 'batch:2:load' },
      { ...LOAD, kind: 'void' },
      { ...LOAD, windowNumber: 2 },
      { ...LOAD, postedAt: 1_001 },
      { ...LOAD, entries: LOAD.entries.slice(0, 1) },
    ];
    expect(new Set(others.map(hashOf)).size).toBe(others.length);
  });
});
