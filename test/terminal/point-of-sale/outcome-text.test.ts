import { describe, expect, it } from 'vitest';
import { epochMs, yen } from '#units';
import type { PurseIntent } from '../../../terminal/debit/purse-journal.ts';
import { describeOutcome, outcomeJson } from '../../../terminal/point-of-sale/outcome-text.ts';
import { ReaderError } from '../../../terminal/reader/reader.ts';
import { NOON } from '../../scheme.ts';

const INTENT: PurseIntent = {
  saleId: 'sale 1',
  kind: 'debit',
  idm: Uint8Array.of(2, 254, 1, 2, 3, 4, 0xab, 0xcd),
  keyVersion: 1,
  terminalTransactionNumber: 7,
  amount: yen(1_350),
  balanceBefore: yen(5_000),
  balanceAfter: yen(3_650),
  cardCounter: 2,
  executionId: Uint8Array.of(0, 2, 1, 1),
  time: epochMs(NOON),
  purseBlock: new Uint8Array(16),
  historyBlock: new Uint8Array(16),
};

describe('outcome text', () => {
  it('tells the cashier what to do', () => {
    expect(describeOutcome({ outcome: 'approved', intent: INTENT, resolution: 'at-tap' })).toBe(
      'Paid 1,350 yen, balance 3,650 yen',
    );
    expect(describeOutcome({ outcome: 'unresolved', intent: INTENT })).toBe(
      'Not finished: please touch the same card again (ends in abcd)',
    );
    const balance = yen(12);
    expect(describeOutcome({ outcome: 'refused', reason: 'insufficient-balance', balance })).toBe(
      'Refused: the balance is too low, balance 12 yen',
    );
    const fault = new ReaderError('READER_DISCONNECTED', 'gone');
    expect(describeOutcome({ outcome: 'no-tap', reason: 'no-card', fault })).toContain(
      'plug the reader in again',
    );
  });

  it('names a card to a program by its last two bytes only', () => {
    const json = JSON.stringify(outcomeJson({ outcome: 'unresolved', intent: INTENT }));
    expect(json).toContain('"card":"abcd"');
    expect(json).not.toContain('02fe');
  });
});
