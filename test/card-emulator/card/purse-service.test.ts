import { describe, expect, it } from 'vitest';
import { decodePurseBlock, type PurseBlock } from '#purse/purse-block';
import { yen } from '#units';
import {
  cashback,
  decrement,
  direct,
  purseOperationOf,
} from '../../../card-emulator/card/purse-service.ts';
import { hex } from './test-card.ts';

const MAX = 0xffff_ffff;
const FREE = { mayNotIncrease: false };

function purse(change: Partial<PurseBlock> = {}): PurseBlock {
  return {
    balance: yen(1_000),
    cashback: yen(300),
    userData: hex('55667788'),
    executionId: hex('00000001'),
    ...change,
  };
}

function amountOf(amount: number, executionId = '00000002') {
  return { amount: yen(amount), executionId: hex(executionId) };
}

describe('decrement', () => {
  it('subtracts, keeps the amount as cashback data, and stores the execution ID', () => {
    expect(decrement(purse(), amountOf(400))).toEqual({
      result: 'stored',
      purse: purse({ balance: yen(600), cashback: yen(400), executionId: hex('00000002') }),
    });
  });

  it.each([0, 1, 999, 1_000, 1_001, MAX])(
    'answers success and subtracts nothing when the execution ID repeats, with amount %i',
    (amount) => {
      expect(decrement(purse(), amountOf(amount, '00000001'))).toEqual({ result: 'repeated' });
    },
  );

  it.each([
    [999, 1],
    [1_000, 0],
  ])('takes %i of 1000 and leaves %i', (amount, left) => {
    expect(decrement(purse(), amountOf(amount))).toMatchObject({ purse: { balance: left } });
  });

  it.each([1_001, MAX])('refuses %i of 1000 with status flag 2 = 01', (amount) => {
    expect(decrement(purse(), amountOf(amount))).toEqual({ result: 'refused', statusFlag2: 0x01 });
  });

  it('of 0 stores cashback 0, so the last decrement can no longer be undone', () => {
    const written = decrement(purse(), amountOf(0));
    expect(written).toMatchObject({
      result: 'stored',
      purse: { balance: 1_000, cashback: 0, executionId: hex('00000002') },
    });
    if (written.result !== 'stored') throw new Error('not stored');
    const refused = { result: 'refused', statusFlag2: 0x02 };
    expect(cashback(written.purse, amountOf(1, '00000003'))).toEqual(refused);
  });

  it('takes the whole of a full purse, and nothing of an empty one', () => {
    const full = purse({ balance: yen(MAX) });
    expect(decrement(full, amountOf(MAX))).toMatchObject({ purse: { balance: 0, cashback: MAX } });
    const empty = purse({ balance: yen(0) });
    expect(decrement(empty, amountOf(1))).toMatchObject({ statusFlag2: 0x01 });
    expect(decrement(empty, amountOf(0))).toMatchObject({ result: 'stored' });
  });

  it('remembers the last execution ID only: an older one subtracts again', () => {
    const first = decrement(purse(), amountOf(100, '0000000a'));
    if (first.result !== 'stored') throw new Error('not stored');
    const second = decrement(first.purse, amountOf(100, '0000000b'));
    if (second.result !== 'stored') throw new Error('not stored');
    const again = decrement(second.purse, amountOf(100, '0000000a'));
    expect(again).toMatchObject({ result: 'stored', purse: { balance: 700 } });
  });

  it.each(['01000001', '00010001', '00000101', '00000000'])(
    'compares all four bytes of the execution ID: %s is another',
    (executionId) => {
      expect(decrement(purse(), amountOf(1, executionId))).toMatchObject({ result: 'stored' });
    },
  );
});

describe('cashback', () => {
  it('adds, stores cashback 0 and the execution ID, and keeps the user data', () => {
    expect(cashback(purse(), amountOf(300))).toEqual({
      result: 'stored',
      purse: purse({ balance: yen(1_300), cashback: yen(0), executionId: hex('00000002') }),
    });
  });

  it('gives back a part of the last decrement, once', () => {
    const first = cashback(purse(), amountOf(1));
    if (first.result !== 'stored') throw new Error('not stored');
    expect(first.purse.balance).toBe(1_001);
    const second = cashback(first.purse, amountOf(1, '00000003'));
    expect(second).toEqual({ result: 'refused', statusFlag2: 0x02 });
  });

  it.each([301, MAX])('refuses %i of 300 with status flag 2 = 02', (amount) => {
    expect(cashback(purse(), amountOf(amount))).toEqual({ result: 'refused', statusFlag2: 0x02 });
  });

  it('answers success and adds nothing when the execution ID repeats, whatever the amount', () => {
    expect(cashback(purse(), amountOf(300, '00000001'))).toEqual({ result: 'repeated' });
    expect(cashback(purse(), amountOf(MAX, '00000001'))).toEqual({ result: 'repeated' });
  });

  it('fills the purse to its last yen, and refuses one more with status flag 2 = 01', () => {
    const almost = purse({ balance: yen(MAX - 1), cashback: yen(2) });
    expect(cashback(almost, amountOf(1))).toMatchObject({ purse: { balance: MAX } });
    expect(cashback(almost, amountOf(2))).toEqual({ result: 'refused', statusFlag2: 0x01 });
  });

  it('reports an amount above the cashback data before an overflow of the purse', () => {
    const full = purse({ balance: yen(MAX), cashback: yen(2) });
    expect(cashback(full, amountOf(3))).toMatchObject({ statusFlag2: 0x02 });
  });

  it('of 0 changes the execution ID and closes the window', () => {
    expect(cashback(purse(), amountOf(0))).toMatchObject({
      purse: { balance: 1_000, cashback: 0 },
    });
  });
});

describe('direct', () => {
  it('stores the whole block as given, user data and all', () => {
    const written = decodePurseBlock(hex('ffffffff feffffff 01020304 05060708'));
    expect(direct(purse(), written, FREE)).toEqual({ result: 'stored', purse: written });
  });

  it('does not look at the execution ID', () => {
    const written = purse({ balance: yen(5_000) });
    expect(direct(purse(), written, FREE)).toEqual({ result: 'stored', purse: written });
  });

  it.each([
    ['the balance', purse({ balance: yen(1_001) })],
    ['the cashback data', purse({ cashback: yen(301) })],
  ])('refuses to raise %s with A5 under the narrower reading', (_, written) => {
    expect(direct(purse(), written, { mayNotIncrease: true })).toEqual({
      result: 'refused',
      statusFlag2: 0xa5,
    });
  });

  it('may store equal and lower values under the narrower reading', () => {
    const lower = purse({ balance: yen(0), cashback: yen(0), userData: hex('00000000') });
    expect(direct(purse(), lower, { mayNotIncrease: true })).toMatchObject({ result: 'stored' });
    expect(direct(purse(), purse(), { mayNotIncrease: true })).toMatchObject({ result: 'stored' });
  });
});

describe('the operation of a purse write', () => {
  it.each([
    ['direct', 'normal', 'direct'],
    ['direct', 'cashback', undefined],
    ['cashback-decrement', 'normal', 'decrement'],
    ['cashback-decrement', 'cashback', 'cashback'],
    ['decrement', 'normal', 'decrement'],
    ['decrement', 'cashback', undefined],
    ['read-only', 'normal', undefined],
    ['read-only', 'cashback', undefined],
    ['read-write', 'normal', undefined],
    ['direct', 'key-change', undefined],
    ['direct', 2, undefined],
  ] as const)('with access %s and mode %s is %s', (access, mode, operation) => {
    expect(purseOperationOf(access, mode)).toBe(operation);
  });
});
