import type { Milliseconds } from '#units';
import { parseJson } from '../json-text.ts';
import { type Uplink, UplinkError } from './upload-batch.ts';

/** An answer of the issuer is a few hundred bytes; whatever is longer is not from it. */
const ANSWER_BYTES_MAX = 64 * 1024;

/** The uplink over HTTP to the issuer's collection at `issuerUrl`. */
export function httpUplink(issuerUrl: string, timeoutMs: Milliseconds): Uplink {
  return {
    send: async (terminalId, batch) => {
      const url = new URL(`/terminals/${terminalId}/batches`, issuerUrl);
      try {
        const response = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/octet-stream' },
          body: batch,
          redirect: 'error',
          signal: AbortSignal.timeout(timeoutMs),
        });
        return { status: response.status, body: parseJson(await readBounded(response)) };
      } catch (cause) {
        throw unreachable(url, cause);
      }
    },
  };
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

function unreachable(url: URL, cause: unknown): UplinkError {
  // `fetch` says no more than "fetch failed"; what failed is in its cause.
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  const reason = inner instanceof Error ? inner.message : 'no answer';
  return new UplinkError('UPLINK_UNREACHABLE', `${url.origin}: ${reason}`, { cause });
}
