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
const askingAnswer = z.object({
  missingBatches: z.object({ first: z.int().min(1), last: z.int().min(1) }),
});

/**
 * Uploads the oldest batch that has no acknowledgement, once. Batches go in the order of their
 * numbers; sending one again is always safe, for the issuer knows it by its hash. An issuer that asks
 * for older ones, because it lost them, gets them from the journal first.
 */
export async function uploadNextBatch(options: UploadOptions): Promise<UploadResult> {
  const batch = await options.journal.nextBatchToUpload();
  if (batch === undefined) return { result: 'nothing-to-upload' };
  try {
    const answer = await options.uplink.send(options.terminalId, batch.bytes);
    if (!(await sendMissing(options, batch, answer))) {
      return await judgeAnswer(options, batch, answer);
    }
    const again = await options.uplink.send(options.terminalId, batch.bytes);
    return await judgeAnswer(options, batch, again);
  } catch (error) {
    if (!(error instanceof UplinkError)) throw error;
    return { result: 'unreachable', batchNumber: batch.number, message: error.message };
  }
}

/** `true` if the issuer asked for older batches and has signed for each of them. */
async function sendMissing(
  options: UploadOptions,
  batch: JournalledBatch,
  { body }: UplinkAnswer,
): Promise<boolean> {
  const asking = askingAnswer.safeParse(body);
  if (!asking.success) return false;
  const { first, last } = asking.data.missingBatches;
  if (first > last || last >= batch.number) return false;
  for (let number = first; number <= last; number += 1) {
    const closed = await options.journal.closedBatch(number);
    if (closed === undefined) return false;
    const answer = await options.uplink.send(options.terminalId, closed.batch.bytes);
    const { result } = await judgeAnswer(options, closed.batch, answer, closed.isAcknowledged);
    if (result !== 'acknowledged') return false;
  }
  return true;
}

async function judgeAnswer(
  { journal, terminalId, issuerKey }: UploadOptions,
  batch: JournalledBatch,
  { status, body }: UplinkAnswer,
  isAcknowledged = false,
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
    if (!isAcknowledged) await journal.recordAcknowledgement(batch.number, bytes);
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
