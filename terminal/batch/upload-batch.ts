import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import { verifyAcknowledgement } from '#batch/acknowledgement';
import { sameBytes } from '#felica/identifiers';
import { type Milliseconds, milliseconds } from '#units';
import type { Journal, JournalledBatch } from '../journal/journal.ts';
import { refusalIn } from './refused-answer.ts';

/** Sends the bytes of one batch to the issuer. Rejects with {@link UplinkError}. */
export interface Uplink {
  send(terminalId: number, batch: Uint8Array): Promise<UplinkAnswer>;
}

export interface UplinkAnswer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * `UPLINK_UNREACHABLE`: no answer in time. `UPLINK_ANSWER_INVALID`: an answer that is none of ours.
 * `UPLINK_REFUSED`: the issuer does not answer this terminal.
 */
export type UplinkErrorCode = 'UPLINK_UNREACHABLE' | 'UPLINK_ANSWER_INVALID' | 'UPLINK_REFUSED';

export class UplinkError extends Error {
  readonly code: UplinkErrorCode;

  constructor(code: UplinkErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UplinkError';
    this.code = code;
  }
}

export type UploadResult =
  | { readonly result: 'nothing-to-upload' }
  | { readonly result: 'acknowledged'; readonly batchNumber: number; readonly isRepeat: boolean }
  /** The issuer keeps the bytes as evidence and will not take them: a person must look. */
  | {
      readonly result: 'refused';
      readonly batchNumber: number;
      readonly code: string;
      readonly message: string;
    }
  /** Nothing is lost: the batch stays in the journal and is sent again. */
  | { readonly result: 'unreachable'; readonly batchNumber: number; readonly message: string };

export interface UploadOptions {
  readonly journal: Journal;
  readonly uplink: Uplink;
  readonly terminalId: number;
  readonly issuerKey: KeyObject;
}

const storedAnswer = z.object({
  result: z.enum(['stored', 'repeated']),
  acknowledgement: z.base64(),
});

/**
 * Uploads the oldest batch that has no acknowledgement, once. Batches go in the order of their
 * numbers; sending one again is always safe, for the issuer knows it by its hash.
 */
export async function uploadNextBatch(options: UploadOptions): Promise<UploadResult> {
  const batch = await options.journal.nextBatchToUpload();
  if (batch === undefined) return { result: 'nothing-to-upload' };
  try {
    const answer = await options.uplink.send(options.terminalId, batch.bytes);
    return await judgeAnswer(options, batch, answer);
  } catch (error) {
    if (!(error instanceof UplinkError)) throw error;
    return { result: 'unreachable', batchNumber: batch.number, message: error.message };
  }
}

async function judgeAnswer(
  { journal, terminalId, issuerKey }: UploadOptions,
  batch: JournalledBatch,
  { status, body }: UplinkAnswer,
): Promise<UploadResult> {
  const stored = storedAnswer.safeParse(body);
  if (stored.success && status < 300) {
    const bytes = Uint8Array.from(Buffer.from(stored.data.acknowledgement, 'base64'));
    const acknowledgement = verifyAcknowledgement(issuerKey, bytes);
    const isOurs =
      acknowledgement?.terminalId === terminalId &&
      acknowledgement.batchNumber === batch.number &&
      sameBytes(acknowledgement.batchHash, batch.hash);
    // Without the issuer's signature anybody on the network could make us forget a batch.
    if (!isOurs) throw new UplinkError('UPLINK_ANSWER_INVALID', 'acknowledgement: not authentic');
    await journal.recordAcknowledgement(batch.number, bytes);
    return {
      result: 'acknowledged',
      batchNumber: batch.number,
      isRepeat: stored.data.result === 'repeated',
    };
  }
  const refusal = refusalIn(status, body);
  if (refusal !== undefined) return { result: 'refused', batchNumber: batch.number, ...refusal };
  throw new UplinkError('UPLINK_ANSWER_INVALID', `issuer: answered with status ${status}`);
}

/** Doubles from 1 s to 5 min: a terminal that is offline for days asks 288 times a day. */
export function uploadDelay(failedAttempts: number): Milliseconds {
  return milliseconds(Math.min(1_000 * 2 ** failedAttempts, 5 * 60_000));
}
