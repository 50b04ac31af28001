import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { type EpochMs, yen } from '#units';
import { parseBillMonth } from '../carrier/bill-month.ts';
import type { PhoneBill } from '../carrier/phone-bill.ts';
import type { LockAnswer, RemoteLock } from '../carrier/remote-lock.ts';
import { listSubscribers, registerSubscriber } from '../carrier/subscriber.ts';
import type { Database } from '../database/database.ts';
import { ApiError } from './api-error.ts';
import { bodyOf, jsonBody } from './json-body.ts';
import { requireToken } from './operator-token.ts';
import { pathNumber } from './path-number.ts';

const ID_MAX = 0xffff_ffff;
const CAP_YEN_MAX = 10_000_000;
const TEXT_CHARACTERS_MAX = 100;

const SUBSCRIBER = z.strictObject({
  phoneNumber: z.string().max(TEXT_CHARACTERS_MAX),
  name: z.string().min(1).max(TEXT_CHARACTERS_MAX),
  monthlyCap: z.int().min(0).max(CAP_YEN_MAX).transform(yen),
});

const LOCK_ORDER = z.strictObject({
  action: z.enum(['lock', 'unlock']),
  orderedBy: z.string().min(1).max(TEXT_CHARACTERS_MAX),
});

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
  router.get('/carrier/subscribers', isCarrier, async (_request, response) => {
    response.json({ subscribers: await listSubscribers(carrierDatabase) });
  });
  router.post(
    '/carrier/subscribers/:subscriberId',
    isCarrier,
    jsonBody(),
    async (request, response) => {
      const subscriber = { subscriberId: subscriberIn(request), ...bodyOf(request, SUBSCRIBER) };
      const registered = await registerSubscriber(carrierDatabase, subscriber, now());
      if (registered.result === 'refused') {
        throw new ApiError(registered.reason, registered.detail);
      }
      const status = registered.result === 'registered' ? 201 : 200;
      response.status(status).json({ result: registered.result, subscriber });
    },
  );
  router.get(
    '/carrier/subscribers/:subscriberId/bills/:month',
    isCarrier,
    async (request, response) => {
      const month = parseBillMonth(String(request.params['month']));
      if (month === undefined) {
        throw new ApiError('REQUEST_NOT_FOUND', 'path: expected a month such as 2026-11');
      }
      const bill = await phoneBill.bill(subscriberIn(request), month);
      if (bill === undefined) {
        throw new ApiError('CARRIER_SUBSCRIBER_UNKNOWN', `no subscriber ${subscriberIn(request)}`);
      }
      response.json(bill);
    },
  );
}

function addLock(router: Router, { remoteLock, carrierToken }: CarrierRouteDependencies): void {
  const isCarrier = requireToken(carrierToken, 'carrier');
  router.get(
    '/carrier/subscribers/:subscriberId/lock-orders',
    isCarrier,
    async (request, response) => {
      const subscriberId = subscriberIn(request);
      // Whoever asks may be the channel to a phone that was reached: what has lapsed is not for it.
      const pending = await remoteLock.pending(subscriberId);
      response.json({ pending: pending ?? null, orders: await remoteLock.orders(subscriberId) });
    },
  );
  router.post(
    '/carrier/subscribers/:subscriberId/lock-orders',
    isCarrier,
    jsonBody(),
    async (request, response) => {
      const { action, orderedBy } = bodyOf(request, LOCK_ORDER);
      const ordered = await remoteLock.order(subscriberIn(request), action, orderedBy);
      answerLock(ordered, response, 201);
    },
  );
  router.post('/carrier/lock-orders/:orderId/done', isCarrier, async (request, response) => {
    const orderId = pathNumber(request.params['orderId'], ID_MAX);
    answerLock(await remoteLock.confirm(orderId), response);
  });
}

function answerLock(given: LockAnswer, response: Response, doneStatus = 200): void {
  if (given.result === 'refused') throw new ApiError(given.reason, given.detail);
  response.status(given.result === 'done' ? doneStatus : 200).json(given);
}

function subscriberIn(request: Request): number {
  return pathNumber(request.params['subscriberId'], ID_MAX);
}
