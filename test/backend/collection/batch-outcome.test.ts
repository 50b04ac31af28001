import { describe, expect, it } from 'vitest';
import type { RecordKind } from '#batch/record';
import { yen } from '#units';
import { batchOutcomeOf } from '../../../backend/collection/batch-outcome.ts';
import type { JudgedRecord } from '../../../backend/collection/verify-batch.ts';

function judged(kind: RecordKind, amount: number, verdict: string): JudgedRecord {
  return { record: { kind, amount: yen(amount) }, verdict: { verdict } } as JudgedRecord;
}

describe('batchOutcomeOf', () => {
  it('counts what is posted by kind, and what is not', () => {
    expect(
      batchOutcomeOf([
        judged('load', 1, 'accepted'),
        judged('debit', 20, 'accepted'),
        judged('debit', 300, 'accepted'),
        judged('void', 7, 'accepted'),
        judged('load', 4_000, 'held'),
        judged('void', 8, 'held'),
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
      voidCount: 1,
      voids: 7,
      heldCount: 3,
      heldLoads: 4_000,
      heldDebits: 50_000,
      heldVoids: 8,
      unpaidCount: 3,
    });
  });

  it('is nothing for no records', () => {
    expect(batchOutcomeOf([])).toMatchObject({ loadCount: 0, debits: 0, unpaidCount: 0 });
  });
});
