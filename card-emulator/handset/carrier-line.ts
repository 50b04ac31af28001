import { z } from 'zod';
import { parseJson } from '../json-text.ts';

/** One packet for the card. Within a touch, numbers rise. */
export interface ReceivedFrame {
  readonly touch: number;
  readonly number: number;
  readonly packet: Uint8Array;
}

export interface FrameAnswer {
  readonly touch: number;
  readonly number: number;
  /** `undefined` is the card's silence. */
  readonly packet: Uint8Array | undefined;
}

export interface LockOrder {
  readonly orderId: number;
  readonly action: 'lock' | 'unlock';
}

/** What a phone gets when it asks. */
export interface PolledWork {
  readonly order: LockOrder | undefined;
  readonly frame: ReceivedFrame | undefined;
}

export interface TopUpView {
  readonly topUpId: string;
  readonly amount: number;
  readonly state: string;
}

/**
 * `LINE_UNREACHABLE`: no network, or no carrier; it may have been heard. `LINE_REFUSED`: the carrier
 * says no, and why.
 */
export class LineError extends Error {
  readonly code: 'LINE_UNREACHABLE' | 'LINE_REFUSED';

  constructor(code: LineError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LineError';
    this.code = code;
  }
}

const HEX = z.string().regex(/^(?:[0-9a-f]{2})+$/);
const WORK = z.object({
  order: z.object({ orderId: z.int().min(1), action: z.enum(['lock', 'unlock']) }).nullable(),
  frame: z.object({ touch: z.int().min(1), number: z.int().min(1), packet: HEX }).nullable(),
});
const TOP_UP = z.object({
  topUp: z.object({ topUpId: z.string(), amount: z.int(), state: z.string() }),
});
const PROBLEM = z.object({ code: z.string().max(100), detail: z.string().max(1000) });

/** More than the carrier lets a phone wait. */
const TIMEOUT_MS = 35_000;

/** What a phone asks of its carrier over the mobile network. Every call rejects with `LineError`. */
export class CarrierLine {
  readonly #carrierUrl: string;
  readonly #token: string;

  constructor(carrierUrl: string, token: string) {
    this.#carrierUrl = carrierUrl;
    this.#token = token;
  }

  /** Tells what the card answered, and waits for what comes next. */
  async poll(answer: FrameAnswer | undefined, signal: AbortSignal): Promise<PolledWork> {
    const packet = answer?.packet === undefined ? null : hexOf(answer.packet);
    const body = answer === undefined ? {} : { answer: { ...answer, packet } };
    const { order, frame } = await this.#ask(WORK, 'POST', 'poll', { body, signal });
    return {
      order: order ?? undefined,
      frame: frame === null ? undefined : { ...frame, packet: bytesOf(frame.packet) },
    };
  }

  async orderDone(orderId: number): Promise<void> {
    await this.#ask(z.unknown(), 'POST', `lock-orders/${orderId}/done`, { body: {} });
  }

  /** Asks for value on the card in this phone. Asking again under the name changes nothing. */
  async topUp(name: string, amount: number): Promise<TopUpView> {
    return (await this.#ask(TOP_UP, 'POST', `top-ups/${name}`, { body: { amount } })).topUp;
  }

  async readTopUp(name: string): Promise<TopUpView> {
    return (await this.#ask(TOP_UP, 'GET', `top-ups/${name}`, {})).topUp;
  }

  async #ask<Content>(
    schema: z.ZodType<Content>,
    method: 'GET' | 'POST',
    path: string,
    { body, signal }: { readonly body?: object; readonly signal?: AbortSignal },
  ): Promise<Content> {
    const url = new URL(`/carrier/phone/${path}`, this.#carrierUrl);
    const { status, content } = await send(url, {
      method,
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
      redirect: 'error',
      signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), ...(signal ? [signal] : [])]),
    });
    const problem = PROBLEM.safeParse(content);
    if (status >= 400 && status < 500 && problem.success) {
      const { code, detail } = problem.data;
      throw new LineError('LINE_REFUSED', `the carrier says ${code}: ${detail}`);
    }
    const parsed = schema.safeParse(content);
    if (status < 300 && parsed.success) return parsed.data;
    throw new LineError(
      'LINE_UNREACHABLE',
      `${url.origin}: status ${status}, and no answer of a carrier`,
    );
  }
}

async function send(
  url: URL,
  request: RequestInit,
): Promise<{ readonly status: number; readonly content: unknown }> {
  try {
    const response = await fetch(url, request);
    return { status: response.status, content: parseJson(await response.text()) };
  } catch (cause) {
    throw unreachable(url, cause);
  }
}

function unreachable(url: URL, cause: unknown): LineError {
  // `fetch` says no more than "fetch failed"; what failed is in its cause.
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  const reason = inner instanceof Error ? inner.message : 'no answer';
  return new LineError('LINE_UNREACHABLE', `${url.origin}: ${reason}`, { cause });
}

function hexOf(packet: Uint8Array): string {
  return Buffer.from(packet).toString('hex');
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'hex'));
}
