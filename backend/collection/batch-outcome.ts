import { sumYen, type Yen } from '#units';
import type { RecordKind } from '../batch/record.ts';
import { isPosted } from './record-row.ts';
import type { JudgedRecord } from './verify-batch.ts';
import type { Verdict } from './verify-record.ts';

/** What the verdicts on a batch's records add up to. */
export interface BatchOutcome {
  readonly loadCount: number;
  readonly loads: Yen;
  readonly debitCount: number;
  readonly debits: Yen;
  readonly voidCount: number;
  readonly voids: Yen;
  readonly heldCount: number;
  readonly heldLoads: Yen;
  readonly heldDebits: Yen;
  readonly heldVoids: Yen;
  /** Refused, ignored or fraud. */
  readonly unpaidCount: number;
}

export function batchOutcomeOf(records: readonly JudgedRecord[]): BatchOutcome {
  const amountsOf = (verdict: Verdict, kind: RecordKind): Yen[] =>
    records
      .filter((judged) => judged.verdict.verdict === verdict && judged.record.kind === kind)
      .map(({ record }) => record.amount);
  const loads = amountsOf('accepted', 'load');
  const debits = amountsOf('accepted', 'debit');
  const voids = amountsOf('accepted', 'void');
  const heldLoads = amountsOf('held', 'load');
  const heldDebits = amountsOf('held', 'debit');
  const heldVoids = amountsOf('held', 'void');
  return {
    loadCount: loads.length,
    loads: sumYen(loads),
    debitCount: debits.length,
    debits: sumYen(debits),
    voidCount: voids.length,
    voids: sumYen(voids),
    heldCount: heldLoads.length + heldDebits.length + heldVoids.length,
    heldLoads: sumYen(heldLoads),
    heldDebits: sumYen(heldDebits),
    heldVoids: sumYen(heldVoids),
    unpaidCount: records.filter((judged) => !isPosted(judged)).length,
  };
}
