import { type EpochMs, yen } from '#units';
import type { Subscriber } from '../../../backend/carrier/subscriber.ts';
import { registerSubscriber } from '../../../backend/carrier/subscriber.ts';
import { CARRIER_SCHEMA } from '../../../backend/database/carrier-schema.ts';
import { Database } from '../../../backend/database/database.ts';
import { NOON } from '../../scheme.ts';
import { temporaryFile } from '../database/temporary-file.ts';

export const HANAKO: Subscriber = {
  subscriberId: 1,
  phoneNumber: '+819012345678',
  name: 'Hanako',
  monthlyCap: yen(10_000),
};

export interface OpenCarrier {
  readonly database: Database;
  readonly now: () => EpochMs;
  /** The clock of the carrier. */
  time: EpochMs;
}

/** The database of a carrier with one subscriber, and a clock that stands. */
export async function openCarrier(): Promise<OpenCarrier> {
  const database = await Database.open(temporaryFile(), CARRIER_SCHEMA);
  const carrier: OpenCarrier = { database, time: NOON, now: () => carrier.time };
  await registerSubscriber(database, HANAKO, NOON);
  return carrier;
}
