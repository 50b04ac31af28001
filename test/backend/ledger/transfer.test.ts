import { describe, expect, it } from 'vitest';
import { yen } from '#units';
import { CARD_LIABILITY, FLOAT, SUSPENSE } from '../../../backend/ledger/chart-of-accounts.ts';
import { credit, debit, transfer } from '../../../backend/ledger/transfer.ts';

describe('transfer', () => {
  it('has one leg an account, debits positive', () => {
    expect(
      transfer('a', 'load', [
        debit(FLOAT, yen(3)),
        debit(FLOAT, yen(4)),
        credit(CARD_LIABILITY, yen(7)),
      ]),
    ).toEqual({
      reference: 'a',
      kind: 'load',
      legs: [
        { account: FLOAT, amount: 7 },
        { account: CARD_LIABILITY, amount: -7 },
      ],
    });
  });

  it('leaves out an account that does not move', () => {
    const moved = transfer('a', 'hold', [
      debit(FLOAT, yen(1)),
      debit(SUSPENSE, yen(0)),
      credit(CARD_LIABILITY, yen(1)),
    ]);
    expect(moved?.legs).toHaveLength(2);
  });

  it('is none where nothing moves', () => {
    expect(transfer('a', 'load', [])).toBeUndefined();
    expect(transfer('a', 'load', [debit(FLOAT, yen(5)), credit(FLOAT, yen(5))])).toBeUndefined();
  });

  it('stops the program rather than invent a yen', () => {
    const legs = [debit(FLOAT, yen(2)), credit(CARD_LIABILITY, yen(1))];
    expect(() => transfer('batch:1:1:load', 'load', legs)).toThrow(
      'transfer batch:1:1:load: the legs do not balance',
    );
  });
});
