import { formatIdm, type IDm } from '#felica/identifiers';
import type { Milliseconds } from '#units';

/** One packet for the card in a phone. A phone does each once: numbers rise within a touch. */
export interface PhoneFrame {
  /** Each touch begins with the card's field going off and on. Rises for ever. */
  readonly touch: number;
  readonly number: number;
  readonly packet: Uint8Array;
}

export interface PhoneAnswer {
  readonly touch: number;
  readonly number: number;
  /** `undefined` is the card's silence. */
  readonly packet: Uint8Array | undefined;
}

export type ChannelExchange =
  | { readonly result: 'answered'; readonly packet: Uint8Array }
  /** The phone has the packet, and nothing came back: the card may have done anything. */
  | { readonly result: 'silent' }
  /** The phone did not take the packet: its card has not seen it. */
  | { readonly result: 'unreachable' }
  /** Somebody has touched the card anew: its card has not seen the packet. */
  | { readonly result: 'touch-over' };

export interface PhoneChannelOptions {
  /** A phone that asked in this time is within reach, though it does not wait at this moment. */
  readonly reachMs: Milliseconds;
  /** What a mobile network takes, besides the card. */
  readonly networkMs: Milliseconds;
  /** For touches, which must rise over restarts: the clock in milliseconds. */
  readonly now: () => number;
}

interface Sent {
  readonly frame: PhoneFrame;
  isTaken: boolean;
  readonly settle: (exchange: ChannelExchange) => void;
}

interface Phone {
  readonly card: IDm;
  touch: number;
  nextNumber: number;
  lastAsked: number;
  sent: Sent | undefined;
  waiting: (() => void) | undefined;
}

/**
 * The carrier's line to its phones. It carries packets between the issuer's remote load terminal and
 * the cards in phones, keeps none of them, and understands none: what is worth anything in them is
 * sealed between the two ends. A phone asks and waits, so it needs no address of its own.
 */
export class PhoneChannel {
  readonly #options: PhoneChannelOptions;
  readonly #phones: Map<string, Phone> = new Map();
  #lastTouch = 0;
  #isClosed: boolean = false;

  constructor(options: PhoneChannelOptions) {
    this.#options = options;
  }

  /**
   * A phone tells what its card answered, and waits up to `waitMs` for the next packet; `undefined` if
   * there is none. A phone that asks without the answer that is missing will never give it.
   */
  async poll(
    card: IDm,
    answer: PhoneAnswer | undefined,
    { waitMs, signal }: { readonly waitMs: number; readonly signal: AbortSignal },
  ): Promise<PhoneFrame | undefined> {
    const phone = this.#phoneOf(card);
    this.#takeAnswer(phone, answer);
    // A phone that asks anew waits at its older question no longer.
    phone.waiting?.();
    if (phone.sent === undefined) await this.#wait(phone, waitMs, signal);
    phone.lastAsked = this.#options.now();
    const { sent } = phone;
    if (sent === undefined || sent.isTaken || signal.aborted) return undefined;
    sent.isTaken = true;
    return sent.frame;
  }

  /** The cards of the phones that are within reach. */
  reachable(): readonly IDm[] {
    const phones = [...this.#phones.values()].filter((phone) => this.#isInReach(phone));
    return phones.map((phone) => phone.card);
  }

  /** Begins a touch, which ends the one before; `undefined` where the phone is not within reach. */
  touch(card: IDm): number | undefined {
    const phone = this.#phones.get(formatIdm(card));
    if (phone === undefined || !this.#isInReach(phone)) return undefined;
    this.#end(phone, { result: 'touch-over' });
    this.#lastTouch = Math.max(this.#options.now(), this.#lastTouch + 1);
    phone.touch = this.#lastTouch;
    phone.nextNumber = 1;
    return phone.touch;
  }

  /** Carries one packet to the card, and its answer back. `waitMs` is the card's time. */
  exchange(
    card: IDm,
    touch: number,
    { packet, waitMs }: { readonly packet: Uint8Array; readonly waitMs: number },
  ): Promise<ChannelExchange> {
    const phone = this.#phones.get(formatIdm(card));
    if (phone === undefined || !this.#isInReach(phone)) {
      return Promise.resolve({ result: 'unreachable' });
    }
    const isBusy = phone.sent !== undefined;
    if (phone.touch !== touch || isBusy) return Promise.resolve({ result: 'touch-over' });
    const frame = { touch, number: phone.nextNumber, packet };
    phone.nextNumber += 1;
    return new Promise((resolve) => {
      const settle = (exchange: ChannelExchange): void => {
        clearTimeout(timer);
        phone.sent = undefined;
        resolve(exchange);
      };
      const sent: Sent = { frame, isTaken: false, settle };
      const timer = setTimeout(
        () => settle({ result: sent.isTaken ? 'silent' : 'unreachable' }),
        waitMs + this.#options.networkMs,
      );
      phone.sent = sent;
      phone.waiting?.();
    });
  }

  /** Lets everybody go who waits: the program ends. */
  close(): void {
    this.#isClosed = true;
    for (const phone of this.#phones.values()) {
      phone.waiting?.();
      this.#end(phone, { result: 'unreachable' });
    }
  }

  #phoneOf(card: IDm): Phone {
    const name = formatIdm(card);
    const known = this.#phones.get(name);
    if (known !== undefined) return known;
    const asked = { lastAsked: this.#options.now(), sent: undefined, waiting: undefined };
    const phone: Phone = { card, touch: 0, nextNumber: 1, ...asked };
    this.#phones.set(name, phone);
    return phone;
  }

  #takeAnswer({ sent }: Phone, answer: PhoneAnswer | undefined): void {
    if (sent === undefined || !sent.isTaken) return;
    const { touch, number } = sent.frame;
    const isIts = answer?.touch === touch && answer.number === number;
    const packet = isIts ? answer.packet : undefined;
    sent.settle(packet === undefined ? { result: 'silent' } : { result: 'answered', packet });
  }

  #wait(phone: Phone, waitMs: number, signal: AbortSignal): Promise<void> {
    if (this.#isClosed || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        if (phone.waiting === end) phone.waiting = undefined;
        resolve();
      };
      const timer = setTimeout(end, waitMs);
      signal.addEventListener('abort', end);
      phone.waiting = end;
    });
  }

  /** A frame that the phone has may have been done all the same. */
  #end({ sent }: Phone, exchange: ChannelExchange): void {
    sent?.settle(sent.isTaken ? { result: 'silent' } : exchange);
  }

  #isInReach(phone: Phone): boolean {
    const { now, reachMs } = this.#options;
    return !this.#isClosed && (phone.waiting !== undefined || now() - phone.lastAsked < reachMs);
  }
}
