import { type CardLink, cardInHand, type HeldCard, openCardImage } from '#emulated-card';
import { decodePacket, PACKET_BYTES_MAX } from '#felica/packet';
import type { Milliseconds } from '#units';
import { ChangeSignal } from './change-signal.ts';
import { type Reader, type ReaderCapabilities, ReaderError } from './reader.ts';
import { requirePacket } from './status-word.ts';

/**
 * A reader over a card in this process: for tests, for the first tap, and for nothing that is sold.
 *
 * Whoever holds it is also the customer's hand: {@link present} and {@link remove}. A card that is
 * to fail does so by itself, wrapped by `cardInHand`.
 */
export class EmulatedReader implements Reader {
  readonly name: string = 'emulated reader';
  readonly capabilities: ReaderCapabilities = {
    rawFrame: true,
    frameBytesMax: PACKET_BYTES_MAX,
    codecName: 'none',
    isEmulated: true,
  };
  readonly #changed: ChangeSignal = new ChangeSignal();
  #card: CardLink | undefined;
  #isClosed: boolean = false;
  #exchangeCount = 0;
  #tapCount = 0;

  get tapCount(): number {
    return this.#tapCount;
  }

  /** How many packets have been sent to a card since the start. */
  get exchangeCount(): number {
    return this.#exchangeCount;
  }

  /** Puts a card into the field. The one before, if there is one, leaves it. */
  present(card: CardLink): void {
    this.remove();
    card.powerOn();
    this.#card = card;
    this.#tapCount += 1;
    this.#changed.announce();
  }

  /** Takes the card away. Without a card nothing changes. */
  remove(): void {
    this.#card?.powerOff();
    this.#card = undefined;
    this.#changed.announce();
  }

  waitForCard(waitMs: Milliseconds): Promise<boolean> {
    return this.#waitUntil(() => this.#card !== undefined, waitMs);
  }

  waitForRemoval(waitMs: Milliseconds): Promise<boolean> {
    return this.#waitUntil(() => this.#card === undefined, waitMs);
  }

  /** Takes no time: the card answers at once or never. */
  transmit(packet: Uint8Array): Promise<Uint8Array | undefined> {
    return new Promise((resolve) => resolve(this.#transmitNow(packet)));
  }

  close(): Promise<void> {
    this.#isClosed = true;
    this.remove();
    return Promise.resolve();
  }

  #transmitNow(packet: Uint8Array): Uint8Array | undefined {
    this.#requireOpen();
    if (this.#card === undefined) {
      throw new ReaderError('CARD_ABSENT', `${this.name}: no card in the field`);
    }
    requirePacket(packet, this.capabilities.frameBytesMax);
    this.#exchangeCount += 1;
    const answer = this.#card.exchange(packet);
    return answer !== undefined && decodePacket(answer) !== undefined ? answer : undefined;
  }

  async #waitUntil(isReached: () => boolean, waitMs: number): Promise<boolean> {
    await this.#changed.until(() => this.#isClosed || isReached(), waitMs);
    this.#requireOpen();
    return isReached();
  }

  #requireOpen(): void {
    if (this.#isClosed) throw new ReaderError('READER_CLOSED', `${this.name}: was closed`);
  }
}

/** A card from an image file, in a hand that can pull it away, and the image of what it holds now. */
export interface EmulatedCard {
  readonly card: HeldCard;
  readonly image: () => string;
}

/** Throws `CardImageError` for a text that is no card image. */
export function openEmulatedCard(
  imageText: string,
  random: (byteCount: number) => Uint8Array,
): EmulatedCard {
  const card = openCardImage(imageText, { random });
  return { card: cardInHand(card), image: () => card.image() };
}
