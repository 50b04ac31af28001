import { rmSync } from 'node:fs';
import { formatIdm, type IDm } from '#felica/identifiers';
import { type EpochMs, formatYen, type Yen } from '#units';
import type { BillMonth } from './carrier/bill-month.ts';
import { enrolHandset, listHandsets } from './carrier/handset.ts';
import type { LockAction } from './carrier/remote-lock.ts';
import { listSubscribers, registerSubscriber, type Subscriber } from './carrier/subscriber.ts';
import { newToken, writeNewFile } from './config.ts';
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

export interface HandsetOptions {
  readonly subscriber: number;
  readonly card: IDm;
  readonly out: string;
}

/** Makes a token for a phone, and lets in whoever shows it. */
export async function enrolPhone(
  { carrierDatabase }: Pick<Backend, 'carrierDatabase'>,
  { subscriber: subscriberId, card, out }: HandsetOptions,
  { now, random }: { readonly now: EpochMs; readonly random: (byteCount: number) => Uint8Array },
): Promise<Outcome> {
  const text = newToken(random);
  // First: a token that nobody enrolled opens nothing, and an enrolment without one shuts a phone out.
  writeNewFile(out, text);
  const enrolment = { subscriberId, idm: card, token: text.trim() };
  const enrolled = await enrolHandset(carrierDatabase, enrolment, now);
  if (enrolled.result === 'refused') {
    rmSync(out);
    return refusedOutcome(enrolled);
  }
  const { handsetId } = enrolled;
  return {
    json: { result: 'enrolled', handsetId, token: out },
    lines: [
      `Enrolled the phone of subscriber ${subscriberId} with card ${formatIdm(card)}.`,
      `Give it ${out}, which is its secret: \`kazasu handset init --token ${out} …\``,
    ],
  };
}

export async function showHandsets({
  carrierDatabase,
}: Pick<Backend, 'carrierDatabase'>): Promise<Outcome> {
  const handsets = await listHandsets(carrierDatabase);
  const shown = handsets.map(({ idm: card, ...handset }) => ({
    ...handset,
    card: formatIdm(card),
  }));
  const lines = shown.map(
    ({ subscriberId, phoneNumber, card }) => `${subscriberId}  ${phoneNumber}  card ${card}`,
  );
  return { json: { handsets: shown }, lines: lines.length === 0 ? ['No phones.'] : lines };
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
