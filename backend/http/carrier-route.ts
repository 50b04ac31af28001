import { type Response, Router } from 'express';
import { z } from 'zod';
import { type EpochMs, yen } from '#units';
import { parseBillMonth } from '../carrier/bill-month.ts';
import type { PhoneBill } from '../carrier/phone-bill.ts';
import type { LockAnswer, RemoteLock } from '../carrier/remote-lock.ts';
import { listSubscribers, registerSubscriber } from '../carrier/subscriber.ts';
import type { Database } from '../database/database.ts';
import { ApiError } from './api-error.ts';
import { bodyOf, jsonBody } from './json-body.ts';
import { answer, type Operation, paramsIn, pathId } from './operation.ts';
import { requireToken } from './operator-token.ts';

const ID_MAX = 0xffff_ffff;
const CAP_YEN_MAX = 10_000_000;
const TEXT_CHARACTERS_MAX = 100;

const TEXT = z.string().min(1).max(TEXT_CHARACTERS_MAX);
const MONTH = /^20\d\d-(?:0[1-9]|1[0-2])$/;
const SUBSCRIBER_PARAMS = z.object({ subscriberId: pathId(ID_MAX) });

const SUBSCRIBER = z
  .strictObject({
    subscriberId: z.int().min(1),
    phoneNumber: z.string(),
    name: TEXT,
    monthlyCap: z.int().min(0),
  })
  .meta({ id: 'Subscriber' });

const ACTION = z.enum(['lock', 'unlock']);

const LOCK_ORDER = z
  .strictObject({
    orderId: z.int().min(1),
    subscriberId: z.int().min(1),
    action: ACTION,
    orderedBy: TEXT,
    orderedAt: z.int(),
    state: z.enum(['waiting', 'done', 'lapsed', 'replaced']),
  })
  .meta({ id: 'LockOrder' });

const LOCK_ANSWER = z.strictObject({ result: z.enum(['done', 'repeated']), order: LOCK_ORDER });

const LIST = {
  id: 'subscribers',
  method: 'get',
  path: '/carrier/subscribers',
  summary: 'All subscribers',
  access: 'carrier',
  answer: z.strictObject({ subscribers: z.array(SUBSCRIBER).readonly() }),
  statuses: { 200: 'the subscribers' },
  errors: [],
} satisfies Operation;

const REGISTER = {
  id: 'registerSubscriber',
  method: 'post',
  path: '/carrier/subscribers/:subscriberId',
  summary: 'Registers a subscriber',
  access: 'carrier',
  params: SUBSCRIBER_PARAMS,
  body: z.strictObject({
    phoneNumber: z.string().max(TEXT_CHARACTERS_MAX),
    name: TEXT,
    monthlyCap: z.int().min(0).max(CAP_YEN_MAX).transform(yen),
  }),
  answer: z.strictObject({ result: z.enum(['registered', 'repeated']), subscriber: SUBSCRIBER }),
  statuses: { 201: 'registered', 200: 'repeated: registered like this before' },
  errors: [
    'CARRIER_PHONE_NUMBER_INVALID',
    'CARRIER_SUBSCRIBER_TAKEN',
    'CARRIER_PHONE_NUMBER_TAKEN',
  ],
} satisfies Operation;

const BILL = {
  id: 'phoneBill',
  method: 'get',
  path: '/carrier/subscribers/:subscriberId/bills/:month',
  summary: 'What the phone bill of a month says of payments',
  access: 'carrier',
  params: SUBSCRIBER_PARAMS.extend({ month: z.string().regex(MONTH).transform(parseBillMonth) }),
  answer: z.strictObject({
    subscriberId: z.int(),
    month: z.string().regex(MONTH),
    lines: z
      .array(z.strictObject({ paymentId: z.int(), description: TEXT, amount: z.int() }))
      .readonly(),
    total: z.int(),
  }),
  statuses: { 200: 'the bill' },
  errors: ['CARRIER_SUBSCRIBER_UNKNOWN'],
} satisfies Operation;

const ORDERS = {
  id: 'lockOrders',
  method: 'get',
  path: '/carrier/subscribers/:subscriberId/lock-orders',
  summary: 'The orders to lock and unlock a phone',
  access: 'carrier',
  params: SUBSCRIBER_PARAMS,
  answer: z.strictObject({
    pending: LOCK_ORDER.nullable(),
    orders: z.array(LOCK_ORDER).readonly(),
  }),
  statuses: { 200: 'oldest first' },
  errors: [],
} satisfies Operation;

