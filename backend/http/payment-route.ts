import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { yen } from '#units';
import type { PaymentAnswer, PhoneBill } from '../carrier/phone-bill.ts';
import { ApiError } from './api-error.ts';
import { bodyOf, jsonBody } from './json-body.ts';
import { answer, type Operation, paramsIn, pathId } from './operation.ts';
import { requireToken } from './operator-token.ts';

const ID_MAX = 0xffff_ffff;
const PAYMENT_YEN_MAX = 10_000_000;
const TEXT_CHARACTERS_MAX = 100;

const AMOUNT = z.int().min(1).max(PAYMENT_YEN_MAX);
const TEXT = z.string().min(1).max(TEXT_CHARACTERS_MAX);

const PAYMENT = z
  .strictObject({
    paymentId: z.int().min(1),
    correlator: TEXT,
    subscriberId: z.int().min(1),
    amount: AMOUNT,
    description: TEXT,
    billMonth: z.string().regex(/^\d{4}-\d{2}$/),
    preparedAt: z.int(),
    status: z.enum(['reserved', 'succeeded', 'cancelled', 'denied']),
    reason: z.literal('CARRIER_CAP_EXCEEDED').optional(),
  })
  .meta({ id: 'Payment' });

const CHANGED = z.strictObject({ result: z.enum(['done', 'repeated']), payment: PAYMENT });

const PREPARE = {
  id: 'preparePayment',
  method: 'post',
  path: '/carrier/payments/prepare',
  summary: 'Reserves an amount on a phone bill',
  access: 'payment',
  body: z.strictObject({
    correlator: TEXT,
    phoneNumber: z.string().max(TEXT_CHARACTERS_MAX),
    amount: AMOUNT.transform(yen),
    description: TEXT,
  }),
  answer: CHANGED,
  statuses: { 201: 'reserved, or denied with its reason', 200: 'repeated: as it stands now' },
  errors: ['CARRIER_SUBSCRIBER_UNKNOWN', 'CARRIER_CORRELATOR_REUSED'],
} satisfies Operation;

const READ = {
  id: 'payment',
  method: 'get',
  path: '/carrier/payments/:paymentId',
  summary: 'How a payment stands',
  access: 'payment',
  params: z.object({ paymentId: pathId(ID_MAX) }),
  answer: z.strictObject({ payment: PAYMENT }),
  statuses: { 200: 'the payment' },
  errors: ['CARRIER_PAYMENT_UNKNOWN'],
} satisfies Operation;

const CONFIRM = {
  id: 'confirmPayment',
  method: 'post',
  path: '/carrier/payments/:paymentId/confirm',
  summary: 'Puts a reserved payment on the bill',
  access: 'payment',
  params: READ.params,
  answer: CHANGED,
  statuses: { 200: 'done, or repeated' },
  errors: ['CARRIER_PAYMENT_UNKNOWN', 'CARRIER_PAYMENT_DENIED', 'CARRIER_PAYMENT_CANCELLED'],
} satisfies Operation;

const CANCEL = {
  ...CONFIRM,
  id: 'cancelPayment',
  path: '/carrier/payments/:paymentId/cancel',
  summary: 'Frees a reservation, or gives a succeeded payment back',
  errors: ['CARRIER_PAYMENT_UNKNOWN', 'CARRIER_PAYMENT_DENIED'],
} satisfies Operation;

export const PAYMENT_OPERATIONS: readonly Operation[] = [PREPARE, READ, CONFIRM, CANCEL];

export interface PaymentRouteDependencies {
  readonly phoneBill: PhoneBill;
  /** What the issuer shows to the carrier. */
  readonly paymentToken: string;
}

/** Payments by phone bill, for whoever holds the payment token. */
export function paymentRoutes({ phoneBill, paymentToken }: PaymentRouteDependencies): Router {
  const router = Router();
  const isPayer = requireToken(paymentToken, 'payment');
  router.post(PREPARE.path, isPayer, jsonBody(), async (request, response) => {
    answerPayment(await phoneBill.prepare(bodyOf(request, PREPARE.body)), response, 201);
  });
  router.get(READ.path, isPayer, async (request, response) => {
    const paymentId = idIn(request);
    const payment = await phoneBill.payment(paymentId);
    if (payment === undefined) {
      throw new ApiError('CARRIER_PAYMENT_UNKNOWN', `no payment ${paymentId}`);
    }
    answer(response, READ.answer, { payment });
  });
  router.post(CONFIRM.path, isPayer, async (request, response) => {
    answerPayment(await phoneBill.confirm(idIn(request)), response);
  });
  router.post(CANCEL.path, isPayer, async (request, response) => {
    answerPayment(await phoneBill.cancel(idIn(request)), response);
  });
  return router;
}

function answerPayment(given: PaymentAnswer, response: Response, doneStatus = 200): void {
  if (given.result === 'refused') throw new ApiError(given.reason, given.detail);
  answer(response, CHANGED, given, given.result === 'done' ? doneStatus : 200);
}

function idIn(request: Request): number {
  return paramsIn(request, READ.params).paymentId;
}
