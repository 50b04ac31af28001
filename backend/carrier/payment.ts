import assert from 'node:assert/strict';
import { type EpochMs, epochMs, sumYen, type Yen, yen } from '#units';
import type { SqlRow } from '../database/connection.ts';
import type { SqlReader, Transaction } from '../database/database.ts';
import { numberIn, textIn } from '../database/row.ts';
import type { BillMonth } from './bill-month.ts';

/** The words of CAMARA Carrier Billing. `reserved` has no end yet. */
export type PaymentStatus = 'reserved' | 'succeeded' | 'cancelled' | 'denied';

/** Why a payment was denied. */
export type DenialReason = 'CARRIER_CAP_EXCEEDED';

/** What goes on a phone bill once it is confirmed. */
export interface Payment {
  readonly paymentId: number;
  /** The name that whoever asks gave it: asking again under it changes nothing. */
  readonly correlator: string;
  readonly subscriberId: number;
  readonly amount: Yen;
  /** As it stands on the bill. */
  readonly description: string;
  /** The month of the prepare: the month whose cap it counts in, and on whose bill it stands. */
  readonly billMonth: BillMonth;
  readonly preparedAt: EpochMs;
  readonly status: PaymentStatus;
  /** Of a denied payment only. */
  readonly reason?: DenialReason;
}

export const PAYMENT_STATEMENT = `
SELECT payment.*, ended.result, ended.reason FROM payment LEFT JOIN payment_end AS ended
  ON ended.payment_id = payment.payment_id WHERE payment.payment_id = ?`;

export const CORRELATOR_STATEMENT = 'SELECT payment_id FROM payment WHERE correlator = ?';

export const USED_STATEMENT = `
SELECT amount_yen FROM payment WHERE subscriber_id = ? AND bill_month = ? AND NOT EXISTS (
  SELECT 1 FROM payment_end AS ended WHERE ended.payment_id = payment.payment_id
    AND result IN ('cancelled', 'denied'))`;

export async function readPayment(
  reader: SqlReader,
  paymentId: number,
): Promise<Payment | undefined> {
  const rows = await reader.all(PAYMENT_STATEMENT, [paymentId]);
  const [row] = rows;
  return row && paymentOf(row, rows);
}

export async function findPayment(
  reader: SqlReader,
  correlator: string,
): Promise<Payment | undefined> {
  const [row] = await reader.all(CORRELATOR_STATEMENT, [correlator]);
  return row && readPayment(reader, numberIn(row, 'payment_id'));
}

/** What reservations and confirmed payments take of a month's cap. */
export async function usedOfCap(
  reader: SqlReader,
  subscriberId: number,
  month: BillMonth,
): Promise<Yen> {
  const rows = await reader.all(USED_STATEMENT, [subscriberId, month]);
  return sumYen(rows.map((row) => yen(numberIn(row, 'amount_yen'))));
}

export async function insertPayment(
  transaction: Transaction,
  payment: Omit<Payment, 'paymentId' | 'status'>,
): Promise<number> {
  const [row] = await transaction.all('SELECT coalesce(max(payment_id), 0) + 1 AS id FROM payment');
  const paymentId = numberIn(row, 'id');
  await transaction.run('INSERT INTO payment VALUES (?, ?, ?, ?, ?, ?, ?)', [
    paymentId,
    payment.correlator,
    payment.subscriberId,
    payment.amount,
    payment.description,
    payment.billMonth,
    payment.preparedAt,
  ]);
  return paymentId;
}

export interface PaymentEnd {
  readonly result: Exclude<PaymentStatus, 'reserved'>;
  readonly reason?: DenialReason;
  /** The month whose bill tells of it. */
  readonly billMonth: BillMonth;
  readonly endedAt: EpochMs;
}

export async function insertPaymentEnd(
  transaction: Transaction,
  paymentId: number,
  { result, reason, billMonth, endedAt }: PaymentEnd,
): Promise<void> {
  const values = [paymentId, result, reason ?? null, billMonth, endedAt];
  await transaction.run('INSERT INTO payment_end VALUES (?, ?, ?, ?, ?)', values);
}

function paymentOf(row: SqlRow, ends: readonly SqlRow[]): Payment {
  const results = new Set(ends.map((end) => end['result']));
  const status = (['cancelled', 'denied', 'succeeded'] as const).find((end) => results.has(end));
  return {
    paymentId: numberIn(row, 'payment_id'),
    correlator: textIn(row, 'correlator'),
    subscriberId: numberIn(row, 'subscriber_id'),
    amount: yen(numberIn(row, 'amount_yen')),
    description: textIn(row, 'description'),
    billMonth: textIn(row, 'bill_month') as BillMonth,
    preparedAt: epochMs(numberIn(row, 'prepared_at_ms')),
    status: status ?? 'reserved',
    ...(status === 'denied' ? { reason: denialReasonIn(row) } : {}),
  };
}

function denialReasonIn(row: SqlRow): DenialReason {
  const reason = textIn(row, 'reason');
  assert(reason === 'CARRIER_CAP_EXCEEDED', `payment_end: unknown reason ${reason}`);
  return reason;
}
