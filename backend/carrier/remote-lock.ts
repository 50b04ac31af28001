import assert from 'node:assert/strict';
import { type EpochMs, epochMs } from '#units';
import type { SqlRow } from '../database/connection.ts';
import type { Database, SqlReader, Transaction } from '../database/database.ts';
import { numberIn, textIn } from '../database/row.ts';
import { readSubscriber } from './subscriber.ts';

export type LockAction = 'lock' | 'unlock';

/** `waiting`: the phone has not told that it is done. `replaced`: another order came after it. */
export type LockOrderState = 'waiting' | 'done' | 'lapsed' | 'replaced';

/** What the carrier tells a phone to do. A phone takes orders by rising number and no older one. */
export interface LockOrder {
  readonly orderId: number;
  readonly subscriberId: number;
  readonly action: LockAction;
  readonly orderedBy: string;
  readonly orderedAt: EpochMs;
  readonly state: LockOrderState;
}

export type LockRefusal = 'CARRIER_SUBSCRIBER_UNKNOWN' | 'CARRIER_LOCK_ORDER_UNKNOWN';

export type LockAnswer =
  | { readonly result: 'done' | 'repeated'; readonly order: LockOrder }
  | { readonly result: 'refused'; readonly reason: LockRefusal; readonly detail: string };

/** How long an order waits for a phone that cannot be reached. */
const ORDER_LIFE_MS: number = 365 * 24 * 60 * 60 * 1000;

/**
 * The remote lock of the carrier. It is no block of the issuer: terminals hear nothing of it, and what
 * the issuer decides about the card stays as it is.
 */
export class RemoteLock {
  readonly #database: Database;
  readonly #now: () => EpochMs;

  constructor({ database, now }: { readonly database: Database; readonly now: () => EpochMs }) {
    this.#database = database;
    this.#now = now;
  }

  /**
   * Gives an order. `repeated` if the last order says the same and has not lapsed. An unlock is an
   * order too where the lock before it still waits: the phone may have heard it without telling us.
   */
  order(subscriberId: number, action: LockAction, orderedBy: string): Promise<LockAnswer> {
    return this.#database.transaction(async (transaction) => {
      if ((await readSubscriber(transaction, subscriberId)) === undefined) {
        const detail = `no subscriber ${subscriberId}`;
        return { result: 'refused', reason: 'CARRIER_SUBSCRIBER_UNKNOWN', detail };
      }
      const now = this.#now();
      const last = await lastOrder(transaction, subscriberId);
      const state = last && stateAt(last, now);
      if (last && last.action === action && state !== 'lapsed') {
        return { result: 'repeated', order: last };
      }
      if (last?.state === 'waiting') {
        const result = state === 'lapsed' ? 'lapsed' : 'replaced';
        await insertEnd(transaction, last.orderId, result, now);
      }
      const order = { subscriberId, action, orderedBy, orderedAt: now };
      const orderId = await insertOrder(transaction, order);
      return { result: 'done', order: { ...order, orderId, state: 'waiting' } };
    });
  }

  /** What a phone that is reached must do now, or `undefined`. An order past its year is lapsed here. */
  pending(subscriberId: number): Promise<LockOrder | undefined> {
    return this.#database.transaction(async (transaction) => {
      const last = await lastOrder(transaction, subscriberId);
      if (last?.state !== 'waiting') return undefined;
      const now = this.#now();
      if (stateAt(last, now) === 'waiting') return last;
      await insertEnd(transaction, last.orderId, 'lapsed', now);
      return undefined;
    });
  }

  /** The phone tells that it did what an order says; true even where the order has lapsed since. */
  confirm(orderId: number): Promise<LockAnswer> {
    return this.#database.transaction(async (transaction) => {
      const rows = await transaction.all(ORDER_STATEMENT, [orderId]);
      const order = orderOf(rows);
      if (order === undefined) {
        const detail = `no lock order ${orderId}`;
        return { result: 'refused', reason: 'CARRIER_LOCK_ORDER_UNKNOWN', detail };
      }
      if (order.state === 'done') return { result: 'repeated', order };
      await insertEnd(transaction, orderId, 'done', this.#now());
      return { result: 'done', order: { ...order, state: 'done' } };
    });
  }

  /** Every order of a subscriber, oldest first. */
  async orders(subscriberId: number): Promise<readonly LockOrder[]> {
    const now = this.#now();
    const ids = await this.#database.all(ORDERS_STATEMENT, [subscriberId]);
    const orders: LockOrder[] = [];
    for (const row of ids) {
      const rows = await this.#database.all(ORDER_STATEMENT, [numberIn(row, 'order_id')]);
      const order = orderOf(rows);
      if (order !== undefined) orders.push({ ...order, state: stateAt(order, now) });
    }
    return orders;
  }
}

const ORDERS_STATEMENT =
  'SELECT order_id FROM lock_order WHERE subscriber_id = ? ORDER BY order_id';

const ORDER_STATEMENT = `
SELECT lock_order.*, result FROM lock_order LEFT JOIN lock_order_end AS ended
  ON ended.order_id = lock_order.order_id WHERE lock_order.order_id = ?`;

const LAST_STATEMENT = `
SELECT lock_order.*, result FROM lock_order LEFT JOIN lock_order_end AS ended
  ON ended.order_id = lock_order.order_id
WHERE lock_order.order_id = (SELECT max(order_id) FROM lock_order WHERE subscriber_id = ?)`;

/** Time alone lapses an order, whether or not anybody wrote it down yet. */
function stateAt({ state, orderedAt }: LockOrder, now: EpochMs): LockOrderState {
  return state === 'waiting' && now - orderedAt >= ORDER_LIFE_MS ? 'lapsed' : state;
}

async function lastOrder(reader: SqlReader, subscriberId: number): Promise<LockOrder | undefined> {
  return orderOf(await reader.all(LAST_STATEMENT, [subscriberId]));
}

async function insertOrder(
  transaction: Transaction,
  order: Omit<LockOrder, 'orderId' | 'state'>,
): Promise<number> {
  const [row] = await transaction.all(
    'SELECT coalesce(max(order_id), 0) + 1 AS id FROM lock_order',
  );
  const orderId = numberIn(row, 'id');
  const { subscriberId, action, orderedBy, orderedAt } = order;
  const values = [orderId, subscriberId, action, orderedBy, orderedAt];
  await transaction.run('INSERT INTO lock_order VALUES (?, ?, ?, ?, ?)', values);
  return orderId;
}

async function insertEnd(
  transaction: Transaction,
  orderId: number,
  result: Exclude<LockOrderState, 'waiting'>,
  now: EpochMs,
): Promise<void> {
  await transaction.run('INSERT INTO lock_order_end VALUES (?, ?, ?)', [orderId, result, now]);
}

/** One row for each end of the order. What the phone did counts before what we thought of it. */
function orderOf(rows: readonly SqlRow[]): LockOrder | undefined {
  const [row] = rows;
  if (row === undefined) return undefined;
  const action = textIn(row, 'action');
  assert(action === 'lock' || action === 'unlock', `lock_order: unknown action ${action}`);
  const ends = new Set(rows.map(({ result }) => result));
  const state = (['done', 'lapsed', 'replaced'] as const).find((end) => ends.has(end));
  return {
    orderId: numberIn(row, 'order_id'),
    subscriberId: numberIn(row, 'subscriber_id'),
    action,
    orderedBy: textIn(row, 'ordered_by'),
    orderedAt: epochMs(numberIn(row, 'ordered_at_ms')),
    state: state ?? 'waiting',
  };
}
