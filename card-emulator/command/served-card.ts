import { setBlocked } from '../card/card-inspection.ts';
import type { EmulatedCard } from '../card/emulated-card.ts';
import type { SavedCard } from '../link/saved-card.ts';
import type { VpcdCard } from '../link/vpcd.ts';
import { exchangeLines } from './card-log.ts';
import { type CardSummary, describeEntry, summaryOf } from './card-text.ts';

/** Where a served card can be put: a slot of vpcd, or a UDP port. */
export interface CardPlace {
  readonly insert: (card: VpcdCard) => void;
  readonly remove: () => void;
}

export interface ServedState extends CardSummary {
  readonly isInField: boolean;
  readonly historyText: readonly string[];
  /** The newest last. */
  readonly frames: readonly string[];
}

const FRAME_LINES_MAX = 60;

/** A card that readers reach, and what its page and its control may do with it. */
export class ServedCard {
  readonly #card: EmulatedCard;
  readonly #saved: SavedCard;
  readonly #link: VpcdCard;
  readonly #place: CardPlace;
  readonly #frames: string[] = [];
  #isInField: boolean = false;

  /** `link` is the saved card, or what delays it. */
  constructor(card: EmulatedCard, saved: SavedCard, link: VpcdCard, place: CardPlace) {
    this.#card = card;
    this.#saved = saved;
    this.#link = link;
    this.#place = place;
  }

  get state(): ServedState {
    const summary = summaryOf(this.#card);
    return {
      ...summary,
      isInField: this.#isInField,
      historyText: (summary.history ?? []).map(describeEntry),
      frames: [...this.#frames],
    };
  }

  /** Holds the card over the reader. */
  tap(): void {
    this.#isInField = true;
    this.#place.insert(this.#link);
  }

  /** Pulls the card away in whatever it is doing. */
  remove(): void {
    this.#isInField = false;
    this.#place.remove();
  }

  /** As the issuer's lock would. `false` for a card that has no block flag. */
  async setBlocked(isBlocked: boolean): Promise<boolean> {
    const isDone = setBlocked(this.#card, isBlocked);
    await this.#saved.save();
    return isDone;
  }

  recordExchange(request: Uint8Array, response: Uint8Array | undefined): void {
    this.#frames.push(...exchangeLines(request, response));
    this.#frames.splice(0, this.#frames.length - FRAME_LINES_MAX);
  }
}
