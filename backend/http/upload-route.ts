import { type Request, type Response, Router, raw } from 'express';
import { TERMINAL_ID_MAX } from '#purse/history-block';
import { BATCH_BYTES_MAX } from '../batch/batch.ts';
import { ApiError } from './api-error.ts';
import { answerBatch, type BatchRouteDependencies } from './batch-route.ts';
import { PartialUploads } from './partial-upload.ts';
import { pathNumber } from './path-number.ts';

/**
 * A batch in pieces, for a terminal whose connection breaks before a whole one is through. Its name is
 * the SHA-256 of the batch; the last piece is answered as the whole batch would be.
 */
export function uploadRoutes(dependencies: BatchRouteDependencies): Router {
  const router = Router();
  const uploads = new PartialUploads();
  const body = raw({ type: 'application/octet-stream', limit: BATCH_BYTES_MAX, inflate: false });
  router.get('/terminals/:terminalId/uploads/:hash', (request, response) => {
    const { terminalId, hash } = uploadOf(request);
    response.json({ received: uploads.received(terminalId, hash) });
  });
  router.post('/terminals/:terminalId/uploads/:hash', body, async (request, response) => {
    await takeChunk(request, response);
  });
  return router;

  async function takeChunk(request: Request, response: Response): Promise<void> {
    const { terminalId, hash } = uploadOf(request);
    const bytes: unknown = request.body;
    const taken = uploads.take(terminalId, hash, {
      byteCount: numberIn(request, 'upload-length', 1),
      offset: numberIn(request, 'upload-offset', 0),
      // The last piece is asked for again without a body when its answer was lost.
      bytes: bytes instanceof Uint8Array ? bytes : new Uint8Array(0),
    });
    if (taken.result === 'partial') response.json({ received: taken.received });
    else await answerBatch(dependencies, { terminalId, bytes: taken.bytes }, response);
  }
}

function uploadOf(request: Request): { readonly terminalId: number; readonly hash: string } {
  const { terminalId, hash } = request.params;
  if (typeof hash !== 'string' || !/^[0-9a-f]{64}$/.test(hash)) {
    throw new ApiError('REQUEST_NOT_FOUND', 'path: expected a SHA-256 in 64 lower-case hex digits');
  }
  return { terminalId: pathNumber(terminalId, TERMINAL_ID_MAX), hash };
}

function numberIn(
  request: Request,
  header: 'upload-length' | 'upload-offset',
  least: number,
): number {
  const text = request.headers[header];
  const value = Number(text);
  const isNumber = typeof text === 'string' && /^\d{1,7}$/.test(text);
  if (isNumber && value >= least && value <= BATCH_BYTES_MAX) return value;
  throw new ApiError('REQUEST_MALFORMED', `${header}: expected ${least} to ${BATCH_BYTES_MAX}`);
}