const ORDER = {
  ...ORDERS,
  id: 'orderLock',
  method: 'post',
  summary: 'Orders a lock or an unlock',
  body: z.strictObject({ action: ACTION, orderedBy: TEXT }),
  answer: LOCK_ANSWER,
  statuses: { 201: 'done: ordered', 200: 'repeated: the last order says the same' },
  errors: ['CARRIER_SUBSCRIBER_UNKNOWN'],
} satisfies Operation;

const DONE = {
  id: 'lockDone',
  method: 'post',
  path: '/carrier/lock-orders/:orderId/done',
  summary: 'The phone did what the order says',
  access: 'carrier',
  params: z.object({ orderId: pathId(ID_MAX) }),
  answer: LOCK_ANSWER,
  statuses: { 200: 'done, or repeated' },
  errors: ['CARRIER_LOCK_ORDER_UNKNOWN'],
} satisfies Operation;

export const CARRIER_OPERATIONS: readonly Operation[] = [LIST, REGISTER, BILL, ORDERS, ORDER, DONE];

export interface CarrierRouteDependencies {
  readonly carrierDatabase: Database;
  readonly phoneBill: PhoneBill;
  readonly remoteLock: RemoteLock;
  /** What the carrier's own staff and systems show. */
  readonly carrierToken: string;
  readonly now: () => EpochMs;
}

/** Subscribers, bills and the remote lock, for whoever holds the carrier's token. */
export function carrierRoutes(dependencies: CarrierRouteDependencies): Router {
  const router = Router();
  addSubscribers(router, dependencies);
  addLock(router, dependencies);
  return router;
}

function addSubscribers(
  router: Router,
  { carrierDatabase, phoneBill, carrierToken, now }: CarrierRouteDependencies,
): void {
  const isCarrier = requireToken(carrierToken, 'carrier');
  router.get(LIST.path, isCarrier, async (_request, response) => {
    answer(response, LIST.answer, { subscribers: await listSubscribers(carrierDatabase) });
  });
  router.post(REGISTER.path, isCarrier, jsonBody(), async (request, response) => {
    const { subscriberId } = paramsIn(request, REGISTER.params);
    const subscriber = { subscriberId, ...bodyOf(request, REGISTER.body) };
    const registered = await registerSubscriber(carrierDatabase, subscriber, now());
    if (registered.result === 'refused') throw new ApiError(registered.reason, registered.detail);
    const { result } = registered;
    const status = result === 'registered' ? 201 : 200;
    answer(response, REGISTER.answer, { result, subscriber }, status);
  });
  router.get(BILL.path, isCarrier, async (request, response) => {
    const { subscriberId, month } = paramsIn(request, BILL.params);
    const bill = month && (await phoneBill.bill(subscriberId, month));
    if (bill === undefined) {
      throw new ApiError('CARRIER_SUBSCRIBER_UNKNOWN', `no subscriber ${subscriberId}`);
    }
    answer(response, BILL.answer, bill);
  });
}

function addLock(router: Router, { remoteLock, carrierToken }: CarrierRouteDependencies): void {
  const isCarrier = requireToken(carrierToken, 'carrier');
  router.get(ORDERS.path, isCarrier, async (request, response) => {
    const { subscriberId } = paramsIn(request, ORDERS.params);
    // Whoever asks may be the channel to a phone that was reached: what has lapsed is not for it.
    const pending = await remoteLock.pending(subscriberId);
    const orders = await remoteLock.orders(subscriberId);
    answer(response, ORDERS.answer, { pending: pending ?? null, orders });
  });
  router.post(ORDER.path, isCarrier, jsonBody(), async (request, response) => {
    const { subscriberId } = paramsIn(request, ORDER.params);
    const { action, orderedBy } = bodyOf(request, ORDER.body);
    answerLock(await remoteLock.order(subscriberId, action, orderedBy), response, 201);
  });
  router.post(DONE.path, isCarrier, async (request, response) => {
    const { orderId } = paramsIn(request, DONE.params);
    answerLock(await remoteLock.confirm(orderId), response);
  });
}

function answerLock(given: LockAnswer, response: Response, doneStatus = 200): void {
  if (given.result === 'refused') throw new ApiError(given.reason, given.detail);
  answer(response, LOCK_ANSWER, given, given.result === 'done' ? doneStatus : 200);
}
