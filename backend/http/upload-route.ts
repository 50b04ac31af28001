import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { TERMINAL_ID_MAX } from '#purse/history-block';
import { BATCH_BYTES_MAX } from '../batch/batch.ts';
import {
  answerBatch,
  BATCH_REFUSALS,
  type BatchRouteDependencies,
  RECEIPT,
} from './batch-route.ts';
import { octetBody } from './octet-body.ts';
import { answer, headersIn, type Operation, paramsIn, pathId } from './operation.ts';
import { PartialUploads } from './partial-upload.ts';

const PARAMS = z.object({
  terminalId: pathId(TERMINAL_ID_MAX),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
});

const RECEIVED = z
  .strictObject({ received: z.int().min(0).max(BATCH_BYTES_MAX) })
  .meta({ id: 'Received' });

const PROGRESS = {
  id: 'uploadProgress',
  method: 'get',
  path: '/terminals/:terminalId/uploads/:hash',
  summary: 'How much of a batch in pieces has come',
  access: 'terminal',
  params: PARAMS,
  answer: RECEIVED,
  statuses: { 200: 'so many of its first bytes are here' },
  errors: [],
} satisfies Operation;

const PIECE = {
  id: 'uploadPiece',
  method: 'post',
  path: '/terminals/:terminalId/uploads/:hash',
  summary: 'Uploads a piece of a batch',
  access: 'terminal',
  params: PARAMS,
  headers: z.object({ 'upload-length': byteCount(1), 'upload-offset': byteCount(0) }),
  body: 'octets',
  isBodyOptional: true,
  answer: z.union([RECEIPT, RECEIVED]),
  statuses: { 201: 'whole and stored', 200: 'taken so far, or whole and stored before' },
  errors: BATCH_REFUSALS,
} satisfies Operation;

export const UPLOAD_OPERATIONS: readonly Operation[] = [PROGRESS, PIECE];

/**
 * A batch in pieces, for a terminal whose connection breaks before a whole one is through. Its name is
 * the SHA-256 of the batch; the last piece is answered as the whole batch would be.
 */
export function uploadRoutes(dependencies: BatchRouteDependencies): Router {
  const router = Router();
  const uploads = new PartialUploads();
  router.get(PROGRESS.path, (request, response) => {
    const { terminalId, hash } = paramsIn(request, PARAMS);
    answer(response, RECEIVED, { received: uploads.received(terminalId, hash) });
  });
  router.post(PIECE.path, octetBody(BATCH_BYTES_MAX), async (request, response) => {
    await takeChunk(request, response);
  });
  return router;

  async function takeChunk(request: Request, response: Response): Promise<void> {
    const { terminalId, hash } = paramsIn(request, PARAMS);
    const headers = headersIn(request, PIECE.headers);
    const bytes: unknown = request.body;
    const taken = uploads.take(terminalId, hash, {
      byteCount: headers['upload-length'],
      offset: headers['upload-offset'],
      // The last piece is asked for again without a body when its answer was lost.
      bytes: bytes instanceof Uint8Array ? bytes : new Uint8Array(0),
    });
    if (taken.result === 'partial') answer(response, RECEIVED, { received: taken.received });
    else await answerBatch(dependencies, { terminalId, bytes: taken.bytes }, response);
  }
}

function byteCount(least: number): z.ZodType<number, string> {
  const override = {
    type: 'integer',
    minimum: least,
    maximum: BATCH_BYTES_MAX,
    pattern: undefined,
  } as const;
  const message = `expected ${least} to ${BATCH_BYTES_MAX}`;
  return z
    .string({ error: message })
    .regex(/^\d{1,7}$/, message)
    .transform(Number)
    .pipe(z.int().min(least, message).max(BATCH_BYTES_MAX, message))
    .meta({ override });
}
