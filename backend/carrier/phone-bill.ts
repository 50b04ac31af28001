import assert from 'node:assert/strict';
import { addYen, type EpochMs, type SignedYen, signedYen, sumSignedYen, type Yen } from '#units';
import type { Database, Transaction } from '../database/database.ts';
import { numberIn, textIn } from '../database/row.ts';
import { billReceivableOf, TOP_UP_PAYABLE } from '../ledger/chart-of-accounts.ts';
import { postTransfers } from '../ledger/posting.ts';
import { credit, debit, transfer } from '../ledger/transfer.ts';
import { type BillMonth, billMonthOf } from './bill-month.ts';
import {
  findPayment,
  insertPayment,
  insertPaymentEnd,
  type Payment,
  readPayment,
  usedOfCap,
} from './payment.ts';
import { findSubscriber, readSubscriber, type Subscriber } from './subscriber.ts';

/** Phone bills know no settlement windows: their transfers stand in this one. */
const NO_WINDOW = 0;

export interface PaymentRequest {
  readonly correlator: string;
  readonly phoneNumber: string;
  /** At least 1. */
  readonly amount: Yen;
  readonly description: string;
}

/** In the order in which they are looked for. */
export type PaymentRefusal =
  | 'CARRIER_SUBSCRIBER_UNKNOWN'
  | 'CARRIER_CORRELATOR_REUSED'
  | 'CARRIER_PAYMENT_UNKNOWN'
  | 'CARRIER_PAYMENT_DENIED'
  | 'CARRIER_PAYMENT_CANCELLED';

export interface RefusedPayment {
  readonly result: 'refused';
  readonly reason: PaymentRefusal;
  readonly detail: string;
  /** Of `CARRIER_CORRELATOR_REUSED`: what differs from the payment of that correlator. */
  readonly field?: 'phoneNumber' | 'amount' | 'description';
}

/** `repeated`: it was so before, and nothing changes. The payment tells how it stands now. */
export type PaymentAnswer =
  | { readonly result: 'done' | 'repeated'; readonly payment: Payment }
  | RefusedPayment;

export interface BillLine {
  readonly paymentId: number;
  readonly description: string;
  /** A payment that was cancelled after it had succeeded is given back: a negative line. */
  readonly amount: SignedYen;
}

export interface Bill {
  readonly subscriberId: number;
  readonly month: BillMonth;
  readonly lines: readonly BillLine[];
  readonly total: SignedYen;
}

/**
 * Payments by phone bill, in two steps: what is prepared is reserved, and goes on the bill when it is
 * confirmed. A reservation is a promise: it never ends by itself, and only the prepare can be denied.
 */
export class PhoneBill {
  readonly #database: Database;
  readonly #now: () => EpochMs;

  constructor({ database, now }: { readonly database: Database; readonly now: () => EpochMs }) {
    this.#database = database;
    this.#now = now;
  }

