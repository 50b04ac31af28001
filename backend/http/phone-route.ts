import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { formatIdm } from '#felica/identifiers';
import { yen } from '#units';
import { findHandset, type Handset } from '../carrier/handset.ts';
import type { PhoneAnswer, PhoneChannel } from '../carrier/phone-channel.ts';
import type { RemoteLock } from '../carrier/remote-lock.ts';
import type { Database } from '../database/database.ts';
import { TOP_UP_STATES, type TopUp } from '../top-up/top-up.ts';
import type { TopUpDesk } from '../top-up/top-up-desk.ts';
import { ApiError } from './api-error.ts';
import { IDM } from './idm-field.ts';
import { bodyOf, jsonBody } from './json-body.ts';
import { answer, type Operation, paramsIn, pathId } from './operation.ts';
import { bearerOf } from './operator-token.ts';
import { PACKET, packetOf, packetText } from './packet-field.ts';

/** Below the time after which proxies and mobile networks let a silent connection go. */
const POLL_SECONDS = 20;
const TOP_UP_YEN_MAX = 50_000;

const PLACE = { touch: z.int().min(1), number: z.int().min(1) };
const POLL_ANSWER = z.strictObject({ ...PLACE, packet: PACKET.nullable() });
const ORDER = z.strictObject({ orderId: z.int().min(1), action: z.enum(['lock', 'unlock']) });

const POLL = {
  id: 'pollAsPhone',
  method: 'post',
  path: '/carrier/phone/poll',
  summary: 'A phone tells what its card answered, and waits for what comes next',
  access: 'phone',
  body: z.strictObject({
    answer: POLL_ANSWER.optional(),
    /** 0 answers at once. */
    waitSeconds: z.int().min(0).max(POLL_SECONDS).optional(),
  }),
  answer: z.strictObject({
    order: ORDER.nullable(),
    frame: z.strictObject({ ...PLACE, packet: PACKET }).nullable(),
  }),
  statuses: { 200: 'a lock order, a packet for the card, or neither: ask again' },
  errors: [],
} satisfies Operation;

const ORDER_DONE = {
  id: 'lockDoneByPhone',
  method: 'post',
  path: '/carrier/phone/lock-orders/:orderId/done',
  summary: 'A phone did what a lock order says',
  access: 'phone',
  params: z.object({ orderId: pathId(0xffff_ffff) }),
  answer: z.strictObject({ result: z.enum(['done', 'repeated']) }),
  statuses: { 200: 'noted' },
  errors: ['CARRIER_LOCK_ORDER_UNKNOWN'],
} satisfies Operation;

/** The phone's own name for a top-up; with its subscriber in front it is the issuer's. */
const NAME = z.string().regex(/^[A-Za-z0-9-]{1,40}$/);

const TOP_UP = z
  .strictObject({
    topUpId: z.string(),
    idm: IDM,
    amount: z.int().min(1),
    state: z.enum(TOP_UP_STATES),
  })
  .meta({ id: 'TopUp' });

const ASK = {
  id: 'topUpByPhone',
  method: 'post',
  path: '/carrier/phone/top-ups/:name',
  summary: 'Asks for value on the card in the phone, paid by its phone bill',
  access: 'phone',
  params: z.object({ name: NAME }),
  body: z.strictObject({ amount: z.int().min(1).max(TOP_UP_YEN_MAX).transform(yen) }),
  answer: z.strictObject({ result: z.enum(['registered', 'repeated']), topUp: TOP_UP }),
  statuses: { 201: 'registered', 200: 'repeated: asked for before' },
  errors: ['TOPUP_ID_REUSED'],
} satisfies Operation;

const SHOW = {
  id: 'topUpOfPhone',
  method: 'get',
  path: ASK.path,
  summary: 'How far a top-up has come',
  access: 'phone',
  params: ASK.params,
  answer: z.strictObject({ topUp: TOP_UP }),
  statuses: { 200: 'the top-up' },
  errors: ['TOPUP_UNKNOWN'],
} satisfies Operation;

export const PHONE_OPERATIONS: readonly Operation[] = [POLL, ORDER_DONE, ASK, SHOW];

