import { createHash } from 'node:crypto';
import { formatIdm, type IDm, idm } from '#felica/identifiers';
import type { EpochMs } from '#units';
import type { SqlRow } from '../database/connection.ts';
import type { Database, SqlReader } from '../database/database.ts';
import { bytesIn, numberIn, textIn } from '../database/row.ts';
import { readSubscriber } from './subscriber.ts';

/** A phone that the carrier's channel serves, with the card that is in it. */
export interface Handset {
  readonly handsetId: number;
  readonly subscriberId: number;
  readonly phoneNumber: string;
  readonly idm: IDm;
}

/** In the order in which they are looked for. */
export type HandsetRefusal = 'CARRIER_SUBSCRIBER_UNKNOWN' | 'CARRIER_HANDSET_CARD_TAKEN';

export type HandsetEnrolment =
  | { readonly result: 'enrolled'; readonly handsetId: number }
  | { readonly result: 'refused'; readonly reason: HandsetRefusal; readonly detail: string };

const IN_USE = 'NOT EXISTS (SELECT 1 FROM handset_end WHERE handset_end.handset_id = handset.id)';

/**
 * Lets a phone of the subscriber with this card reach the channel under `token`, of which only a hash
 * is kept. The subscriber's phone before it reaches the channel no longer: one subscriber, one phone.
 */
export function enrolHandset(
  database: Database,
  enrolment: { readonly subscriberId: number; readonly idm: IDm; readonly token: string },
  now: EpochMs,
): Promise<HandsetEnrolment> {
  const { subscriberId, idm: card, token } = enrolment;
  return database.transaction(async (transaction) => {
    if ((await readSubscriber(transaction, subscriberId)) === undefined) {
      const detail = `no subscriber ${subscriberId}`;
      return { result: 'refused', reason: 'CARRIER_SUBSCRIBER_UNKNOWN', detail };
    }
    const [holder] = await transaction.all(
      `SELECT subscriber_id FROM handset WHERE idm = ? AND ${IN_USE} AND subscriber_id <> ?`,
      [card, subscriberId],
    );
    if (holder !== undefined) {
      const detail = `card ${formatIdm(card)} is in the phone of subscriber ${numberIn(holder, 'subscriber_id')}`;
      return { result: 'refused', reason: 'CARRIER_HANDSET_CARD_TAKEN', detail };
    }
    await transaction.run(
      `INSERT INTO handset_end (handset_id, ended_at_ms)
      SELECT id, ? FROM handset WHERE subscriber_id = ? AND ${IN_USE}`,
      [now, subscriberId],
    );
    const [last] = await transaction.all('SELECT coalesce(max(id), 0) + 1 AS next FROM handset');
    const handsetId = numberIn(last, 'next');
    const values = [handsetId, subscriberId, card, hashOf(token), now];
    await transaction.run('INSERT INTO handset VALUES (?, ?, ?, ?, ?)', values);
    return { result: 'enrolled', handsetId };
  });
}

const HANDSET = `SELECT handset.id AS id, handset.subscriber_id AS subscriber_id, idm, phone_number
FROM handset JOIN subscriber ON subscriber.subscriber_id = handset.subscriber_id`;

/** The phone that shows this token; `undefined` for one that was replaced, or was never enrolled. */
export async function findHandset(reader: SqlReader, token: string): Promise<Handset | undefined> {
  const [row] = await reader.all(`${HANDSET} WHERE token_hash = ? AND ${IN_USE}`, [hashOf(token)]);
  return row && handsetOf(row);
}

/** All that may reach the channel, by subscriber. */
export async function listHandsets(reader: SqlReader): Promise<readonly Handset[]> {
  const rows = await reader.all(`${HANDSET} WHERE ${IN_USE} ORDER BY handset.subscriber_id`);
  return rows.map(handsetOf);
}

/** A hash of 256 bits that nobody can guess needs no salt, and is found by its index. */
function hashOf(token: string): Uint8Array {
  return createHash('sha256').update(token).digest();
}

function handsetOf(row: SqlRow): Handset {
  return {
    handsetId: numberIn(row, 'id'),
    subscriberId: numberIn(row, 'subscriber_id'),
    phoneNumber: textIn(row, 'phone_number'),
    idm: idm(bytesIn(row, 'idm')),
  };
}