  /** `done` with a payment `reserved`, or `denied` with its reason: that is final for its correlator. */
  prepare(request: PaymentRequest): Promise<PaymentAnswer> {
    assert(request.amount > 0, 'a payment of nothing');
    return this.#database.transaction(async (transaction) => {
      const known = await findPayment(transaction, request.correlator);
      if (known !== undefined) return repeated(transaction, known, request);
      const subscriber = await findSubscriber(transaction, request.phoneNumber);
      if (subscriber === undefined) {
        return refusal('CARRIER_SUBSCRIBER_UNKNOWN', 'no subscriber has this phone number');
      }
      return this.#reserve(transaction, subscriber, request);
    });
  }

  /** Puts a reserved payment on the bill. */
  confirm(paymentId: number): Promise<PaymentAnswer> {
    return this.#end(paymentId, async (transaction, payment) => {
      if (payment.status === 'succeeded') return { result: 'repeated', payment };
      if (payment.status === 'cancelled') {
        return refusal('CARRIER_PAYMENT_CANCELLED', `payment ${paymentId} was cancelled`);
      }
      const endedAt = this.#now();
      const { billMonth } = payment;
      const end = { result: 'succeeded', billMonth, endedAt } as const;
      await insertPaymentEnd(transaction, paymentId, end);
      const charge = transfer(`payment:${paymentId}`, 'bill-charge', [
        debit(billReceivableOf(payment.subscriberId), payment.amount),
        credit(TOP_UP_PAYABLE, payment.amount),
      ]);
      await post(transaction, charge, endedAt);
      return { result: 'done', payment: { ...payment, status: 'succeeded' } };
    });
  }

  /**
   * Frees a reservation. A payment that succeeded is given back by an entry in reverse, on the bill of
   * the month in which it is cancelled: the bill before may be paid already.
   */
  cancel(paymentId: number): Promise<PaymentAnswer> {
    return this.#end(paymentId, async (transaction, payment) => {
      if (payment.status === 'cancelled') return { result: 'repeated', payment };
      const endedAt = this.#now();
      const end = { result: 'cancelled', billMonth: billMonthOf(endedAt), endedAt } as const;
      await insertPaymentEnd(transaction, paymentId, end);
      if (payment.status === 'succeeded') {
        const reversal = transfer(`payment:${paymentId}:reversal`, 'bill-reversal', [
          debit(TOP_UP_PAYABLE, payment.amount),
          credit(billReceivableOf(payment.subscriberId), payment.amount),
        ]);
        await post(transaction, reversal, endedAt);
      }
      return { result: 'done', payment: { ...payment, status: 'cancelled' } };
    });
  }

  payment(paymentId: number): Promise<Payment | undefined> {
    return readPayment(this.#database, paymentId);
  }

  /** `undefined` where there is no such subscriber. Reservations do not stand on a bill. */
  async bill(subscriberId: number, month: BillMonth): Promise<Bill | undefined> {
    if ((await readSubscriber(this.#database, subscriberId)) === undefined) return undefined;
    const rows = await this.#database.all(BILL_STATEMENT, [subscriberId, month]);
    const lines = rows.map((row) => ({
      paymentId: numberIn(row, 'payment_id'),
      description: textIn(row, 'description'),
      amount: signedYen(numberIn(row, 'amount')),
    }));
    return { subscriberId, month, lines, total: sumSignedYen(lines.map(({ amount }) => amount)) };
  }

  async #reserve(
    transaction: Transaction,
    { subscriberId, monthlyCap }: Subscriber,
    { correlator, amount, description }: PaymentRequest,
  ): Promise<PaymentAnswer> {
    const preparedAt = this.#now();
    const billMonth = billMonthOf(preparedAt);
    const used = await usedOfCap(transaction, subscriberId, billMonth);
    const asked = { correlator, subscriberId, amount, description, billMonth, preparedAt };
    const paymentId = await insertPayment(transaction, asked);
    if (addYen(used, amount) <= monthlyCap) {
      return { result: 'done', payment: { ...asked, paymentId, status: 'reserved' } };
    }
    const reason = 'CARRIER_CAP_EXCEEDED';
    const end = { result: 'denied', reason, billMonth, endedAt: preparedAt } as const;
    await insertPaymentEnd(transaction, paymentId, end);
    return { result: 'done', payment: { ...asked, paymentId, status: 'denied', reason } };
  }

  /** Neither an unknown nor a denied payment can end otherwise. */
  #end(
    paymentId: number,
    end: (transaction: Transaction, payment: Payment) => Promise<PaymentAnswer>,
  ): Promise<PaymentAnswer> {
    return this.#database.transaction(async (transaction) => {
      const payment = await readPayment(transaction, paymentId);
      if (payment === undefined) {
        return refusal('CARRIER_PAYMENT_UNKNOWN', `no payment ${paymentId}`);
      }
      if (payment.status === 'denied') {
        return refusal('CARRIER_PAYMENT_DENIED', `payment ${paymentId} was denied`);
      }
      return end(transaction, payment);
    });
  }
}

// What was cancelled before it succeeded stands on no bill.
export const BILL_STATEMENT = `
SELECT payment.payment_id AS payment_id, description, amount_yen AS amount, 0 AS is_reversal
FROM payment JOIN payment_end AS charged
  ON charged.payment_id = payment.payment_id AND charged.result = 'succeeded'
WHERE subscriber_id = ?1 AND payment.bill_month = ?2
UNION ALL
SELECT payment.payment_id, description, -amount_yen, 1
FROM payment JOIN payment_end AS charged
  ON charged.payment_id = payment.payment_id AND charged.result = 'succeeded'
JOIN payment_end AS cancelled
  ON cancelled.payment_id = payment.payment_id AND cancelled.result = 'cancelled'
WHERE subscriber_id = ?1 AND cancelled.bill_month = ?2
ORDER BY payment_id, is_reversal`;

async function repeated(
  transaction: Transaction,
  payment: Payment,
  request: PaymentRequest,
): Promise<PaymentAnswer> {
  const subscriber = await readSubscriber(transaction, payment.subscriberId);
  const known = { ...payment, phoneNumber: subscriber?.phoneNumber };
  const fields = ['phoneNumber', 'amount', 'description'] as const;
  const field = fields.find((name) => known[name] !== request[name]);
  if (field === undefined) return { result: 'repeated', payment };
  const detail = `the payment of this correlator has another ${field}`;
  return { ...refusal('CARRIER_CORRELATOR_REUSED', detail), field };
}

function refusal(reason: PaymentRefusal, detail: string): RefusedPayment {
  return { result: 'refused', reason, detail };
}

function post(
  transaction: Transaction,
  posted: ReturnType<typeof transfer>,
  postedAt: EpochMs,
): Promise<void> {
  return postTransfers(transaction, [posted], { windowNumber: NO_WINDOW, postedAt });
}
