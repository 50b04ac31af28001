import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { epochMs } from '#units';
import { closeWindow } from '../../../../backend/settlement/close-window.ts';
import type { OrderResult } from '../../../../backend/settlement/payment/order-payments.ts';
import { reorderPayments } from '../../../../backend/settlement/payment/reorder-payments.ts';
import { readWindow } from '../../../../backend/settlement/window.ts';
import { EXAMPLE_ORDERS } from '../bank/instruction-example.ts';
import { statusReportExample } from '../bank/statement-example.ts';
import { PaymentWorld, paidEntry, returnedEntry } from './payment-world.ts';

const SHOP = paidEntry('KZ-1-1001', 1_935);
const CARRIER = paidEntry('KZ-1-CARRIER', 10);
const KIOSK = { ...paidEntry('KZ-1-1002', 5_000), direction: 'CRDT' } as const;
const BACK = returnedEntry('KZ-1-1001', 1_935, 'AC04');
const [, other] = EXAMPLE_ORDERS.map(({ payee }) => payee);

describe('reorderPayments', () => {
  let world: PaymentWorld;
  beforeEach(async () => {
    world = await PaymentWorld.openOrdered();
  });
  afterEach(async () => {
    const total = await world.scenario.count('SELECT coalesce(sum(amount_yen), 0) FROM entry');
    const closed = await closeWindow(world.scenario.backend.settlement);
    await world.scenario.remove();
    expect([total, closed.result]).toEqual([0, 'closed']);
  });

  const reorder = (): Promise<OrderResult> =>
    reorderPayments(world.scenario.backend.settlement, { windowNumber: 1 });

  it('pays what came back to the account of now, and then the window is reconciled', async () => {
    await world.tell([SHOP, CARRIER, KIOSK]);
    await world.tell([BACK], 'S-2');
    await world.register('merchant:1001', other);
    const ordered = await reorder();
    expect(ordered).toMatchObject({
      result: 'ordered',
      ordered: [
        { instructionId: 'KZ-1' },
        {
          instructionId: 'KZ-1R2',
          orders: [{ orderId: 'KZ-1R2-1001', amount: 1_935, account: other }],
        },
      ],
    });
    expect(await world.books()).toMatchObject({ 'payment-in-transit:1001': -1_935 });
    expect(await reorder()).toEqual({ ...ordered, result: 'repeated' });
    expect(await world.order()).toEqual({ ...ordered, result: 'repeated' });
    await world.tell([paidEntry('KZ-1R2-1001', 1_935)], 'S-3');
    expect(await readWindow(world.scenario.backend.database, 1)).toMatchObject({
      state: 'reconciled',
    });
    expect(await world.books()).toEqual({
      'card-liability': -3_000,
      'fee-income': -55,
      float: 3_055,
    });
  });

  it('pays what the bank refused, which never left', async () => {
    const report = statusReportExample('RJCT', [], 'AG01');
    expect(await world.take(report)).toMatchObject({
      result: 'taken',
      windows: [
        { payments: [{ state: 'rejected', returnReason: 'AG01' }, { state: 'missing' }, {}] },
      ],
    });
    expect(await world.books()).toEqual({
      'card-liability': -3_000,
      'collection-due:1002': 5_000,
      'commission-payable': -10,
      'fee-income': -55,
      'merchant-payable:1001': -1_935,
    });
    expect(await world.take(report)).toMatchObject({ result: 'repeated' });
    expect(await reorder()).toMatchObject({
      ordered: [{}, { orders: [{ orderId: 'KZ-1R2-1001' }, { orderId: 'KZ-1R2-CARRIER' }] }],
    });
    await world.tell([{ amount: '1945', batch: 'KZ-1R2' }, KIOSK]);
    expect(await readWindow(world.scenario.backend.database, 1)).toMatchObject({
      state: 'reconciled',
    });
    expect(await world.scenario.backend.carrier.position()).toMatchObject({ bank: 10 });
  });

  it('takes one sum for all that was not refused, and pays the rest again', async () => {
    const one = [{ endToEndId: 'KZ-1-1001', status: 'RJCT', reason: 'AC01' }];
    await world.take(statusReportExample('PART', one));
    const rest = { amount: '10', batch: 'KZ-1', reference: 'B-1' };
    expect(await world.tell([rest, KIOSK])).toMatchObject({
      windows: [{ payments: [{ state: 'rejected' }, { state: 'paid' }, { state: 'paid' }] }],
      unexpected: [],
    });
    expect(await world.books()).toMatchObject({ float: 4_990, 'merchant-payable:1001': -1_935 });
    await reorder();
    await world.tell([paidEntry('KZ-1R2-1001', 1_935)], 'S-2');
    expect(await world.books()).toEqual({
      'card-liability': -3_000,
      'fee-income': -55,
      float: 3_055,
    });
  });

  it('leaves in suspense what was suspended, and moves the float once for it', async () => {
    const rest = { amount: '10', batch: 'KZ-1', reference: 'B-1' };
    expect(await world.tell([rest])).toMatchObject({ unexpected: [{ amount: 10 }] });
    const suspended = { float: -10, 'bank-suspense': 10 };
    expect(await world.books()).toMatchObject(suspended);
    const one = [{ endToEndId: 'KZ-1-1001', status: 'RJCT', reason: 'AC01' }];
    await world.take(statusReportExample('PART', one));
    expect(await world.books()).toMatchObject(suspended);
    // The bank tells it again in another statement.
    await world.tell([rest, { amount: '1' }], 'S-2');
    expect(await world.books()).toMatchObject({ float: -11, 'bank-suspense': 11 });
    expect(await world.books()).toMatchObject({ 'payment-in-transit:carrier': -10 });
  });

  it('suspends a sum that a later refusal makes the sum of nothing', async () => {
    const refuse = (endToEndId: string): string =>
      statusReportExample('PART', [{ endToEndId, status: 'RJCT', reason: 'AC01' }]);
    await world.take(refuse('KZ-1-CARRIER'));
    await world.tell([{ amount: '1935', batch: 'KZ-1', reference: 'B-1' }]);
    expect(await world.books()).not.toHaveProperty('bank-suspense');
    await world.take(refuse('KZ-1-1001').replace('P-1', 'P-2'));
    expect(await world.books()).toMatchObject({
      float: -1_935,
      'bank-suspense': 1_935,
      'merchant-payable:1001': -1_935,
    });
  });

  it('tells the carrier once that it is paid, and what comes after goes to suspense', async () => {
    const { carrier } = world.scenario.backend;
    await world.take(statusReportExample('RJCT', [], 'AG01'));
    await reorder();
    await world.tell([CARRIER], 'S-1');
    expect(await carrier.position()).toMatchObject({ receivable: 0, bank: 10 });
    await world.tell([paidEntry('KZ-1R2-CARRIER', 10)], 'S-2');
    expect(await carrier.position()).toMatchObject({ receivable: 0, bank: 10 });
    expect(await world.books()).toMatchObject({ float: -20, 'bank-suspense': 10 });
    // And another amount under its id.
    await world.tell([{ ...CARRIER, amount: '3', reference: 'B-3' }], 'S-3');
    expect(await world.books()).toMatchObject({ float: -23, 'bank-suspense': 13 });
    expect(await closeWindow(world.scenario.backend.settlement)).toMatchObject({
      result: 'closed',
    });
  });

  it('pays nothing again that was paid in the end under its first id', async () => {
    const refused = statusReportExample('RJCT', [], 'AG01');
    await world.take(refused);
    await reorder();
    await world.tell([SHOP, CARRIER], 'S-1');
    await world.take(refused.replace('P-1', 'P-2').replaceAll('KZ-1<', 'KZ-1R2<'));
    expect(await world.books()).not.toHaveProperty('merchant-payable:1001');
    expect(await reorder()).toMatchObject({ result: 'repeated', ordered: [{}, {}] });
  });

  it('believes a statement more than a refusal', async () => {
    await world.take(statusReportExample('RJCT', [], 'AG01'));
    await world.tell([SHOP, CARRIER, KIOSK]);
    expect(await readWindow(world.scenario.backend.database, 1)).toMatchObject({
      state: 'reconciled',
    });
  });

  it('pays nothing that is not owed again', async () => {
    expect(await reorder()).toMatchObject({ reason: 'SETTLEMENT_NOTHING_TO_PAY' });
    await world.tell([SHOP, { ...CARRIER, amount: '9' }, KIOSK]);
    expect(await reorder()).toMatchObject({ reason: 'SETTLEMENT_NOTHING_TO_PAY' });
    const { settlement } = world.scenario.backend;
    for (const windowNumber of [2, 9]) {
      expect(await reorderPayments(settlement, { windowNumber })).toMatchObject({
        result: 'refused',
      });
    }
  });

  it('pays on a day on which banks work', async () => {
    await world.tell([SHOP, BACK]);
    world.scenario.clock = epochMs(Date.parse('2026-12-30T07:00:00Z'));
    expect(await reorder()).toMatchObject({ ordered: [{}, { payOn: '2027-01-05' }] });
  });
});
