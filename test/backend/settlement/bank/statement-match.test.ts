import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { yen } from '#units';
import type { BankMovement } from '../../../../backend/settlement/bank/statement-entry.ts';
import {
  distinctMovements,
  matchStatement,
  type OrderedPayment,
} from '../../../../backend/settlement/bank/statement-match.ts';

const ORDERS: readonly OrderedPayment[] = [
  { orderId: 'KZ-1-1001', instructionId: 'KZ-1', amount: yen(500), direction: 'pay' },
  { orderId: 'KZ-1-1002', instructionId: 'KZ-1', amount: yen(500), direction: 'pay' },
  { orderId: 'KZ-2-1001', instructionId: 'KZ-2', amount: yen(70), direction: 'pay' },
];

function movement(change: Partial<BankMovement> = {}): BankMovement {
  return {
    kind: 'statement',
    bankReference: undefined,
    endToEndId: undefined,
    instructionId: undefined,
    amount: yen(500),
    direction: 'debit',
    isReturn: false,
    returnReason: undefined,
    isBooked: true,
    bookedOn: undefined,
    ...change,
  };
}

const FIRST = movement({ endToEndId: 'KZ-1-1001', bankReference: 'B-1' });
const BACK = movement({
  endToEndId: 'KZ-1-1001',
  bankReference: 'B-2',
  direction: 'credit',
  isReturn: true,
  returnReason: 'AC01',
});

function statesOf(...told: readonly BankMovement[]): readonly string[] {
  return matchStatement(ORDERS, told).outcomes.map(({ state }) => state);
}

describe('what became of an order', () => {
  it('is found by its id and its amount', () => {
    expect(statesOf()).toEqual(['missing', 'missing', 'missing']);
    expect(statesOf(FIRST)).toEqual(['paid', 'missing', 'missing']);
    expect(statesOf({ ...FIRST, amount: yen(499) })[0]).toBe('wrong-amount');
    expect(statesOf({ ...FIRST, endToEndId: undefined })[0]).toBe('missing');
  });

  it('is sure only by a statement that says it is booked', () => {
    expect(statesOf({ ...FIRST, kind: 'notification' })[0]).toBe('announced');
    expect(statesOf({ ...FIRST, isBooked: false })[0]).toBe('announced');
    expect(statesOf({ ...FIRST, isBooked: false, amount: yen(1) })[0]).toBe('announced');
  });

  it('is that it came back, with the reason of the bank, and may be paid again', () => {
    const { outcomes } = matchStatement(ORDERS, [FIRST, BACK]);
    expect(outcomes[0]).toMatchObject({ state: 'returned', returnReason: 'AC01' });
    expect(outcomes[0]?.movements).toHaveLength(2);
    expect(statesOf(FIRST, BACK, { ...FIRST, bankReference: 'B-3' })[0]).toBe('paid');
  });

  it('is that it was paid twice, but not because it was told twice', () => {
    expect(statesOf(FIRST, { ...FIRST, bankReference: 'B-3' })[0]).toBe('paid-twice');
    expect(statesOf(FIRST, FIRST, { ...FIRST, kind: 'notification' })[0]).toBe('paid');
  });

  it('is found in one sum for a whole file, with what came back one by one', () => {
    const whole = movement({ instructionId: 'KZ-1', amount: yen(1_000), bankReference: 'B-4' });
    expect(statesOf(whole)).toEqual(['paid', 'paid', 'missing']);
    expect(statesOf(whole, BACK)).toEqual(['returned', 'paid', 'missing']);
    const { outcomes, unexpected } = matchStatement(ORDERS, [{ ...whole, amount: yen(999) }]);
    expect(outcomes[0]?.state).toBe('missing');
    expect(unexpected).toHaveLength(1);
  });
});

describe('movements that nobody ordered', () => {
  it('are told, and pay nothing, though the amount be right', () => {
    const strange = movement({ endToEndId: 'OTHER' });
    const { outcomes, unexpected } = matchStatement(ORDERS, [strange, movement()]);
    expect(unexpected).toEqual([strange, movement()]);
    expect(outcomes.every(({ state }) => state === 'missing')).toBe(true);
  });
});

describe('distinctMovements', () => {
  it('takes two movements without a reference in one statement for two', () => {
    const unnamed = movement({ endToEndId: 'KZ-1-1001' });
    const announced: BankMovement = { ...unnamed, kind: 'notification' };
    expect(distinctMovements([unnamed, unnamed])).toHaveLength(2);
    expect(distinctMovements([announced, unnamed])).toEqual([unnamed]);
    expect(distinctMovements([announced, announced, unnamed])).toHaveLength(2);
  });

  it('takes a debit and the credit that reverses it for two, with one reference', () => {
    expect(distinctMovements([FIRST, { ...BACK, bankReference: 'B-1' }])).toHaveLength(2);
  });
});

describe('any statement', () => {
  const MOVEMENT = fc
    .record({
      kind: fc.constantFrom('statement' as const, 'notification' as const),
      bankReference: fc.constantFrom(undefined, 'B-1', 'B-2', 'B-3'),
      endToEndId: fc.constantFrom(undefined, 'OTHER', ...ORDERS.map(({ orderId }) => orderId)),
      instructionId: fc.constantFrom(undefined, 'KZ-1', 'KZ-9'),
      amount: fc.constantFrom(70, 500, 1_000).map(yen),
      direction: fc.constantFrom('credit' as const, 'debit' as const),
      isBooked: fc.boolean(),
    })
    .map(movement);

  it('has each of its movements at an order or among the unexpected, and at no two orders by id', () => {
    fc.assert(
      fc.property(fc.array(MOVEMENT, { maxLength: 12 }), (told) => {
        const { outcomes, unexpected } = matchStatement(ORDERS, told);
        expect(outcomes.map(({ orderId }) => orderId)).toEqual(ORDERS.map((one) => one.orderId));
        const placed = [...new Set(outcomes.flatMap(({ movements }) => movements))];
        const all = distinctMovements(told);
        expect(new Set([...placed, ...unexpected])).toEqual(new Set(all));
        for (const one of unexpected) expect(placed).not.toContain(one);
        const named = outcomes.flatMap(({ movements }) =>
          movements.filter(({ endToEndId }) => endToEndId !== undefined),
        );
        expect(named).toHaveLength(new Set(named).size);
      }),
    );
  });

  it('says the same when it is read twice, if the bank gave references', () => {
    fc.assert(
      fc.property(fc.array(MOVEMENT, { maxLength: 8 }), (told) => {
        const named = told.map((one, index) => ({ ...one, bankReference: `B-${index}` }));
        const states = (movements: readonly BankMovement[]): readonly string[] =>
          matchStatement(ORDERS, movements).outcomes.map(({ state }) => state);
        expect(states([...named, ...named])).toEqual(states(named));
      }),
    );
  });
});
