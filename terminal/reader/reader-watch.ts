import { READER_GONE } from './binding-port.ts';
import { CardSlot, type SlotDevice } from './card-slot.ts';
import type { BindingReport } from './pcsc-message.ts';
import { chooseReader, type ReaderWish } from './reader-choice.ts';

export interface ReaderWatchOptions {
  readonly wish: ReaderWish;
  readonly report: (report: BindingReport) => void;
  /** The binding's state is no longer known: only a new process helps. */
  readonly giveUp: (reason: unknown) => void;
}

interface KnownReader {
  readonly device: SlotDevice;
  isCardPresent: boolean | undefined;
}

const CONNECT_RETRY_MS = 500;
/** A binding tells of the readers that are there one after the other, and not of the last one. */
const SETTLE_MS = 50;

/** The readers that a binding tells of, one of which is taken; all others are left alone, cards and all. */
export class ReaderWatch {
  readonly #options: ReaderWatchOptions;
  readonly #known: Map<string, KnownReader> = new Map();
  #taken: { readonly name: string; readonly slot: CardSlot } | undefined;
  #isAmbiguous: boolean = false;
  #settling: NodeJS.Timeout | undefined;

  constructor(options: ReaderWatchOptions) {
    this.#options = options;
  }

  get takenName(): string | undefined {
    return this.#taken?.name;
  }

  attach(name: string, device: SlotDevice): void {
    this.#known.set(name, { device, isCardPresent: undefined });
    this.#options.report({ kind: 'reader-seen', name });
    if (this.#taken === undefined) this.#chooseSoon();
  }

  /** To be called at each change of a reader's status, whether it is taken or not. */
  showCard(name: string, isPresent: boolean): void {
    const known = this.#known.get(name);
    if (known !== undefined) known.isCardPresent = isPresent;
    if (this.#taken?.name === name) this.#taken.slot.showCard(isPresent);
  }

  /** A reader that was there beside the one that is gone may be another counter's: it is not taken. */
  detach(name: string): void {
    this.#known.delete(name);
    if (this.#taken?.name === name) {
      this.#taken.slot.abandon();
      this.#taken = undefined;
      this.#options.report({ kind: 'reader-gone' });
    } else if (this.#isAmbiguous) {
      this.#chooseSoon();
    }
  }

  transmit(id: number, command: Uint8Array): void {
    if (this.#taken === undefined) {
      this.#options.report({ kind: 'failed', id, message: READER_GONE });
    } else {
      this.#taken.slot.transmit(id, command);
    }
  }

  /** Lets the card go. */
  async close(): Promise<void> {
    clearTimeout(this.#settling);
    await this.#taken?.slot.close();
  }

  #chooseSoon(): void {
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.#choose(), SETTLE_MS);
  }

  #choose(): void {
    const { wish, report, giveUp } = this.#options;
    const choice = chooseReader([...this.#known.keys()], wish);
    this.#isAmbiguous = choice.result === 'ambiguous';
    if (choice.result === 'ambiguous') report({ kind: 'reader-ambiguous', names: choice.names });
    if (choice.result !== 'chosen') return;
    const { name } = choice;
    const known = this.#known.get(name);
    if (known === undefined) return;
    const slot = new CardSlot({
      device: known.device,
      report,
      retryMs: CONNECT_RETRY_MS,
      giveUp,
    });
    this.#taken = { name, slot };
    report({ kind: 'reader-found', name });
    if (known.isCardPresent !== undefined) slot.showCard(known.isCardPresent);
  }
}
