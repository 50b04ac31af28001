import { type Response, Router } from 'express';
import { z } from 'zod';
import { TERMINAL_ID_MAX } from '#purse/history-block';
import { BATCH_BYTES_MAX } from '../batch/batch.ts';
import type { BatchReceiver, BatchRefusal } from '../collection/receive-batch.ts';
import { ApiError } from './api-error.ts';
import { octetBody, octetsOf } from './octet-body.ts';
import { answer, type Operation, paramsIn, pathId } from './operation.ts';

export interface BatchRouteDependencies {
  readonly receiver: Pick<BatchReceiver, 'receiveBatch'>;
  /** Called after a batch was stored and before it is answered; verification is not waited for. */
  readonly onStored: () => void;
}

/** Also what the last piece of a batch is answered. */
export const RECEIPT: z.ZodType<Receipt> = z
  .strictObject({
    result: z.enum(['stored', 'repeated']),
    batchNumber: z.int().min(1),
    batchHash: z.string().regex(/^[0-9a-f]{64}$/),
    acknowledgement: z.base64(),
  })
  .meta({ id: 'Receipt' });

interface Receipt {
  result: 'stored' | 'repeated';
  batchNumber: number;
  batchHash: string;
  acknowledgement: string;
}

export const BATCH_REFUSALS: readonly BatchRefusal[] = [
  'BATCH_TRUNCATED',
  'BATCH_MAGIC_UNKNOWN',
  'BATCH_LENGTH_MISMATCH',
  'BATCH_HEADER_INVALID',
  'BATCH_HASH_MISMATCH',
  'RECORD_MALFORMED',
  'BATCH_RECORD_FOREIGN',
  'BATCH_NUMBERING_BROKEN',
  'BATCH_TOTAL_MISMATCH',
  'BATCH_TERMINAL_MISMATCH',
  'TERMINAL_UNKNOWN',
  'BATCH_SIGNATURE_INVALID',
  'BATCH_MERCHANT_MISMATCH',
  'BATCH_SAM_MISMATCH',
  'BATCH_NUMBER_REUSED',
  'BATCH_SEQUENCE_GAP',
  'BATCH_CHAIN_BROKEN',
  'BATCH_REPLAYED',
];

const UPLOAD = {
  id: 'uploadBatch',
  method: 'post',
  path: '/terminals/:terminalId/batches',
  summary: 'Uploads one batch',
  access: 'terminal',
  params: z.object({ terminalId: pathId(TERMINAL_ID_MAX) }),
  body: 'octets',
  answer: RECEIPT,
  statuses: { 201: 'stored', 200: 'repeated: it was stored before' },
  errors: BATCH_REFUSALS,
} satisfies Operation;

export const BATCH_OPERATIONS: readonly Operation[] = [UPLOAD];

/** A terminal proves who it is by the batch's signature. */
export function batchRoutes(dependencies: BatchRouteDependencies): Router {
  const router = Router();
  router.post(UPLOAD.path, octetBody(BATCH_BYTES_MAX), async (request, response) => {
    const { terminalId } = paramsIn(request, UPLOAD.params);
    await answerBatch(dependencies, { terminalId, bytes: octetsOf(request) }, response);
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
  if (receipt.result === 'refused') {
    const { reason, detail, missing } = receipt;
    throw new ApiError(reason, detail, { missing });
  }
  const { result, batchNumber, batchHash, acknowledgement } = receipt;
  if (result === 'stored') onStored();
  const content: Receipt = {
    result,
    batchNumber,
    batchHash: Buffer.from(batchHash).toString('hex'),
    acknowledgement: Buffer.from(acknowledgement).toString('base64'),
  };
  answer(response, RECEIPT, content, result === 'stored' ? 201 : 200);
}
