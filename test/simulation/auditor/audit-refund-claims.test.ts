import { beforeEach, describe, expect, it } from 'vitest';
import { auditRefundClaims } from './audit-refund-claims.ts';
import type { ReadBatch } from './batch-reading.ts';
import type { ReadRefundClaim } from './claim-reading.ts';
import type { EntryRow, PendingLoadRow, PostedRecord } from './evidence.ts';
import type { ReadIntent, ReadJournal } from './journal-reading.ts';

const CARD = '02fe000000000001';
const IDM = Uint8Array.from(Buffer.from(CARD, 'hex'));
const PLACE = { terminalId: 42, samId: 42 };

const SALE: ReadIntent = {
  saleId: 'lunch',
  kind: 'debit',
  card: CARD,
  number: 1,
  amount: 350,
  balanceBefore: 1_000,
  balanceAfter: 650,
  counter: 2,
  executionId: '0002',
  state: 'done',
  resolution: 'at-tap',
  record: undefined,
  claim: undefined,
};
const CLAIM: ReadRefundClaim = {
  ...PLACE,
  card: CARD,
  counter: 2,
  samNumber: 3,
  amount: 100,
  bytes: 'claim',
};
const POSTED: PostedRecord = {
  samId: 42,
  samNumber: 1,
  idm: IDM,
  cardCounter: 2,
  kind: 'debit',
  amountYen: 350,
  isHeld: false,
  isInterrupted: false,
  resolution: undefined,
};
const WAITING: PendingLoadRow = {
  samId: 42,
  samNumber: 3,
  idm: IDM,
  amountYen: 100,
  isPaid: false,
};

let intents: ReadIntent[];
let asked: number;
let journalled: ReadJournal['refundClaims'][number][];
let batched: ReadRefundClaim[];
let records: PostedRecord[];
let pendingLoads: PendingLoadRow[];
let entries: EntryRow[];

/** Lunch was 350 yen, of which 100 were asked back, claimed, and wait for the card. */
beforeEach(() => {
  intents = [SALE];
  asked = 100;
  journalled = [{ saleId: 'lunch', amount: 100, record: CLAIM }];
  batched = [CLAIM];
  records = [POSTED];
  pendingLoads = [WAITING];
  entries = [{ transfer: 'refund', account: 'pending-load-payable', amountYen: -100 }];
});

function violations(doubtful: readonly string[] = []): string {
  const batch: ReadBatch = {
    ...PLACE,
    number: 1,
    previousHash: '',
    hash: '',
    records: [],
    hits: [],
    refundClaims: batched,
    violations: [],
  };
  const journal: ReadJournal = {
    terminalId: 42,
    intents: new Map(intents.map((intent) => [intent.number, intent])),
    batches: [batch],
    acknowledged: new Set(),
    hits: [],
    refunds: new Map([['lunch', { card: CARD, amount: asked }]]),
    refundClaims: journalled,
    violations: [],
  };
  const issuer = { records, entries, pendingLoads };
  const audited = { journals: [journal], stored: [batch], issuer, doubtful: new Set(doubtful) };
  return auditRefundClaims(audited).join('\n');
}

describe('the auditor of refund claims', () => {
  it('has nothing against what was asked back, claimed, and waits or was loaded', () => {
    expect(violations()).toBe('');
    pendingLoads = [{ ...WAITING, isPaid: true }];
    entries = [];
    expect(violations()).toBe('');
  });

  it('sees a claim of more than was asked back, with what the card was given', () => {
    asked = 99;
    expect(violations()).toBe('terminal 42 lunch: 100 yen back, and 99 were asked');
    asked = 100;
    intents = [SALE, { ...SALE, number: 2, kind: 'void', saleId: 'void of lunch', amount: 1 }];
    expect(violations()).toBe('terminal 42 lunch: 101 yen back, and 100 were asked');
  });

  it('sees a claim whose record says something else, or of no sale', () => {
    for (const changes of [{ amount: 99 }, { counter: 3 }, { card: '02fe000000000002' }]) {
      journalled = [{ saleId: 'lunch', amount: 100, record: { ...CLAIM, ...changes } }];
      expect(violations()).toContain('terminal 42 lunch: the claim says something else');
    }
    journalled = [{ saleId: 'lunch', amount: 100, record: CLAIM }];
    intents = [{ ...SALE, state: 'not-done' }];
    expect(violations()).toContain('terminal 42 lunch: the claim says something else');
  });

  it('sees a claim that is in no batch, in two, or in no journal', () => {
    batched = [];
    expect(violations()).toContain('terminal 42 lunch: a claim is in 0 batches');
    batched = [CLAIM, CLAIM];
    expect(violations()).toContain('terminal 42 lunch: a claim is in 2 batches');
    batched = [CLAIM, { ...CLAIM, samNumber: 4, bytes: 'other' }];
    expect(violations()).toContain("terminal 42: a claim of a batch is not the journal's");
  });

  it('sees what the issuer lost, doubled, changed or made up', () => {
    pendingLoads = [];
    expect(violations()).toContain('the issuer holds nothing for claim 3 of SAM 42');
    expect(violations([CARD])).not.toContain('the issuer holds nothing');
    pendingLoads = [WAITING, WAITING];
    expect(violations()).toContain('the issuer has claim 3 of SAM 42 twice');
    pendingLoads = [{ ...WAITING, amountYen: 99 }];
    expect(violations()).toContain('the issuer holds something else for claim 3 of SAM 42');
    pendingLoads = [WAITING, { ...WAITING, samNumber: 9 }];
    expect(violations()).toContain('the issuer holds 100 yen that nobody claimed');
  });

  it('sees a claim that the issuer believes before its sale', () => {
    records = [{ ...POSTED, isHeld: true }];
    expect(violations()).toBe('the issuer believes claim 3 of SAM 42 without a sale');
    records = [{ ...POSTED, isHeld: true, resolution: 'released' }];
    expect(violations()).toBe('');
  });

  it('sees books that say something else waits', () => {
    entries = [];
    expect(violations()).toBe('books: 0 yen wait for cards, and 100 yen by the pending loads');
  });
});
