import { requireWhole } from '../felica/byte-field.ts';
import { sameBytes } from '../felica/identifiers.ts';
import { decodePollingRequest } from '../felica/polling.ts';
import type { CardLink } from './card-link.ts';

/**
 * Several cards over one reader, as one card.
 *
 * To Polling each card answers in a time slot that it draws. The reader hears the first slot in which
 * one card alone has answered; two in one slot are noise. Every other command reaches all cards: one
 * that bears an IDm is answered by the card that has it. Clones answer together, which is heard as
 * long as they send the same bytes. Each comes and goes by itself: {@link present}, {@link remove}.
 */
export class CrowdedField implements CardLink {
  readonly #cards: Set<CardLink>;
  readonly #drawSlot: (slotCount: number) => number;
  #isFieldOn: boolean = false;

  /** `drawSlot` gives each card its slot, a whole number from 0 to `slotCount` − 1, by chance. */
  constructor(cards: readonly CardLink[], drawSlot: (slotCount: number) => number) {
    this.#cards = new Set(cards);
    this.#drawSlot = drawSlot;
  }

  /** Brings one more card into the field. One that is there stays as it is. */
  present(card: CardLink): void {
    this.#cards.add(card);
    if (this.#isFieldOn) card.powerOn();
  }

  /** Takes one card out, and leaves the others. One that is not there changes nothing. */
  remove(card: CardLink): void {
    if (this.#cards.delete(card)) card.powerOff();
  }

  powerOn(): void {
    this.#isFieldOn = true;
    for (const card of this.#cards) card.powerOn();
  }

  powerOff(): void {
    this.#isFieldOn = false;
    for (const card of this.#cards) card.powerOff();
  }

  exchange(frame: Uint8Array): Uint8Array | undefined {
    const answers = [...this.#cards]
      .map((card) => card.exchange(frame))
      .filter((answer) => answer !== undefined);
    const polling = decodePollingRequest(frame);
    if (polling === undefined) return heard(answers);
    return this.#firstHeard(answers, polling.timeSlots + 1);
  }

  #firstHeard(answers: readonly Uint8Array[], slotCount: number): Uint8Array | undefined {
    const slots: Uint8Array[][] = Array.from({ length: slotCount }, () => []);
    for (const answer of answers) {
      slots[requireWhole('time slot', this.#drawSlot(slotCount), slotCount - 1)]?.push(answer);
    }
    for (const slot of slots) {
      const answer = heard(slot);
      if (answer !== undefined) return answer;
    }
    return undefined;
  }
}

/** What a reader makes of answers that come at once. */
function heard(answers: readonly Uint8Array[]): Uint8Array | undefined {
  const [first, ...others] = answers;
  if (first === undefined) return undefined;
  return others.every((other) => sameBytes(other, first)) ? first : undefined;
}
