import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Milliseconds } from '#units';
import { type HttpAnswer, sendHttp } from './http-uplink.ts';
import { type Uplink, type UplinkAnswer, UplinkError } from './upload-batch.ts';

export interface ResumingUplinkOptions {
  readonly issuerUrl: string;
  /** How much is sent at once: what a connection that breaks costs. */
  readonly chunkBytes: number;
  /** For each piece. */
  readonly timeoutMs: Milliseconds;
}

/** So many pieces in a row may fail before the upload is left for later. */
const FAILURES_MAX = 5;

/** An upload that takes so many times its pieces makes no way. */
const PIECES_FACTOR_MAX = 10;

const progress = z.object({ received: z.int().min(0) });

/**
 * The uplink for a connection that is slow and breaks: a batch goes in pieces, and an upload goes on
 * where the last one stopped, even after a restart of the terminal.
 */
export function resumingUplink(options: ResumingUplinkOptions): Uplink {
  return { send: (terminalId, batch) => new Upload(options, terminalId, batch).run() };
}

class Upload {
  readonly #options: ResumingUplinkOptions;
  readonly #url: URL;
  readonly #batch: Uint8Array;
  #failuresInRow = 0;

  constructor(options: ResumingUplinkOptions, terminalId: number, batch: Uint8Array) {
    const hash = createHash('sha256').update(batch).digest('hex');
    this.#options = options;
    this.#url = new URL(`/terminals/${terminalId}/uploads/${hash}`, options.issuerUrl);
    this.#batch = batch;
  }

  async run(): Promise<UplinkAnswer> {
    let offset = await this.#insist(() => this.#askProgress());
    const piecesMax = PIECES_FACTOR_MAX * Math.ceil(this.#batch.length / this.#options.chunkBytes);
    for (let piece = 0; piece < piecesMax; piece += 1) {
      const from = offset;
      const answer = await this.#insist(() => this.#sendPiece(from));
      const next = progress.safeParse(answer.body);
      if (!next.success || answer.status >= 300) return answer;
      // The issuer says where it stands; what it has not taken is sent again.
      offset = Math.min(next.data.received, this.#batch.length);
    }
    throw new UplinkError('UPLINK_UNREACHABLE', 'the issuer keeps forgetting what was sent');
  }

  /** Tries again for as long as something is through now and then. */
  async #insist<Result>(step: () => Promise<Result>): Promise<Result> {
    for (;;) {
      try {
        const result = await step();
        this.#failuresInRow = 0;
        return result;
      } catch (error) {
        this.#failuresInRow += 1;
        const isOver = !(error instanceof UplinkError) || this.#failuresInRow >= FAILURES_MAX;
        if (isOver) throw error;
      }
    }
  }

  async #askProgress(): Promise<number> {
    const answer = await this.#send({ method: 'GET' });
    const known = progress.safeParse(answer.body);
    if (known.success && answer.status === 200) {
      return Math.min(known.data.received, this.#batch.length);
    }
    throw new UplinkError('UPLINK_ANSWER_INVALID', `issuer: answered with status ${answer.status}`);
  }

  #sendPiece(offset: number): Promise<HttpAnswer> {
    return this.#send({
      method: 'POST',
      headers: {
        'content-type': 'application/octet-stream',
        'upload-length': `${this.#batch.length}`,
        'upload-offset': `${offset}`,
      },
      body: this.#batch.slice(offset, offset + this.#options.chunkBytes),
    });
  }

  #send(request: RequestInit): Promise<HttpAnswer> {
    return sendHttp(this.#url, request, this.#options.timeoutMs);
  }
}
