import { type Response, Router } from 'express';
import { z } from 'zod';
import { yen } from '#units';
import type { PaymentAnswer, PhoneBill } from '../carrier/phone-bill.ts';
import { ApiError } from './api-error.ts';
import { bodyOf, jsonBody } from './json-body.ts';
import { requireToken } from './operator-token.ts';
import { pathNumber } from './path-number.ts';

const ID_MAX = 0xffff_ffff;
const PAYMENT_YEN_MAX = 10_000_000;
const TEXT_CHARACTERS_MAX = 100;

const PAYMENT = z.strictObject({
  correlator: z.string().min(1).max(TEXT_CHARACTERS_MAX),
  phoneNumber: z.string().max(TEXT_CHARACTERS_MAX),
  amount: z.int().min(1).max(PAYMENT_YEN_MAX).transform(yen),
  description: z.string().min(1).max(TEXT_CHARACTERS_MAX),
});

export interface PaymentRouteDependencies {
  readonly phoneBill: PhoneBill;
  /** What the issuer shows to the carrier. */
  readonly paymentToken: string;
}

/** Payments by phone bill, for whoever holds the payment token. */
export function paymentRoutes({ phoneBill, paymentToken }: PaymentRouteDependencies): Router {
  const router = Router();
  const isPayer = requireToken(paymentToken, 'payment');
  router.post('/carrier/payments/prepare', isPayer, jsonBody(), async (request, response) => {
    answer(await phoneBill.prepare(bodyOf(request, PAYMENT)), response, 201);
  });
  router.get('/carrier/payments/:paymentId', isPayer, async (request, response) => {
    const paymentId = pathNumber(request.params['paymentId'], ID_MAX);
    const payment = await phoneBill.payment(paymentId);
    if (payment === undefined) {
      throw new ApiError('CARRIER_PAYMENT_UNKNOWN', `no payment ${paymentId}`);
    }
    response.json({ payment });
  });
  router.post('/carrier/payments/:paymentId/confirm', isPayer, async (request, response) => {
    answer(await phoneBill.confirm(pathNumber(request.params['paymentId'], ID_MAX)), response);
  });
  router.post('/carrier/payments/:paymentId/cancel', isPayer, async (request, response) => {
    answer(await phoneBill.cancel(pathNumber(request.params['paymentId'], ID_MAX)), response);
  });
  return router;
}

function answer(given: PaymentAnswer, response: Response, doneStatus = 200): void {
  if (given.result === 'refused') throw new ApiError(given.reason, given.detail);
  response.status(given.result === 'done' ? doneStatus : 200).json(given);
}
