import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closeWindow } from '../../../../backend/settlement/close-window.ts';
import { readWindow } from '../../../../backend/settlement/window.ts';
import { notificationExample, statementExample } from '../bank/statement-example.ts';
import { PaymentWorld, paidEntry, returnedEntry } from './payment-world.ts';

const SHOP = paidEntry('KZ-1-1001', 1_935);
const CARRIER = paidEntry('KZ-1-CARRIER', 10);
const KIOSK = { ...paidEntry('KZ-1-1002', 5_000), direction: 'CRDT' } as const;
const ORDERED = {
  'card-liability': -3_000,
  'collection-due:1002': 5_000,
  'fee-income': -55,
  'payment-in-transit:1001': -1_935,
  'payment-in-transit:carrier': -10,
};
const RECONCILED = { 'card-liability': -3_000, 'fee-income': -55, float: 3_055 };

describe('reconcilePayments', () => {
  let world: PaymentWorld;
  beforeEach(async () => {
    world = await PaymentWorld.openOrdered();
  });
  afterEach(async () => {
    const total = await world.scenario.count('SELECT coalesce(sum(amount_yen), 0) FROM entry');
    const carrier = await world.scenario.backend.carrier.position();
    const closed = await closeWindow(world.scenario.backend.settlement);
    await world.scenario.remove();
    // Whatever the bank tells, the books add up, and the next window can be closed.
    expect([total, carrier.total, closed.result]).toEqual([0, 0, 'closed']);
  });

  const state = async (): Promise<string | undefined> =>
    (await readWindow(world.scenario.backend.database, 1))?.state;

  it('reconciles a window when each payment was made and each collection came in', async () => {
    const { carrier } = world.scenario.backend;
    expect(await world.tell([SHOP, CARRIER])).toMatchObject({
      result: 'taken',
      windows: [
        {
          windowNumber: 1,
          state: 'ordered',
          payments: [{ state: 'paid' }, { state: 'missing' }, { state: 'paid' }],
        },
      ],
      unexpected: [],
    });
    expect(await carrier.position()).toMatchObject({ receivable: 0, bank: 10 });
    expect(await state()).toBe('ordered');
    expect(await world.tell([KIOSK], 'S-20261126')).toMatchObject({
      windows: [{ state: 'reconciled' }],
    });
    expect(await state()).toBe('reconciled');
    expect(await world.books()).toEqual(RECONCILED);
  });

  it('takes a bulk transfer that the bank booked in one sum', async () => {
    await world.tell([{ amount: '1945', batch: 'KZ-1', reference: 'B-1' }, KIOSK]);
    expect(await state()).toBe('reconciled');
    expect(await world.books()).toEqual(RECONCILED);
  });

  it('changes nothing by the same statement, in the same file or in another', async () => {
    const text = statementExample([SHOP, { amount: '77', reference: 'B-77' }]);
    const first = await world.take(text);
    const books = await world.books();
    expect(books).toEqual({
      ...ORDERED,
      'payment-in-transit:1001': undefined,
      float: -2_012,
      'bank-suspense': 77,
    });
    expect(await world.take(text)).toEqual({ ...first, result: 'repeated' });
    expect(await world.take(text.replace('>M1<', '>M2<'))).toEqual({
      ...first,
      result: 'repeated',
    });
    // Told again in the statement of the next day, under the reference of the bank.
    const again = await world.take(text.replace('S-20261125', 'S-20261126'));
    expect(again).toEqual(first);
    expect(await world.books()).toEqual(books);
  });

  it('refuses other movements under the id of a statement, and the statement of another account', async () => {
    await world.tell([SHOP]);
    const books = await world.books();
    expect(await world.tell([SHOP, CARRIER])).toMatchObject({
      reason: 'SETTLEMENT_BANK_FILE_DIFFERS',
    });
    const foreign = statementExample([CARRIER]).replace('<Id>1234567<', '<Id>7654321<');
    expect(await world.take(foreign)).toMatchObject({ reason: 'SETTLEMENT_BANK_FILE_FOREIGN' });
    expect(await world.take('<Document/>')).toMatchObject({
      reason: 'SETTLEMENT_BANK_FILE_INVALID',
    });
    expect(await world.books()).toEqual(books);
  });

  it('owes a payment again that came back, with the reason of the bank', async () => {
    const back = returnedEntry('KZ-1-1001', 1_935, 'AC04');
    await world.tell([SHOP, CARRIER, KIOSK]);
    expect(await state()).toBe('reconciled');
    expect(await world.tell([back], 'S-20261126')).toMatchObject({
      windows: [
        { state: 'ordered', payments: [{ state: 'returned', returnReason: 'AC04' }, {}, {}] },
      ],
    });
    expect(await world.books()).toEqual({
      ...RECONCILED,
      float: 4_990,
      'merchant-payable:1001': -1_935,
    });
  });

  it('owes the carrier again what came back before it was told, and suspends it after', async () => {
    const back = returnedEntry('KZ-1-CARRIER', 10, 'AC01');
    await world.tell([CARRIER, back]);
    expect(await world.books()).toEqual({
      ...ORDERED,
      'payment-in-transit:carrier': undefined,
      'commission-payable': -10,
    });
    expect(await world.scenario.backend.carrier.position()).toMatchObject({ receivable: 10 });
    const other = await PaymentWorld.openOrdered();
    await other.tell([CARRIER]);
    await other.tell([back], 'S-20261126');
    expect(await other.books()).toMatchObject({
      'bank-suspense': -10,
      'collection-due:1002': 5_000,
    });
    expect(await closeWindow(other.scenario.backend.settlement)).toMatchObject({
      result: 'closed',
    });
    await other.scenario.remove();
  });

  it.each([
    [
      'another amount',
      [{ ...SHOP, amount: '1934' }],
      'wrong-amount',
      { float: -1_934, 'bank-suspense': 1_934 },
    ],
    [
      'a payment twice',
      [SHOP, { ...SHOP, reference: 'B-2' }],
      'paid-twice',
      { 'payment-in-transit:1001': undefined, float: -3_870, 'bank-suspense': 1_935 },
    ],
    [
      'a payment to the carrier twice',
      [CARRIER, { ...CARRIER, reference: 'B-2' }],
      'missing',
      { 'payment-in-transit:carrier': undefined, float: -20, 'bank-suspense': 10 },
    ],
    [
      'a return of what never left',
      [returnedEntry('KZ-1-1001', 1_935, 'AC04')],
      'returned',
      { float: 1_935, 'bank-suspense': -1_935 },
    ],
  ] as const)('suspends %s', async (_what, entries, expected, changed) => {
    const taken = await world.tell(entries);
    expect(taken).toMatchObject({
      windows: [{ state: 'ordered', payments: [{ state: expected }, {}, {}] }],
    });
    expect(await world.books()).toEqual({ ...ORDERED, ...changed });
  });

  it('suspends what nobody ordered, in and out', async () => {
    const taken = await world.tell([
      { amount: '300', direction: 'CRDT' },
      { amount: '100', reference: 'FEE-1' },
      paidEntry('KZ-9-1001', 20),
    ]);
    expect(taken).toMatchObject({ windows: [], unexpected: [{}, {}, { endToEndId: 'KZ-9-1001' }] });
    expect(await world.books()).toEqual({ ...ORDERED, float: 180, 'bank-suspense': -180 });
  });

  it('moves no money for what the bank tells before it is booked', async () => {
    const told = await world.take(notificationExample([SHOP]));
    expect(told).toMatchObject({ windows: [{ payments: [{ state: 'announced' }, {}, {}] }] });
    expect(await world.books()).toEqual(ORDERED);
    await world.tell([SHOP, CARRIER, KIOSK]);
    expect(await state()).toBe('reconciled');
    expect(await world.books()).toEqual(RECONCILED);
  });

  it('comes to the same, in whatever pieces and order the bank tells it', async () => {
    const back = returnedEntry('KZ-1-1001', 1_935, 'AC04');
    await world.tell([back], 'S-1');
    await world.tell([KIOSK], 'S-2');
    await world.tell([SHOP], 'S-3');
    await world.tell([CARRIER], 'S-4');
    expect(await world.books()).toEqual({
      ...RECONCILED,
      float: 4_990,
      'merchant-payable:1001': -1_935,
    });
  });
});
