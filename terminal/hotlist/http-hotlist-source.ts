import { z } from 'zod';
import { HOTLIST_BYTES_MAX } from '#hotlist/hotlist';
import { DELTA_BYTES_MAX } from '#hotlist/hotlist-delta';
import type { Milliseconds } from '#units';
import { sendHttp, unreachable } from '../batch/http-uplink.ts';
import { UplinkError } from '../batch/upload-batch.ts';
import type { HotListSource } from './update-hotlist.ts';

/** So many attempts in a row may bring nothing before the download is left for later. */
const FAILURES_MAX = 5;
/** A line that breaks more often than this in one download makes no way. */
const ATTEMPTS_MAX = 2_000;

const sequence = z.int().min(1).max(0xffff_ffff);
const offerAnswer = z.object({
  sequence,
  byteCount: z.int().min(1).max(HOTLIST_BYTES_MAX),
  deltas: z
    .array(z.object({ sequence, byteCount: z.int().min(1).max(DELTA_BYTES_MAX) }))
    .max(1_000)
    .readonly(),
});
const noneAnswer = z.object({ code: z.literal('HOTLIST_NONE') });

/** The hot lists of the issuer at `issuerUrl`. `idleMs`: how long a line may be silent. */
export function httpHotListSource(issuerUrl: string, idleMs: Milliseconds): HotListSource {
  return {
    offer: async () => {
      const url = new URL('/hotlist', issuerUrl);
      const { status, body } = await sendHttp(url, { method: 'GET' }, idleMs);
      const offer = offerAnswer.safeParse(body);
      if (status === 200 && offer.success) return offer.data;
      if (status === 404 && noneAnswer.safeParse(body).success) return undefined;
      throw invalid(`answered with status ${status}`);
    },
    download: (kind, number, byteCount) => {
      const url = new URL(`/hotlist/${kind}s/${number}`, issuerUrl);
      return new Download(url, byteCount, idleMs).run();
    },
  };
}

/** One file, over as many connections as it takes: each goes on where the one before broke. */
class Download {
  readonly #url: URL;
  readonly #bytes: Uint8Array;
  readonly #idleMs: Milliseconds;
  #received = 0;
  #entityTag: string | null = null;

  constructor(url: URL, byteCount: number, idleMs: Milliseconds) {
    this.#url = url;
    this.#bytes = new Uint8Array(byteCount);
    this.#idleMs = idleMs;
  }

  async run(): Promise<Uint8Array> {
    let most = 0;
    let failuresInRow = 0;
    let lastError: unknown;
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
      try {
        await this.#goOn();
      } catch (error) {
        if (error instanceof UplinkError) throw error;
        lastError = error;
      }
      if (this.#received === this.#bytes.length) return this.#bytes;
      failuresInRow = this.#received > most ? 0 : failuresInRow + 1;
      most = Math.max(most, this.#received);
      if (failuresInRow >= FAILURES_MAX) break;
    }
    throw unreachable(this.#url, lastError);
  }

  async #goOn(): Promise<void> {
    const abort = new AbortController();
    let timer = setTimeout(() => abort.abort(silence()), this.#idleMs);
    try {
      const request = {
        headers: this.#headers(),
        redirect: 'error',
        signal: abort.signal,
      } as const;
      const response = await fetch(this.#url, request);
      this.#begin(response);
      for await (const chunk of response.body ?? []) {
        clearTimeout(timer);
        timer = setTimeout(() => abort.abort(silence()), this.#idleMs);
        this.#take(chunk);
      }
    } finally {
      clearTimeout(timer);
      abort.abort();
    }
  }

  #headers(): Record<string, string> {
    const headers = { 'accept-encoding': 'identity' };
    if (this.#received === 0 || this.#entityTag === null) return headers;
    return { ...headers, range: `bytes=${this.#received}-`, 'if-range': this.#entityTag };
  }

  /** Where the bytes belong that come now: behind those that are here, or at the beginning. */
  #begin({ status, headers }: Response): void {
    const isRest = status === 206;
    if (!isRest && status !== 200) throw invalid(`answered with status ${status}`);
    const isAsked = headers.get('content-range')?.startsWith(`bytes ${this.#received}-`) === true;
    if (isRest && !isAsked) throw invalid('sent another part than was asked for');
    if (isRest) return;
    this.#received = 0;
    this.#entityTag = headers.get('etag');
  }

  #take(chunk: Uint8Array): void {
    const end = this.#received + chunk.length;
    if (end > this.#bytes.length) throw invalid('sent more bytes than it had announced');
    this.#bytes.set(chunk, this.#received);
    this.#received = end;
  }
}

function silence(): Error {
  return new Error('the line was silent for too long');
}

function invalid(message: string): UplinkError {
  return new UplinkError('UPLINK_ANSWER_INVALID', `issuer: ${message}`);
}
