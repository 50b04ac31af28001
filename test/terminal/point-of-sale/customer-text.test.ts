import { describe, expect, it } from 'vitest';
import { epochMs, yen } from '#units';
import type { PurseIntent } from '../../../terminal/debit/purse-journal.ts';
import { customerText } from '../../../terminal/point-of-sale/customer-text.ts';
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

describe('customer text', () => {
  it('tells what was paid or loaded, and what remains', () => {
    expect(customerText({ outcome: 'approved', intent: INTENT, resolution: 'at-tap' })).toBe(
      'Paid: 1,350 yen. Balance: 3,650 yen.',
    );
    const asked = { ...INTENT, asked: yen(2_000) };
    expect(customerText({ outcome: 'approved', intent: asked, resolution: 'at-tap' })).toBe(
      'Paid: 1,350 yen. Balance: 3,650 yen. Still to pay: 650 yen.',
    );
    const load: PurseIntent = { ...INTENT, kind: 'load' };
    expect(customerText({ outcome: 'approved', intent: load, resolution: 'at-tap' })).toMatch(
      /^Loaded: /,
    );
  });

  it('asks for the same card where nobody knows yet, and never says that it failed', () => {
    expect(customerText({ outcome: 'unresolved', intent: INTENT })).toBe(
      'Please touch the same card again.',
    );
  });

  it('tells the balance only where it is what is wrong', () => {
    const balance = yen(12);
    expect(customerText({ outcome: 'refused', reason: 'insufficient-balance', balance })).toBe(
      'The balance is too low. It is 12 yen.',
    );
    const left = { outcome: 'refused', reason: 'card-left', balance: undefined } as const;
    expect(customerText(left)).toContain('Nothing was taken.');
  });

  it.each(['card-hot-listed', 'card-blocked', 'foreign-issuer'] as const)(
    'tells bystanders nothing of %s',
    (reason) => {
      expect(customerText({ outcome: 'refused', reason, balance: yen(12) })).toBe(
        'This card cannot be used here. Nothing was taken.',
      );
    },
  );

  it('asks for a card where none was touched', () => {
    const outcome = { outcome: 'no-tap', reason: 'no-card', fault: undefined } as const;
    expect(customerText(outcome)).toBe('Please touch your card.');
  });
});
