import { describe, expect, it } from 'vitest';
import { businessDate, signedYen, yen } from '#units';
import type { MerchantStatement } from '../../../backend/settlement/statement.ts';
import {
  carrierStatementText,
  merchantStatementText,
} from '../../../backend/settlement/statement-text.ts';

const WINDOW = {
  windowNumber: 3,
  businessDate: businessDate('2026-11-23'),
  state: 'closed',
} as const;

describe('statement text', () => {
  it('shows a merchant what is paid and what is not', () => {
    const statement: MerchantStatement = {
      ...WINDOW,
      merchantId: 1001,
      name: 'Kissa',
      batchCount: 2,
      saleCount: 12,
      grossSales: yen(20_000),
      loadCount: 1,
      loadsCollected: signedYen(5_000),
      voidCount: 2,
      voids: signedYen(300),
      heldCount: 1,
      heldAmount: yen(70),
      unpaidCount: 0,
      fee: yen(650),
      commission: yen(100),
      adjustments: signedYen(0),
      salesNet: yen(19_350),
      net: signedYen(14_050),
      batches: [],
      findings: [
        {
          terminalId: 42,
          batchNumber: 7,
          samNumber: 9,
          verdict: 'held',
          reason: 'RECORD_CERTIFICATE_MISSING',
          kind: 'debit',
          amount: 70,
          card: '0506',
        },
      ],
    };
    const text = merchantStatementText(statement);
    const adjusted = merchantStatementText({ ...statement, adjustments: signedYen(-65) });
    expect(adjusted.filter((line) => !text.includes(line))).toEqual(['  adjustments      -65 yen']);
    expect(text).toEqual([
      'Kissa (1001), window 3 of 2026-11-23, closed',
      '  batches          2',
      '  sales            12, 20,000 yen',
      '  fee              650 yen',
      '  sales net        19,350 yen',
      '  loads collected  1, 5,000 yen',
      '  voids            2, 300 yen',
      '  net              14,050 yen',
      '  held             1, 70 yen',
      '  not paid         0',
      '    terminal 42 batch 7 SAM number 9, card …0506: debit of 70 yen held, ' +
        'RECORD_CERTIFICATE_MISSING',
    ]);
  });

  it('shows the carrier where its commission comes from', () => {
    const merchant = { merchantId: 1001, grossSales: yen(20_000), fee: yen(650) };
    const text = carrierStatementText({
      ...WINDOW,
      grossSales: yen(20_000),
      fee: yen(650),
      commission: yen(100),
      merchants: [{ ...merchant, commission: yen(100) }],
    });
    expect(text).toEqual([
      'Carrier, window 3 of 2026-11-23, closed',
      '  gross sales  20,000 yen',
      '  fee          650 yen',
      '  commission   100 yen',
      '    merchant 1001: 100 yen of 20,000 yen',
    ]);
  });
});
