import { beforeEach, describe, expect, it } from 'vitest';
import { auditRefunds } from './audit-refunds.ts';
import type { MatchedWrite } from './audit-writes.ts';
import type { ReadRecord } from './batch-reading.ts';
import type { WriteKind } from './card-reading.ts';
import type { FindingRow } from './evidence.ts';
import type { ReadRefund } from './journal-reading.ts';

const CARD = '02fe000000000001';
const TERMINAL = 42;

let matches: MatchedWrite[];

/** A sale of 350 yen, of which 100 were given back. */
beforeEach(() => {
  matches = [written(1, 'debit', 'lunch', 350), written(2, 'void', 'void of lunch', 100)];
});

function written(number: number, kind: WriteKind, saleId: string, amount: number): MatchedWrite {
  const said = { kind, card: CARD, amount, counter: number, balanceBefore: 0, balanceAfter: 0 };
  const write = { ...said, executionId: `${number}`, terminalId: TERMINAL, terminalNumber: number };
  const record: ReadRecord = {
    ...said,
    executionId: `${number}`,
    terminalId: TERMINAL,
    samId: TERMINAL,
    samNumber: number,
    transactionNumber: number,
    isInterrupted: false,
    bytes: '',
  };
  const intent = { ...said, saleId, number, executionId: `${number}`, claim: undefined };
  return {
    write,
    intent: { ...intent, state: 'done', resolution: 'at-tap', record },
    terminalId: TERMINAL,
  };
}

interface Told {
  readonly refund?: ReadRefund;
  readonly doubtful?: readonly string[];
  readonly findings?: readonly FindingRow[];
}

function violations({ refund, doubtful = [], findings = [] }: Told = {}): string {
  const intents = new Map(matches.map(({ intent }) => [intent.number, intent]));
  const asked = refund ?? { card: CARD, amount: 350 };
  const nothing = {
    batches: [],
    acknowledged: new Set<number>(),
    hits: [],
    refundClaims: [],
    violations: [],
  };
  const refunds = new Map([['lunch', asked]]);
  const journals = [{ ...nothing, terminalId: TERMINAL, intents, refunds }];
  return auditRefunds({ journals, matches, findings, doubtful: new Set(doubtful) }).join('\n');
}

describe('the auditor of refunds', () => {
  it('has nothing against what was paid being given back, in part or wholly', () => {
    expect(violations()).toBe('');
  });

  it('sees that more was asked back than was paid, or by another card, or of nothing', () => {
    expect(violations({ refund: { card: CARD, amount: 351 } })).toMatch(
      /351 of 350 yen were asked back/,
    );
    expect(violations({ refund: { card: 'another', amount: 1 } })).toMatch(/not paid with card/);
    matches = matches.slice(1);
    expect(violations()).toMatch(/not paid with card/);
  });

  it('sees that more was given back than was paid, unless nobody can tell what the card did', () => {
    matches.push(written(3, 'void', 'void of lunch', 251));
    expect(violations()).toMatch(/351 of 350 yen were given back/);
    expect(violations({ doubtful: [CARD] })).toBe('');
  });

  it('sees that the issuer holds a void whose sale it has', () => {
    const finding = {
      terminalId: TERMINAL,
      batchNumber: 1,
      samNumber: 2,
      verdict: 'held',
      reason: 'RECORD_VOID_SALE_UNKNOWN',
    } as const;
    expect(violations({ findings: [finding] })).toMatch(/a true void, held with RECORD_VOID/);
    expect(violations({ findings: [finding], doubtful: [CARD] })).toBe('');
  });
});
