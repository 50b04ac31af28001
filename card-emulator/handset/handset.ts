import type { AsyncCardLink } from '../link/card-link.ts';
import {
  type CarrierLine,
  type FrameAnswer,
  LineError,
  type LockOrder,
  type ReceivedFrame,
} from './carrier-line.ts';
import { ChipInPhone } from './chip-in-phone.ts';
import type { HandsetState } from './handset-folder.ts';

export type HandsetEvent =
  | { readonly event: 'touched'; readonly touch: number }
  | { readonly event: 'locked' | 'unlocked'; readonly orderId: number }
  /** The network is away, or the carrier; it is tried again. */
  | { readonly event: 'unreachable'; readonly reason: string }
  | { readonly event: 'reached' };

export interface HandsetOptions {
  readonly card: AsyncCardLink;
  readonly line: Pick<CarrierLine, 'poll' | 'orderDone'>;
  readonly state: HandsetState;
  /** Durable when it resolves. */
  readonly save: (state: HandsetState) => Promise<void>;
  readonly onEvent: (event: HandsetEvent) => void;
  /** Resolves after `ms`, and early where the phone is switched off. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

const RETRY_MS_MIN = 500;
const RETRY_MS_MAX = 30_000;

/**
 * A phone with a card in it, at the carrier's channel: it hands packets to the card and answers back,
 * understands none of them, and does what lock orders say.
 */
export class Handset {
  readonly #options: HandsetOptions;
  readonly #chip: ChipInPhone;
  readonly #overTheAir: AsyncCardLink;
  #state: HandsetState;
  #touch = 0;
  #lastNumber = 0;

  constructor(options: HandsetOptions) {
    this.#options = options;
    this.#state = options.state;
    this.#chip = new ChipInPhone(options.card, () => this.#state.isLocked);
    this.#overTheAir = this.#chip.side();
  }

  get state(): HandsetState {
    return this.#state;
  }

  /** The card as readers meet it. */
  contactless(): AsyncCardLink {
    return this.#chip.side();
  }

  /** Serves the channel until `signal`; rejects only with what the card's or the phone's disk says. */
  async run(signal: AbortSignal): Promise<void> {
    let answer: FrameAnswer | undefined;
    let retryMs = 0;
    while (!signal.aborted) {
      try {
        const { order, frame } = await this.#options.line.poll(answer, signal);
        if (retryMs > 0) this.#options.onEvent({ event: 'reached' });
        retryMs = 0;
        answer = undefined;
        if (order !== undefined) await this.#obey(order);
        if (frame !== undefined) answer = await this.#pass(frame);
      } catch (error) {
        if (!(error instanceof LineError)) throw error;
        if (signal.aborted) break;
        // What was refused once is refused for ever, such as the token of a phone that was replaced.
        if (error.code === 'LINE_REFUSED') throw error;
        // The answer is not told any more: whoever asked has given up on it.
        answer = undefined;
        if (retryMs === 0) {
          this.#options.onEvent({ event: 'unreachable', reason: error.message });
        }
        retryMs = Math.min(Math.max(retryMs * 2, RETRY_MS_MIN), RETRY_MS_MAX);
        await this.#options.sleep(retryMs, signal);
      }
    }
    this.#chip.powerOff();
  }

  /** A packet that comes a second time is not done a second time. */
  async #pass({ touch, number, packet }: ReceivedFrame): Promise<FrameAnswer> {
    if (touch < this.#touch) return { touch, number, packet: undefined };
    if (touch > this.#touch) {
      this.#touch = touch;
      this.#lastNumber = 0;
      this.#overTheAir.powerOff();
      this.#overTheAir.powerOn();
      this.#options.onEvent({ event: 'touched', touch });
    }
    if (number <= this.#lastNumber) return { touch, number, packet: undefined };
    this.#lastNumber = number;
    return { touch, number, packet: await this.#overTheAir.exchange(packet) };
  }

  async #obey({ orderId, action }: LockOrder): Promise<void> {
    if (orderId > this.#state.lastOrderId) {
      const isLocked = action === 'lock';
      const state = { ...this.#state, isLocked, lastOrderId: orderId };
      // A lock holds before it is on the disk, and is taken off only after that.
      if (isLocked) {
        this.#state = state;
        this.#chip.powerOff();
      }
      await this.#options.save(state);
      this.#state = state;
      this.#options.onEvent({ event: isLocked ? 'locked' : 'unlocked', orderId });
    }
    await this.#options.line.orderDone(orderId);
  }
}