export interface PhoneRouteDependencies {
  readonly carrierDatabase: Database;
  readonly phoneChannel: Pick<PhoneChannel, 'poll'>;
  readonly remoteLock: Pick<RemoteLock, 'pending' | 'confirm' | 'orders'>;
  readonly topUps: Pick<TopUpDesk, 'request' | 'read'>;
}

/** What phones ask of their carrier, each with the token that was made for it. */
export function phoneRoutes(dependencies: PhoneRouteDependencies): Router {
  const router = Router();
  router.post(POLL.path, jsonBody(), async (request, response) => {
    const handset = await handsetOf(request, dependencies);
    const body = bodyOf(request, POLL.body);
    await answerPoll(response, handset, { body, ...dependencies });
  });
  router.post(ORDER_DONE.path, async (request, response) => {
    const { remoteLock } = dependencies;
    const { subscriberId } = await handsetOf(request, dependencies);
    const { orderId } = paramsIn(request, ORDER_DONE.params);
    const own = (await remoteLock.orders(subscriberId)).find((order) => order.orderId === orderId);
    const confirmed = own && (await remoteLock.confirm(orderId));
    if (confirmed === undefined || confirmed.result === 'refused') {
      throw new ApiError('CARRIER_LOCK_ORDER_UNKNOWN', `no lock order ${orderId} of this phone`);
    }
    answer(response, ORDER_DONE.answer, { result: confirmed.result });
  });
  addTopUps(router, dependencies);
  return router;
}

function addTopUps(router: Router, dependencies: PhoneRouteDependencies): void {
  const { topUps } = dependencies;
  router.post(ASK.path, jsonBody(), async (request, response) => {
    const { subscriberId, phoneNumber: account, idm } = await handsetOf(request, dependencies);
    const { name } = paramsIn(request, ASK.params);
    const { amount } = bodyOf(request, ASK.body);
    const topUpId = `${subscriberId}-${name}`;
    const asked = await topUps.request({ topUpId, idm, source: 'phone-bill', account, amount });
    if (asked.result === 'refused') throw new ApiError(asked.reason, asked.detail);
    const { result } = asked;
    const status = result === 'registered' ? 201 : 200;
    answer(response, ASK.answer, { result, topUp: shown(asked.topUp) }, status);
  });
  router.get(SHOW.path, async (request, response) => {
    const { subscriberId } = await handsetOf(request, dependencies);
    const { name } = paramsIn(request, SHOW.params);
    const topUp = await topUps.read(`${subscriberId}-${name}`);
    if (topUp === undefined) throw new ApiError('TOPUP_UNKNOWN', `no top-up ${name} of this phone`);
    answer(response, SHOW.answer, { topUp: shown(topUp) });
  });
}

async function handsetOf(
  request: Request,
  { carrierDatabase }: PhoneRouteDependencies,
): Promise<Handset> {
  const token = bearerOf(request);
  const handset = token === undefined ? undefined : await findHandset(carrierDatabase, token);
  if (handset === undefined) {
    throw new ApiError('REQUEST_UNAUTHORIZED', 'expected the token of a phone in use');
  }
  return handset;
}

async function answerPoll(
  response: Response,
  { subscriberId, idm }: Handset,
  {
    body,
    phoneChannel,
    remoteLock,
  }: Pick<PhoneRouteDependencies, 'phoneChannel' | 'remoteLock'> & {
    readonly body: z.infer<typeof POLL.body>;
  },
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const order = await remoteLock.pending(subscriberId);
  // An order comes first, and what the card answered is not kept back by it.
  const waitMs = order === undefined ? (body.waitSeconds ?? POLL_SECONDS) * 1_000 : 0;
  const waiting = { waitMs, signal: gone.signal };
  const frame = await phoneChannel.poll(idm, body.answer && answerIn(body.answer), waiting);
  answer(response, POLL.answer, {
    order: order === undefined ? null : { orderId: order.orderId, action: order.action },
    frame: frame === undefined ? null : { ...frame, packet: packetText(frame.packet) },
  });
}

function answerIn({ packet, ...place }: z.infer<typeof POLL_ANSWER>): PhoneAnswer {
  return { ...place, packet: packet === null ? undefined : packetOf(packet) };
}

function shown({ topUpId, idm, amount, state }: TopUp): z.input<typeof TOP_UP> {
  return { topUpId, idm: formatIdm(idm), amount, state };
}
