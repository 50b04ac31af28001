import { describe, expect, it } from 'vitest';
import { yen } from '#units';
import { batchOutcomeOf } from '../../../backend/collection/batch-outcome.ts';
import type { JudgedRecord } from '../../../backend/collection/verify-batch.ts';

function judged(kind: 'load' | 'debit', amount: number, verdict: string): JudgedRecord {
  return { record: { kind, amount: yen(amount) }, verdict: { verdict } } as JudgedRecord;
}

describe('batchOutcomeOf', () => {
  it('counts what is posted by kind, and what is not', () => {
    expect(
      batchOutcomeOf([
        judged('load', 1, 'accepted'),
        judged('debit', 20, 'accepted'),
        judged('debit', 300, 'accepted'),
        judged('load', 4_000, 'held'),
        judged('debit', 50_000, 'held'),
        judged('debit', 600_000, 'refused'),
        judged('debit', 600_000, 'ignored'),
        judged('load', 600_000, 'fraud'),
      ]),
    ).toEqual({
      loadCount: 1,
      loads: 1,
      debitCount: 2,
      debits: 320,
      heldCount: 2,
      heldLoads: 4_000,
      heldDebits: 50_000,
      unpaidCount: 3,
    });
  });

  it('is nothing for no records', () => {
    expect(batchOutcomeOf([])).toMatchObject({ loadCount: 0, debits: 0, unpaidCount: 0 });
  });
});
