import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CardFault,
  cardInHand,
  type EmulatedCard,
  type FaultListener,
  type HeldCard,
} from '../card/open-card.ts';
import type { IDm, PMm } from '../felica/identifiers.ts';
import { replaceImage } from './image-file.ts';
import type { VpcdCard } from './vpcd.ts';

export interface SavedCardOptions {
  readonly card: EmulatedCard;
  readonly imagePath: string;
  /** Called when a scheduled fault has taken the card out of the field. */
  readonly onTorn: () => void;
  /** Told what came of each scheduled fault. */
  readonly onFault?: FaultListener;
}

/**
 * An emulated card whose memory outlives its process: what a command changed is on disk before the
 * command is answered, so a reader never hears of a write that the next start has forgotten.
 */
export class SavedCard implements VpcdCard {
  readonly idm: IDm;
  readonly pmm: PMm;
  readonly #options: SavedCardOptions;
  readonly #held: HeldCard;
  #savedImage: string;
  #savedCount: number;
  /** The last save, be it done or not. */
  #saving: Promise<void> = Promise.resolve();
  /** Counts the times the field was lost. */
  #lossCount = 0;

  constructor(options: SavedCardOptions) {
    const { card } = options;
    this.idm = card.idm;
    this.pmm = card.pmm;
    this.#options = options;
    this.#held = cardInHand(card, [], options.onFault);
    this.#savedImage = card.image();
    this.#savedCount = card.commitCount;
  }

  powerOn(): void {
    this.#held.powerOn();
  }

  powerOff(): void {
    this.#lossCount += 1;
    this.#held.powerOff();
  }

  /** See `cardInHand`. */
  schedule(fault: CardFault): void {
    this.#held.schedule(fault);
  }

  async exchange(packet: Uint8Array): Promise<Uint8Array | undefined> {
    const lossCount = this.#lossCount;
    const wasInField = this.#held.isInField;
    const { response, delay } = this.#held.exchangeLate(packet);
    await this.save();
    if (wasInField && !this.#held.isInField) this.#options.onTorn();
    if (delay > 0) await sleep(delay);
    return lossCount === this.#lossCount ? response : undefined;
  }

  /**
   * Rejects where the file cannot be written. What did not change since is not written again. Page and
   * reader save at the same time, and two writers of one file would leave the older memory or none.
   */
  save(): Promise<void> {
    // What failed before has been told to whoever asked for it, and is saved now.
    this.#saving = this.#saving.catch(() => undefined).then(() => this.#saveNow());
    return this.#saving;
  }

  async #saveNow(): Promise<void> {
    const { card, imagePath } = this.#options;
    const { commitCount } = card;
    if (commitCount === this.#savedCount) return;
    const image = card.image();
    // A write of what is stored already changes nothing, and costs no write to the disk.
    if (image !== this.#savedImage) await replaceImage(imagePath, image);
    this.#savedImage = image;
    this.#savedCount = commitCount;
  }
}
