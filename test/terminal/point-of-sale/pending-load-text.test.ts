import { describe, expect, it } from 'vitest';
import { yen } from '#units';
import type { PurseIntent } from '../../../terminal/debit/purse-journal.ts';
import {
  customerPendingLoads,
  describePendingLoads,
  exitCodeOfEnd,
  pendingLoadJson,
  pendingLoadReceipts,
} from '../../../terminal/point-of-sale/pending-load-text.ts';
import { NOON } from '../../scheme.ts';

const LOADED: PurseIntent = {
  saleId: 'pending load 7',
  kind: 'load',
  fundedBy: 'pending-load',
  idm: Uint8Array.of(2, 254, 1, 2, 3, 4, 0xab, 0xcd),
  keyVersion: 1,
  terminalTransactionNumber: 7,
  amount: yen(350),
  balanceBefore: yen(650),
  balanceAfter: yen(1_000),
  cardCounter: 3,
  executionId: new Uint8Array(4),
  time: NOON,
  purseBlock: new Uint8Array(16),
  historyBlock: new Uint8Array(16),
};

describe('what is said of pending loads', () => {
  it.each([
    ['none', 0, 'Nothing waits for this card.', 'Nothing waits for this card.'],
    [
      'in-doubt',
      6,
      'Something waits that may be on the card already: the terminal that was to load it has to upload first.',
      'Please ask at the counter.',
    ],
    [
      'unresolved',
      4,
      'Not finished: please touch the same card again.',
      'Please touch the same card again.',
    ],
    [
      'over-balance-limit',
      3,
      'Not loaded: more than this card may hold.',
      'Please ask at the counter.',
    ],
  ] as const)('%s', (end, exitCode, cashier, customer) => {
    const nothing = { given: [], end };
    expect(exitCodeOfEnd(end)).toBe(exitCode);
    expect(describePendingLoads(nothing)).toEqual([cashier]);
    expect(customerPendingLoads(nothing)).toBe(customer);
  });

  it('names what was loaded, with a receipt for each, and the card by its end', () => {
    const loads = { given: [LOADED], end: 'none' } as const;
    expect(describePendingLoads(loads)).toEqual([
      'Loaded 350 yen without cash, balance 1,000 yen.',
    ]);
    expect(customerPendingLoads(loads)).toBe('Loaded: 350 yen.');
    expect(pendingLoadJson(loads)).toEqual({
      outcome: 'read',
      loaded: [{ saleId: 'pending load 7', amount: 350, balance: 1_000, card: 'abcd' }],
      end: 'none',
    });
    const [receipt] = pendingLoadReceipts(loads, { terminalId: 9, merchantName: 'Kissa' });
    expect(receipt).toContain('Kissa');
    expect(receipt).toContain('350');
  });
});
