import type { Milliseconds } from '#units';
import { parseJson } from '../json-text.ts';
import { type Uplink, UplinkError } from './upload-batch.ts';

/** An answer of the issuer is a few hundred bytes; whatever is longer is not from it. */
const ANSWER_BYTES_MAX = 64 * 1024;

/** What came back, with its JSON as it was read: `undefined` if it is none. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** The uplink over HTTP to the issuer's collection at `issuerUrl`. */
export function httpUplink(issuerUrl: string, timeoutMs: Milliseconds): Uplink {
  return {
    send: (terminalId, batch) => {
      const url = new URL(`/terminals/${terminalId}/batches`, issuerUrl);
      const headers = { 'content-type': 'application/octet-stream' };
      return sendHttp(url, { method: 'POST', headers, body: batch.slice() }, timeoutMs);
    },
  };
}

/** Rejects with `UplinkError` `UPLINK_UNREACHABLE` where no answer came in time. */
export async function sendHttp(
  url: URL,
  request: RequestInit,
  timeoutMs: Milliseconds,
): Promise<HttpAnswer> {
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, { ...request, redirect: 'error', signal });
    return { status: response.status, body: parseJson(await readBounded(response)) };
  } catch (cause) {
    throw unreachable(url, cause);
  }
}

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let byteCount = 0;
  for await (const chunk of response.body ?? []) {
    byteCount += chunk.length;
    if (byteCount > ANSWER_BYTES_MAX) break;
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

/** What failed, in the words of whatever failed. */
export function unreachable(url: URL, cause: unknown): UplinkError {
  // `fetch` says no more than "fetch failed"; what failed is in its cause.
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  const reason = inner instanceof Error ? inner.message : 'no answer';
  return new UplinkError('UPLINK_UNREACHABLE', `${url.origin}: ${reason}`, { cause });
}
