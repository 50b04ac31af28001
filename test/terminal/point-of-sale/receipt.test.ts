import { describe, expect, it } from 'vitest';
import { epochMs, yen } from '#units';
import {
  type Receipt,
  receiptMarkup,
  receiptText,
} from '../../../terminal/point-of-sale/receipt.ts';
import { NOON } from '../../scheme.ts';

const RECEIPT: Receipt = {
  merchantName: 'Kissa',
  terminalId: 42,
  terminalTransactionNumber: 7,
  time: epochMs(Date.parse('2026-12-31T15:00:00Z')),
  kind: 'debit',
  cardName: 'abcd',
  amount: yen(1),
  balanceBefore: yen(1),
  balanceAfter: yen(0),
  resolution: 'at-tap',
};

const LATE_LUNCH: Receipt = {
  ...RECEIPT,
  time: NOON,
  amount: yen(1_350),
  balanceBefore: yen(5_000),
  balanceAfter: yen(3_650),
  resolution: 'at-re-tap',
};

describe('receipt', () => {
  it('has what the schemes require, in Japan time', () => {
    const text = receiptText(LATE_LUNCH);
    for (const line of [
      /RECEIPT/,
      /Date +2026-11-23 12:00/,
      /Terminal +42/,
      /Number +7/,
      /Card +ends in abcd/,
      /Balance before +5,000 yen/,
      /Paid +1,350 yen/,
      /Balance after +3,650 yen/,
      /Confirmed at a later touch/,
    ]) {
      expect(text).toMatch(line);
    }
  });

  it('is as wide as the paper, whatever the shop is called', () => {
    const text = receiptText({ ...LATE_LUNCH, merchantName: 'A | B {code:1} ~ "C"' });
    expect(text).toContain('A | B {code:1} ~ "C"');
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(38);
    expect(receiptMarkup({ ...LATE_LUNCH, kind: 'load' })).toContain('LOAD SLIP');
  });

  it('of the first minute of a year in Japan has that year', () => {
    expect(receiptText(RECEIPT)).toContain('2027-01-01 00:00');
  });

  it('of a sale that was certain at once does not speak of a later touch', () => {
    expect(receiptText(RECEIPT)).not.toContain('later touch');
    const later = receiptText({ ...RECEIPT, resolution: 'at-re-tap' });
    expect(later).toContain('Confirmed at a later touch of the card');
  });

  it('of a load says that it was loaded, and nothing of a payment', () => {
    const text = receiptText({ ...RECEIPT, kind: 'load' });
    expect(text).toMatch(/LOAD SLIP.*Loaded +1 yen/s);
    expect(text).not.toMatch(/Paid/);
  });

  it.each([
    ['---', '---'],
    ['===', '==='],
    ['Tea-Room = Bar', 'Tea-Room = Bar'],
    ['A | B', 'A | B'],
    ['{image:x}', '{image:x}'],
    ['back\\slash', 'back\\slash'],
    ['~~', '~~'],
    ['Two\nPaid | 0 yen', 'Two Paid | 0 yen'],
    ['Bell\u0007\u001b@', 'Bell  @'],
    ['', ''],
  ])('names a shop called %j and says the rest as it is', (merchantName, shown) => {
    const plain = receiptText(RECEIPT).split('\n');
    const named = receiptText({ ...RECEIPT, merchantName }).split('\n');
    expect(named[0]?.trim()).toBe(shown);
    expect(named.slice(1)).toEqual(plain.slice(1));
  });
});
