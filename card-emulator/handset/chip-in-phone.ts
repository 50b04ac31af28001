import type { AsyncCardLink } from '../link/card-link.ts';

/**
 * The card in a phone, which is reached from two sides: by readers, and over the air. Whoever powers it
 * on has it, and the other side meets silence until it powers it on anew. While the phone is locked
 * both sides do.
 */
export class ChipInPhone {
  readonly #card: AsyncCardLink;
  readonly #isLocked: () => boolean;
  #owner: AsyncCardLink | undefined;

  constructor(card: AsyncCardLink, isLocked: () => boolean) {
    this.#card = card;
    this.#isLocked = isLocked;
  }

  /** One side. The card is off on it at first. */
  side(): AsyncCardLink {
    const side: AsyncCardLink = {
      powerOn: () => {
        if (this.#owner === side) return;
        this.powerOff();
        this.#owner = side;
        this.#card.powerOn();
      },
      powerOff: () => {
        if (this.#owner === side) this.powerOff();
      },
      exchange: (packet) => {
        const isServed = this.#owner === side && !this.#isLocked();
        return isServed ? this.#card.exchange(packet) : Promise.resolve(undefined);
      },
    };
    return side;
  }

  /** Takes the card from whoever has it, in the middle of whatever it does. */
  powerOff(): void {
    this.#owner = undefined;
    this.#card.powerOff();
  }
}
