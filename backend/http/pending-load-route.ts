import { Router, raw } from 'express';
import { TERMINAL_ID_MAX } from '#purse/history-block';
import { PENDING_LOAD_REQUEST_BYTES } from '../batch/pending-load-message.ts';
import type { PendingLoadDesk } from '../collection/pending-load-desk.ts';
import { ApiError } from './api-error.ts';
import { pathNumber } from './path-number.ts';

export interface PendingLoadRouteDependencies {
  readonly pendingLoads: Pick<PendingLoadDesk, 'answer'>;
}

/** `POST /terminals/:terminalId/pending-loads`. A terminal proves who it is by its signature. */
export function pendingLoadRoutes({ pendingLoads }: PendingLoadRouteDependencies): Router {
  const router = Router();
  const limit = PENDING_LOAD_REQUEST_BYTES;
  const body = raw({ type: 'application/octet-stream', limit, inflate: false });
  router.post('/terminals/:terminalId/pending-loads', body, async (request, response) => {
    const terminalId = pathNumber(request.params['terminalId'], TERMINAL_ID_MAX);
    const bytes: unknown = request.body;
    if (!(bytes instanceof Uint8Array)) {
      throw new ApiError('REQUEST_TYPE_UNSUPPORTED', 'expected application/octet-stream');
    }
    const receipt = await pendingLoads.answer(terminalId, new Uint8Array(bytes));
    if (receipt.result === 'refused') throw new ApiError(receipt.reason, receipt.detail);
    response.json({ answer: Buffer.from(receipt.answer).toString('base64') });
  });
  return router;
}
