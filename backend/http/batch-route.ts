import { type Response, Router, raw } from 'express';
import { TERMINAL_ID_MAX } from '#purse/history-block';
import { BATCH_BYTES_MAX } from '../batch/batch.ts';
import type { BatchReceiver } from '../collection/receive-batch.ts';
import { ApiError } from './api-error.ts';
import { pathNumber } from './path-number.ts';

export interface BatchRouteDependencies {
  readonly receiver: Pick<BatchReceiver, 'receiveBatch'>;
  /** Called after a batch was stored and before it is answered; verification is not waited for. */
  readonly onStored: () => void;
}

/** `POST /terminals/:terminalId/batches`. A terminal proves who it is by the batch's signature. */
export function batchRoutes(dependencies: BatchRouteDependencies): Router {
  const router = Router();
  const body = raw({ type: 'application/octet-stream', limit: BATCH_BYTES_MAX, inflate: false });
  router.post('/terminals/:terminalId/batches', body, async (request, response) => {
    const terminalId = pathNumber(request.params['terminalId'], TERMINAL_ID_MAX);
    const bytes: unknown = request.body;
    if (!(bytes instanceof Uint8Array)) {
      throw new ApiError('REQUEST_TYPE_UNSUPPORTED', 'expected application/octet-stream');
    }
    await answerBatch(dependencies, { terminalId, bytes: new Uint8Array(bytes) }, response);
  });
  return router;
}

/** Gives a batch to the collection and answers with what it says. */
export async function answerBatch(
  { receiver, onStored }: BatchRouteDependencies,
  { terminalId, bytes }: { readonly terminalId: number; readonly bytes: Uint8Array },
  response: Response,
): Promise<void> {
  const receipt = await receiver.receiveBatch(terminalId, bytes);
  if (receipt.result === 'refused') throw new ApiError(receipt.reason, receipt.detail);
  if (receipt.result === 'stored') onStored();
  response.status(receipt.result === 'stored' ? 201 : 200).json({
    result: receipt.result,
    batchNumber: receipt.batchNumber,
    batchHash: Buffer.from(receipt.batchHash).toString('hex'),
    acknowledgement: Buffer.from(receipt.acknowledgement).toString('base64'),
  });
}
