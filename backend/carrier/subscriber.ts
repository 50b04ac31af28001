import { type EpochMs, type Yen, yen } from '#units';
import type { SqlRow } from '../database/connection.ts';
import type { Database, SqlReader } from '../database/database.ts';
import { numberIn, textIn } from '../database/row.ts';
import { type Registration, refused } from '../issuer/registration.ts';

/** Who has a phone contract with the carrier. */
export interface Subscriber {
  readonly subscriberId: number;
  /** In E.164, such as `+819012345678`. */
  readonly phoneNumber: string;
  readonly name: string;
  /** The most that payments of one month may be together. */
  readonly monthlyCap: Yen;
}

/** In the order in which they are looked for. */
export type SubscriberRefusal =
  | 'CARRIER_PHONE_NUMBER_INVALID'
  | 'CARRIER_SUBSCRIBER_TAKEN'
  | 'CARRIER_PHONE_NUMBER_TAKEN';

const PHONE_NUMBER = /^\+[1-9]\d{6,14}$/;

export function registerSubscriber(
  database: Database,
  subscriber: Subscriber,
  now: EpochMs,
): Promise<Registration<SubscriberRefusal>> {
  const { subscriberId, phoneNumber, name, monthlyCap } = subscriber;
  if (!PHONE_NUMBER.test(phoneNumber)) {
    const detail = 'expected a phone number such as +819012345678';
    return Promise.resolve(refused('CARRIER_PHONE_NUMBER_INVALID', detail));
  }
  return database.transaction(async (transaction) => {
    const known = await readSubscriber(transaction, subscriberId);
    if (known !== undefined) {
      if (isSame(known, subscriber)) return { result: 'repeated' };
      const detail = `subscriber ${subscriberId} is registered differently`;
      return refused('CARRIER_SUBSCRIBER_TAKEN', detail);
    }
    const holder = await findSubscriber(transaction, phoneNumber);
    if (holder !== undefined) {
      const detail = `the phone number is that of subscriber ${holder.subscriberId}`;
      return refused('CARRIER_PHONE_NUMBER_TAKEN', detail);
    }
    const values = [subscriberId, phoneNumber, name, monthlyCap, now];
    await transaction.run('INSERT INTO subscriber VALUES (?, ?, ?, ?, ?)', values);
    return { result: 'registered' };
  });
}

export async function readSubscriber(
  reader: SqlReader,
  subscriberId: number,
): Promise<Subscriber | undefined> {
  const [row] = await reader.all('SELECT * FROM subscriber WHERE subscriber_id = ?', [
    subscriberId,
  ]);
  return row && subscriberOf(row);
}

export async function findSubscriber(
  reader: SqlReader,
  phoneNumber: string,
): Promise<Subscriber | undefined> {
  const [row] = await reader.all('SELECT * FROM subscriber WHERE phone_number = ?', [phoneNumber]);
  return row && subscriberOf(row);
}

export async function listSubscribers(reader: SqlReader): Promise<readonly Subscriber[]> {
  const rows = await reader.all('SELECT * FROM subscriber ORDER BY subscriber_id');
  return rows.map(subscriberOf);
}

function subscriberOf(row: SqlRow): Subscriber {
  return {
    subscriberId: numberIn(row, 'subscriber_id'),
    phoneNumber: textIn(row, 'phone_number'),
    name: textIn(row, 'name'),
    monthlyCap: yen(numberIn(row, 'monthly_cap_yen')),
  };
}

function isSame(known: Subscriber, given: Subscriber): boolean {
  return (
    known.phoneNumber === given.phoneNumber &&
    known.name === given.name &&
    known.monthlyCap === given.monthlyCap
  );
}
