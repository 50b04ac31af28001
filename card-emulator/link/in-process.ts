import type { CardLink } from './card-link.ts';

/**
 * A reader's field without a radio: whoever holds the reader switches the field, whoever holds the
 * card brings it in and takes it out, and neither waits for the other.
 */
export class InProcessLink implements CardLink {
  #card: CardLink | undefined;
  #isFieldOn: boolean;

  constructor() {
    this.#isFieldOn = false;
  }

  /** Brings a card into the field; one that is there is taken out first. */
  present(card: CardLink): void {
    this.remove();
    this.#card = card;
    if (this.#isFieldOn) card.powerOn();
  }

  /** Takes the card out of the field. Without a card it changes nothing. */
  remove(): void {
    this.#card?.powerOff();
    this.#card = undefined;
  }

  powerOn(): void {
    this.#isFieldOn = true;
    this.#card?.powerOn();
  }

  powerOff(): void {
    this.#isFieldOn = false;
    this.#card?.powerOff();
  }

  /** Silence if there is no card, as much as from a card that is silent. */
  exchange(frame: Uint8Array): Uint8Array | undefined {
    return this.#isFieldOn ? this.#card?.exchange(frame) : undefined;
  }
}
