import { setTimeout as sleep } from 'node:timers/promises';
import { CommandCode } from '#felica/command-code';
import { formatIdm, type IDm, sameBytes } from '#felica/identifiers';
import { decodePacket, PACKET_BYTES_MAX } from '#felica/packet';
import type { Milliseconds } from '#units';
import { type Reader, type ReaderCapabilities, ReaderError } from './reader.ts';
import { requirePacket } from './status-word.ts';

export type PhoneExchange =
  | { readonly result: 'answered'; readonly packet: Uint8Array }
  /** The card may have done anything. */
  | { readonly result: 'silent' }
  /** Nothing was sent. */
  | { readonly result: 'unreachable' };

/** The carrier's way to the card in one phone. Rejects where the carrier does not answer. */
export interface PhoneLine {
  /** Begins a touch; `undefined` where the phone is not within reach. */
  touch(): Promise<number | undefined>;
  exchange(touch: number, packet: Uint8Array, waitMs: Milliseconds): Promise<PhoneExchange>;
}

const ASK_AGAIN_MS = 250;

/**
 * A card in a phone, over the carrier's channel, as if it lay on a reader: the purse code above it is
 * the one of a counter. The channel carries sealed frames between SAM and card; whoever changes one on
 * the way makes it silence. Whoever else answers in place of the card is silence too: the value of a
 * top-up is for that card alone, and every key of the session is made from its IDm.
 */
export class PhoneReader implements Reader {
  readonly name: string;
  readonly capabilities: ReaderCapabilities = {
    rawFrame: true,
    frameBytesMax: PACKET_BYTES_MAX,
    codecName: 'over the air',
    isEmulated: false,
  };
  readonly #card: IDm;
  readonly #line: PhoneLine;
  #touch: number | undefined;
  #tapCount = 0;
  #isClosed: boolean = false;

  constructor(card: IDm, line: PhoneLine) {
    this.name = `phone with card ${formatIdm(card)}`;
    this.#card = card;
    this.#line = line;
  }

  get tapCount(): number {
    return this.#tapCount;
  }

  /** Begins a new touch of the card each time. */
  async waitForCard(waitMs: Milliseconds): Promise<boolean> {
    const end = performance.now() + waitMs;
    for (;;) {
      this.#requireOpen();
      this.#touch = await this.#through(this.#line.touch());
      if (this.#touch !== undefined) {
        this.#tapCount += 1;
        return true;
      }
      const leftMs = end - performance.now();
      if (leftMs <= 0) return false;
      await sleep(Math.min(ASK_AGAIN_MS, leftMs));
    }
  }

  /** A touch over the air ends when it is let go. */
  waitForRemoval(): Promise<boolean> {
    this.#touch = undefined;
    return Promise.resolve(true);
  }

  async transmit(packet: Uint8Array, waitMs: Milliseconds): Promise<Uint8Array | undefined> {
    this.#requireOpen();
    requirePacket(packet, this.capabilities.frameBytesMax);
    if (this.#touch === undefined) throw this.#absent();
    const exchanged = await this.#through(this.#line.exchange(this.#touch, packet, waitMs));
    if (exchanged.result === 'unreachable') throw this.#absent();
    const answer = exchanged.result === 'answered' ? exchanged.packet : undefined;
    const isOther = answer !== undefined && !this.#isFromCard(packet, answer);
    return isOther ? undefined : answer;
  }

  close(): Promise<void> {
    this.#isClosed = true;
    return Promise.resolve();
  }

  /** Only Polling asks anybody; all other packets are for the card that answered it. */
  #isFromCard(packet: Uint8Array, answer: Uint8Array): boolean {
    if (decodePacket(packet)?.code !== CommandCode.polling) return true;
    const from = decodePacket(answer)?.data.subarray(0, this.#card.length);
    return from !== undefined && sameBytes(from, this.#card);
  }

  #absent(): ReaderError {
    this.#touch = undefined;
    return new ReaderError('CARD_ABSENT', `${this.name}: the phone is not within reach`);
  }

  /** It stays open whether the carrier has passed the packet on. */
  async #through<Result>(asked: Promise<Result>): Promise<Result> {
    try {
      return await asked;
    } catch (cause) {
      throw disconnected(this.name, cause);
    }
  }

  #requireOpen(): void {
    if (this.#isClosed) throw new ReaderError('READER_CLOSED', `${this.name}: was closed`);
  }
}

function disconnected(name: string, cause: unknown): ReaderError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ReaderError('READER_DISCONNECTED', `${name}: ${reason}`, { cause });
}
