import { Router } from 'express';
import { z } from 'zod';
import { TERMINAL_ID_MAX } from '#purse/history-block';
import { PENDING_LOAD_REQUEST_BYTES } from '../batch/pending-load-message.ts';
import type { PendingLoadDesk } from '../collection/pending-load-desk.ts';
import { ApiError } from './api-error.ts';
import { octetBody, octetsOf } from './octet-body.ts';
import { answer, type Operation, paramsIn, pathId } from './operation.ts';

export interface PendingLoadRouteDependencies {
  readonly pendingLoads: Pick<PendingLoadDesk, 'answer'>;
}

const ASK = {
  id: 'askForPendingLoads',
  method: 'post',
  path: '/terminals/:terminalId/pending-loads',
  summary: 'What waits at the issuer for the card at a load terminal',
  access: 'terminal',
  params: z.object({ terminalId: pathId(TERMINAL_ID_MAX) }),
  body: 'octets',
  answer: z.strictObject({ answer: z.base64() }),
  statuses: { 200: 'signed by the issuer' },
  errors: [
    'TERMINAL_UNKNOWN',
    'PENDING_LOAD_MALFORMED',
    'PENDING_LOAD_SIGNATURE_INVALID',
    'PENDING_LOAD_NOT_ALLOWED',
    'PENDING_LOAD_STALE',
  ],
} satisfies Operation;

export const PENDING_LOAD_OPERATIONS: readonly Operation[] = [ASK];

/** A terminal proves who it is by its signature. */
export function pendingLoadRoutes({ pendingLoads }: PendingLoadRouteDependencies): Router {
  const router = Router();
  router.post(ASK.path, octetBody(PENDING_LOAD_REQUEST_BYTES), async (request, response) => {
    const { terminalId } = paramsIn(request, ASK.params);
    const receipt = await pendingLoads.answer(terminalId, octetsOf(request));
    if (receipt.result === 'refused') throw new ApiError(receipt.reason, receipt.detail);
    answer(response, ASK.answer, { answer: Buffer.from(receipt.answer).toString('base64') });
  });
  return router;
}
