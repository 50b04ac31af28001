import { type EpochMs, formatYen, type Yen } from '#units';
import type { BillMonth } from './carrier/bill-month.ts';
import type { LockAction } from './carrier/remote-lock.ts';
import { listSubscribers, registerSubscriber, type Subscriber } from './carrier/subscriber.ts';
import type { Backend } from './open-backend.ts';
import { type Outcome, refusedOutcome, registrationOutcome } from './outcome-text.ts';

export interface SubscriberOptions {
  readonly subscriber: number;
  readonly phone: string;
  readonly name: string;
  readonly cap: Yen;
}

export async function addSubscriber(
  { carrierDatabase }: Pick<Backend, 'carrierDatabase'>,
  { subscriber: subscriberId, phone, name, cap }: SubscriberOptions,
  now: EpochMs,
): Promise<Outcome> {
  const subscriber: Subscriber = { subscriberId, phoneNumber: phone, name, monthlyCap: cap };
  const registration = await registerSubscriber(carrierDatabase, subscriber, now);
  return registrationOutcome(registration, `subscriber ${subscriberId}, ${name}`);
}

export async function showSubscribers({
  carrierDatabase,
}: Pick<Backend, 'carrierDatabase'>): Promise<Outcome> {
  const subscribers = await listSubscribers(carrierDatabase);
  const lines = subscribers.map(
    ({ subscriberId, phoneNumber, name, monthlyCap }) =>
      `${subscriberId}  ${phoneNumber}  ${name}, up to ${formatYen(monthlyCap)} a month`,
  );
  return { json: { subscribers }, lines: lines.length === 0 ? ['No subscribers.'] : lines };
}

export async function showBill(
  { phoneBill }: Pick<Backend, 'phoneBill'>,
  subscriberId: number,
  month: BillMonth,
): Promise<Outcome> {
  const bill = await phoneBill.bill(subscriberId, month);
  if (bill === undefined) {
    const detail = `no subscriber ${subscriberId}`;
    return refusedOutcome({ reason: 'CARRIER_SUBSCRIBER_UNKNOWN', detail });
  }
  const { lines, total } = bill;
  return {
    json: { ...bill },
    lines: [
      `Phone bill of subscriber ${subscriberId}, ${month}`,
      ...lines.map(
        ({ paymentId, description, amount }) =>
          `  payment ${paymentId}, ${description}  ${formatYen(amount)}`,
      ),
      `  total  ${formatYen(total)}`,
    ],
  };
}

/** Orders the remote lock of a phone, or takes it off. */
export async function orderLock(
  { remoteLock }: Pick<Backend, 'remoteLock'>,
  order: { readonly subscriber: number; readonly by: string; readonly action: LockAction },
): Promise<Outcome> {
  const ordered = await remoteLock.order(order.subscriber, order.action, order.by);
  if (ordered.result === 'refused') return refusedOutcome(ordered);
  const { orderId, state, action } = ordered.order;
  const word = ordered.result === 'done' ? 'Ordered' : 'Ordered already';
  const when = state === 'done' ? 'the phone has done it' : 'it waits for the phone';
  return {
    json: { result: ordered.result, orderId, action, state },
    lines: [`${word}: ${action} the phone of subscriber ${order.subscriber}; ${when}.`],
  };
}
