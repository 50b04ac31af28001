import type { z } from 'zod';
import { type Milliseconds, milliseconds } from '#units';
import { type HttpAnswer, sendHttp } from '../batch/http-uplink.ts';
import { refusalIn } from '../batch/refused-answer.ts';
import { UplinkError } from '../batch/upload-batch.ts';

const ANSWER_MS: Milliseconds = milliseconds(15_000);

/** A POST of a body, or a GET. Rejects with `UplinkError` where no answer came in time. */
export function ask(
  url: URL,
  token: string,
  body: object | undefined,
  timeoutMs: Milliseconds = ANSWER_MS,
): Promise<HttpAnswer> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const content =
    body === undefined ? { method: 'GET' } : { method: 'POST', body: JSON.stringify(body) };
  return sendHttp(url, { ...content, headers }, timeoutMs);
}

export function isRefused({ status, body }: HttpAnswer, code: string): boolean {
  return refusalIn(status, body)?.code === code;
}

/** What was asked for, or `UplinkError`: `UPLINK_REFUSED` with the reason, `UPLINK_ANSWER_INVALID`. */
export function contentOf<Content>(
  { status, body }: HttpAnswer,
  schema: z.ZodType<Content>,
): Content {
  const refusal = refusalIn(status, body);
  if (refusal !== undefined) {
    throw new UplinkError('UPLINK_REFUSED', `${refusal.code}: ${refusal.message}`);
  }
  const parsed = schema.safeParse(body);
  if (status < 300 && parsed.success) return parsed.data;
  throw new UplinkError('UPLINK_ANSWER_INVALID', `status ${status}, and not what was asked for`);
}
