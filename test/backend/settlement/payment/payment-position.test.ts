import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sumSignedYen, yen } from '#units';
import { named } from '../../../../backend/ledger/chart-of-accounts.ts';
import type { Leg } from '../../../../backend/ledger/transfer.ts';
import {
  type BankMovement,
  changeOf,
} from '../../../../backend/settlement/bank/statement-entry.ts';
import {
  distinctMovements,
  isFinal,
  matchStatement,
} from '../../../../backend/settlement/bank/statement-match.ts';
import {
  changeOfPosition,
  positionOf,
} from '../../../../backend/settlement/payment/payment-position.ts';
import type { WindowOrder } from '../../../../backend/settlement/payment/payment-store.ts';

const PAY: WindowOrder = {
  orderId: 'KZ-1-7',
  instructionId: 'KZ-1',
  windowNumber: 1,
  attempt: 1,
  payee: 'merchant:7',
  direction: 'pay',
  amount: yen(500),
  account: undefined,
};
const COLLECT: WindowOrder = { ...PAY, direction: 'collect' };

function movement(direction: 'debit' | 'credit', amount = 500, reference = ''): BankMovement {
  return {
    kind: 'statement',
    bankReference: reference === '' ? undefined : reference,
    endToEndId: PAY.orderId,
    instructionId: undefined,
    amount: yen(amount),
    direction,
    isReturn: false,
    returnReason: undefined,
    isBooked: true,
    bookedOn: undefined,
  };
}

function legsOf(order: WindowOrder, told: readonly BankMovement[]): readonly Leg[] {
  const [outcome] = matchStatement([order], told).outcomes;
  return outcome === undefined ? [] : positionOf(order, outcome);
}

function textOf(legs: readonly Leg[]): Readonly<Record<string, number>> {
  return Object.fromEntries(legs.map(({ account, amount }) => [account, amount]));
}

function floatOf(legs: readonly Leg[]): number {
  return legs.reduce((sum, leg) => sum + (leg.account === named('float') ? leg.amount : 0), 0);
}

const OUT = movement('debit');
const IN = movement('credit');

describe('the position of an order', () => {
  it.each([
    ['nothing is told', PAY, [], {}],
    ['it left', PAY, [OUT], { 'payment-in-transit:7': 500, float: -500 }],
    ['it came back', PAY, [OUT, IN], { 'payment-in-transit:7': 500, 'merchant-payable:7': -500 }],
    [
      'it left twice',
      PAY,
      [OUT, OUT],
      { 'payment-in-transit:7': 500, float: -1_000, 'bank-suspense': 500 },
    ],
    ['too little left', PAY, [movement('debit', 499)], { float: -499, 'bank-suspense': 499 }],
    ['it came and never left', PAY, [IN], { float: 500, 'bank-suspense': -500 }],
    ['it was paid in', COLLECT, [IN], { 'collection-due:7': -500, float: 500 }],
    ['it was paid in and went back', COLLECT, [IN, OUT], {}],
    [
      'it was paid in twice',
      COLLECT,
      [IN, IN],
      { 'collection-due:7': -500, float: 1_000, 'bank-suspense': -500 },
    ],
  ] as const)('where %s', (_what, order, told, expected) => {
    expect(textOf(legsOf(order, told))).toEqual(expected);
  });

  it.each([
    ['by-this', [OUT], { 'payment-in-transit:7': 500, float: -500 }],
    ['by-this', [], { 'payment-in-transit:7': 500, 'bank-suspense': -500 }],
    ['by-this', [OUT, IN], { 'payment-in-transit:7': 500, 'bank-suspense': -500 }],
    ['by-another', [OUT], { float: -500, 'bank-suspense': 500 }],
    ['by-another', [], {}],
  ] as const)(
    'of a carrier that is told %s leaves what is owed to it',
    (told, movements, expected) => {
      const [outcome] = matchStatement([PAY], movements).outcomes;
      expect(outcome && textOf(positionOf(PAY, outcome, told))).toEqual(expected);
    },
  );

  it('sums to zero, and moves the float by what the bank booked, whatever that is', () => {
    const told = fc.array(
      fc.record({
        direction: fc.constantFrom('debit', 'credit'),
        amount: fc.constantFrom(500, 500, 499, 1),
        reference: fc.constantFrom('', '', 'A', 'B'),
        isBooked: fc.boolean(),
      }),
    );
    fc.assert(
      fc.property(told, told, fc.constantFrom(PAY, COLLECT), (first, second, order) => {
        const movements = [...first, ...second].map(({ isBooked, ...one }) => ({
          ...movement(one.direction, one.amount, one.reference),
          isBooked,
        }));
        const before = legsOf(order, movements.slice(0, first.length));
        const after = legsOf(order, movements);
        const booked = distinctMovements(movements).filter(isFinal).map(changeOf);
        expect(sumSignedYen(after.map(({ amount }) => amount))).toBe(0);
        const change = changeOfPosition(before, after);
        expect(sumSignedYen(change.map(({ amount }) => amount))).toBe(0);
        expect(floatOf(after)).toBe(sumSignedYen(booked));
        expect(floatOf(before) + floatOf(change)).toBe(floatOf(after));
      }),
    );
  });
});
