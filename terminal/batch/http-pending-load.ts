import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import {
  type PendingLoadReply,
  type PendingLoadRequest,
  signPendingLoadRequest,
  verifyPendingLoadReply,
} from '#batch/pending-load-message';
import { idm, sameBytes } from '#felica/identifiers';
import type { EpochMs, Milliseconds } from '#units';
import type { PendingLoadSource } from '../debit/pending-load.ts';
import { type HttpAnswer, sendHttp } from './http-uplink.ts';
import { refusalIn } from './refused-answer.ts';
import { UplinkError } from './upload-batch.ts';

export interface HttpPendingLoadOptions {
  readonly issuerUrl: string;
  readonly terminalId: number;
  /** The terminal's. */
  readonly privateKey: KeyObject;
  /** The issuer's public key. */
  readonly issuerKey: KeyObject;
  readonly now: () => EpochMs;
  readonly timeoutMs: Milliseconds;
}

const answered = z.object({ answer: z.base64() });

/**
 * Asks the issuer over HTTP. Rejects with `UplinkError`: `UPLINK_UNREACHABLE`, `UPLINK_REFUSED` with the
 * issuer's reason, or `UPLINK_ANSWER_INVALID` for what the issuer did not sign as the answer to this
 * request.
 */
export function httpPendingLoads(options: HttpPendingLoadOptions): PendingLoadSource {
  const { issuerUrl, terminalId, privateKey, issuerKey, now, timeoutMs } = options;
  const url = new URL(`/terminals/${terminalId}/pending-loads`, issuerUrl);
  return {
    ask: async ({ idm: card, cardCounter }) => {
      const request = { terminalId, idm: idm(card), cardCounter, time: now() };
      const body = signPendingLoadRequest(privateKey, request).slice();
      const headers = { 'content-type': 'application/octet-stream' };
      const answer = await sendHttp(url, { method: 'POST', headers, body }, timeoutMs);
      const reply = replyIn(answer, issuerKey);
      if (!isReplyTo(reply, request)) throw invalid('an answer to another request');
      const { result, number, amount } = reply;
      if (result === 'none') return { result };
      return result === 'offered' ? { result, offer: { number, amount } } : { result, number };
    },
  };
}

function replyIn({ status, body }: HttpAnswer, issuerKey: KeyObject): PendingLoadReply {
  if (status !== 200) {
    const refusal = refusalIn(status, body);
    if (refusal === undefined) throw invalid(`status ${status}`);
    const { code, message } = refusal;
    throw new UplinkError('UPLINK_REFUSED', `the issuer says ${code}: ${message}`);
  }
  const parsed = answered.safeParse(body);
  if (!parsed.success) throw invalid('no answer in it');
  const bytes = Uint8Array.from(Buffer.from(parsed.data.answer, 'base64'));
  const reply = verifyPendingLoadReply(issuerKey, bytes);
  if (reply === undefined) throw invalid('not signed by the issuer');
  return reply;
}

function isReplyTo(reply: PendingLoadReply, request: PendingLoadRequest): boolean {
  return (
    reply.terminalId === request.terminalId &&
    sameBytes(reply.idm, request.idm) &&
    reply.cardCounter === request.cardCounter &&
    reply.time === request.time
  );
}

function invalid(detail: string): UplinkError {
  return new UplinkError('UPLINK_ANSWER_INVALID', `the issuer's answer: ${detail}`);
}
