import { describe, expect, it } from 'vitest';
import { signedYen, yen } from '#units';
import { COMMISSION_RECEIVABLE, FLOAT } from '../../backend/ledger/chart-of-accounts.ts';
import {
  booksOutcome,
  closeOutcome,
  registrationOutcome,
  settleOutcome,
  statementOutcome,
} from '../../backend/outcome-text.ts';
import type { WindowFigures } from '../../backend/settlement/window-figure.ts';

const FIGURES = { float: signedYen(5), cardLiability: signedYen(5) } as WindowFigures;

describe('outcome', () => {
  it('of a registration says what was registered, now or before', () => {
    expect(registrationOutcome({ result: 'registered' }, 'card 1', { idm: '1' })).toEqual({
      json: { result: 'registered', idm: '1' },
      lines: ['Registered: card 1.'],
    });
    expect(registrationOutcome({ result: 'repeated' }, 'card 1').lines).toEqual([
      'Registered already: card 1.',
    ]);
  });

  it('of a refusal has the code, a sentence and exit status 3', () => {
    const refusal = { result: 'refused', reason: 'ACCOUNT_CARD_TAKEN', detail: 'twice' } as const;
    expect(registrationOutcome(refusal, 'card 1')).toEqual({
      json: { result: 'refused', code: 'ACCOUNT_CARD_TAKEN', message: 'twice' },
      lines: ['ACCOUNT_CARD_TAKEN: twice'],
      exitCode: 3,
    });
  });

  it('of a close shows the figures, also where they do not add up', () => {
    const closed = closeOutcome({ result: 'closed', windowNumber: 2, figures: FIGURES });
    expect(closed.lines).toEqual([
      'Window 2 is closed; everything adds up.',
      '  float                    5',
      '  cardLiability            5',
    ]);
    const repeated = closeOutcome({ result: 'repeated', windowNumber: 2, figures: FIGURES });
    expect(repeated.lines[0]).toBe('Window 2 was closed before.');
    const reason = 'SETTLEMENT_SHADOW_MISMATCH';
    const refused = { result: 'refused', reason, detail: 'window 2' } as const;
    expect(closeOutcome({ ...refused, figures: FIGURES })).toEqual({
      json: { result: 'refused', code: reason, message: 'window 2', figures: FIGURES },
      lines: [`${reason}: window 2`, ...closed.lines.slice(1)],
      exitCode: 3,
    });
    expect(closeOutcome({ ...refused, figures: undefined }).json).not.toHaveProperty('figures');
  });

  it('of a settlement shows who was paid', () => {
    const due = { payments: [{ merchantId: 7, amount: signedYen(-30) }], commission: yen(5) };
    const settled = settleOutcome({ result: 'settled', windowNumber: 2, ...due });
    expect(settled).toEqual({
      json: { result: 'settled', windowNumber: 2, ...due },
      lines: ['Window 2 is settled.', '  merchant 7  -30 yen', '  carrier  5 yen'],
    });
    const repeated = settleOutcome({ result: 'repeated', windowNumber: 2, ...due });
    expect(repeated.lines[0]).toBe('Window 2 was settled before.');
    const open = { reason: 'SETTLEMENT_WINDOW_OPEN', detail: 'window 2' } as const;
    expect(settleOutcome({ result: 'refused', ...open }).exitCode).toBe(3);
  });

  it('of a statement is the statement', () => {
    const found = { result: 'found', statement: { net: 5 } } as const;
    expect(statementOutcome(found, ({ net }) => [`net ${net}`])).toEqual({
      json: { net: 5 },
      lines: ['net 5'],
    });
    const unknown = { reason: 'SETTLEMENT_WINDOW_UNKNOWN', detail: 'window 9' } as const;
    expect(statementOutcome({ result: 'refused', ...unknown }, () => []).exitCode).toBe(3);
  });

  it('of the books shows both parties with their sums', () => {
    const issuer = new Map([[FLOAT, signedYen(1_234)]]);
    const carrier = new Map([[COMMISSION_RECEIVABLE, signedYen(-5)]]);
    expect(booksOutcome(issuer, carrier)).toEqual({
      json: {
        issuer: { balances: { float: 1_234 }, total: 1_234 },
        carrier: { balances: { 'commission-receivable': -5 }, total: -5 },
      },
      lines: [
        'Issuer, debits positive',
        `  ${'float'.padEnd(32)} 1,234 yen`,
        `  ${'total'.padEnd(32)} 1,234 yen`,
        'Carrier, debits positive',
        `  ${'commission-receivable'.padEnd(32)} -5 yen`,
        `  ${'total'.padEnd(32)} -5 yen`,
      ],
    });
  });
});
