import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { businessDate, epochMs } from '#units';
import { readWindowBalances } from '../../../../backend/ledger/books.ts';
import { closeWindow } from '../../../../backend/settlement/close-window.ts';
import { orderPayments } from '../../../../backend/settlement/payment/order-payments.ts';
import { settleWindow } from '../../../../backend/settlement/settle-window.ts';
import { readWindow } from '../../../../backend/settlement/window.ts';
import { EXAMPLE_ORDERS } from '../bank/instruction-example.ts';
import { settleSigned, signByBoth } from '../signed-window.ts';
import { PaymentWorld } from './payment-world.ts';

const [shopAccount, carrierAccount] = EXAMPLE_ORDERS.map(({ payee }) => payee);

describe('orderPayments', () => {
  let world: PaymentWorld;
  beforeEach(async () => {
    world = await PaymentWorld.open();
  });
  afterEach(() => world.scenario.remove());

  const reason = async (windowNumber = 1, payOn?: string): Promise<string> => {
    const day = payOn === undefined ? {} : { payOn: businessDate(payOn) };
    const ordered = await orderPayments(world.scenario.backend.settlement, {
      windowNumber,
      ...day,
    });
    return ordered.result === 'refused' ? ordered.reason : ordered.result;
  };

  it('pays each merchant its net and the carrier its commission; who owes pays in', async () => {
    await signByBoth(world.scenario.backend, 1);
    await world.registerAll();
    expect(await world.order()).toMatchObject({
      result: 'ordered',
      ordered: [
        {
          instructionId: 'KZ-1',
          // Ordered on the 23rd, a holiday, which counts for the 24th.
          payOn: '2026-11-25',
          payer: { clientCode: '0000012345' },
          orders: [
            { orderId: 'KZ-1-1001', direction: 'pay', amount: 1_935, account: shopAccount },
            { orderId: 'KZ-1-1002', direction: 'collect', amount: 5_000, account: undefined },
            { orderId: 'KZ-1-CARRIER', direction: 'pay', amount: 10, account: carrierAccount },
          ],
        },
      ],
    });
    expect(
      await world.scenario.backend.database.all('SELECT 1 FROM commission_advice'),
    ).toHaveLength(1);
  });

  it('moves the money to what is in transit, once, and the books still add up', async () => {
    await signByBoth(world.scenario.backend, 1);
    await world.registerAll();
    await world.order();
    const { database, settlement } = world.scenario.backend;
    const books = Object.fromEntries(await readWindowBalances(database, 1));
    expect(books).toEqual({
      'card-liability': -3_000,
      'collection-due:1002': 5_000,
      'commission-payable': 0,
      'fee-income': -55,
      'load-receivable:1002': 0,
      'merchant-payable:1001': 0,
      'payment-in-transit:1001': -1_935,
      'payment-in-transit:carrier': -10,
    });
    expect(await world.order()).toMatchObject({ result: 'repeated' });
    expect(Object.fromEntries(await readWindowBalances(database, 1))).toEqual(books);
    expect(await readWindow(database, 1)).toMatchObject({ state: 'ordered' });
    expect(await closeWindow(settlement)).toMatchObject({
      result: 'closed',
      figures: { paymentsInTransit: 1_945, commissionInTransit: 10, collectionsDue: 5_000 },
    });
  });

  it('is made once: later it is the same, with the accounts of then', async () => {
    await signByBoth(world.scenario.backend, 1);
    await world.registerAll();
    const ordered = await world.order();
    expect(await world.register('merchant:1001', carrierAccount)).toBe('registered');
    world.scenario.clock = epochMs(world.scenario.clock + 86_400_000);
    expect(await world.order()).toEqual({ ...ordered, result: 'repeated' });
    expect(await reason(1, '2026-11-25')).toBe('repeated');
    expect(await reason(1, '2026-11-26')).toBe('SETTLEMENT_PAY_DAY_DIFFERS');
  });

  it('is the same after a crash, whether it came before the order was written or after', async () => {
    await signByBoth(world.scenario.backend, 1);
    await world.registerAll();
    const { database, settlement } = world.scenario.backend;
    const failing = {
      ...settlement,
      database: Object.create(database, {
        transaction: {
          value: (work: Parameters<typeof database.transaction>[0]) =>
            database.transaction(async (transaction) => {
              await work(transaction);
              throw new Error('the power is cut before the commit');
            }),
        },
      }),
    };
    await expect(orderPayments(failing, { windowNumber: 1 })).rejects.toThrow('the power is cut');
    expect(await world.scenario.count('SELECT count(*) FROM payment_instruction')).toBe(0);
    expect(await world.books()).toMatchObject({ 'merchant-payable:1001': -1_935 });
    const ordered = await world.order();
    await world.scenario.stop();
    await world.scenario.start();
    expect(await world.order()).toEqual({ ...ordered, result: 'repeated' });
  });

  it('is refused in the order of the page', async () => {
    const { settlement } = world.scenario.backend;
    expect(await reason(9)).toBe('SETTLEMENT_WINDOW_UNKNOWN');
    expect(await reason(2)).toBe('SETTLEMENT_WINDOW_OPEN');
    expect(await reason(1)).toBe('SETTLEMENT_NOT_SIGNED');
    await signByBoth(world.scenario.backend, 1);
    for (const day of ['2026-11-20', '2026-11-23', '2026-11-28', '2027-02-01', '9999-12-31']) {
      expect(await reason(1, day)).toBe('SETTLEMENT_PAY_DAY_INVALID');
    }
    expect(await orderPayments(settlement, { windowNumber: 1 })).toMatchObject({
      reason: 'SETTLEMENT_ACCOUNT_MISSING',
      detail: 'no bank account of issuer, merchant:1001, carrier',
    });
    await closeWindow(settlement);
    await signByBoth(world.scenario.backend, 2);
    expect(await reason(2)).toBe('SETTLEMENT_NOTHING_TO_PAY');
    await settleSigned(world.scenario.backend, 2);
    expect(await reason(2)).toBe('SETTLEMENT_WINDOW_SETTLED');
    expect(await world.scenario.count('SELECT count(*) FROM payment_instruction')).toBe(0);
    await world.registerAll();
    expect(await reason(1)).toBe('ordered');
    expect(await settleWindow(settlement, 1)).toMatchObject({
      reason: 'SETTLEMENT_WINDOW_ORDERED',
    });
  });
});
