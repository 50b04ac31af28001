import type { BindingReport } from './pcsc-message.ts';
import { GET_DATA_IDM } from './reader-codec.ts';

/** One PC/SC reader as the binding gives it. Every method rejects with the binding's own error. */
export interface SlotDevice {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  transmit(command: Uint8Array): Promise<Uint8Array>;
}

export interface CardSlotOptions {
  readonly device: SlotDevice;
  readonly report: (report: BindingReport) => void;
  /** Between two tries to connect a card that stays in the field. */
  readonly retryMs: number;
  /** The binding's state is no longer known: only a new process helps. */
  readonly giveUp: (reason: unknown) => void;
}

type TransmitOutcome = Extract<BindingReport, { readonly kind: 'answered' | 'failed' }>;

const STATUS_WORD_BYTES = 2;
const SUCCESS: readonly [number, number] = [0x90, 0x00];

/** In the words and with the number of PC/SC, as the binding's own messages. */
const CARD_GONE = 'no card is connected (0x8010000c)';

/**
 * Keeps a connection to the card in the field of one reader.
 *
 * The binding would connect by itself, but it swallows a failed connect and never tries again. Here
 * all steps stand in one queue, because a status change during a transmit, or a connect during a
 * disconnect, leaves the binding with a handle it does not know of (readers.md 1.5, rows 11 and 17).
 */
export class CardSlot {
  readonly #options: CardSlotOptions;
  /** `undefined` until the first status: then even an empty field is news. */
  #isPresent: boolean | undefined;
  #isConnected: boolean = false;
  /** Whether the last command lost its card: then a card must answer before it counts as there. */
  #isDoubtful: boolean = false;
  #isClosed: boolean = false;
  #retry: NodeJS.Timeout | undefined;
  #queue: Promise<void> = Promise.resolve();

  constructor(options: CardSlotOptions) {
    this.#options = options;
  }

  /** To be called at each change of the reader's status. */
  showCard(isPresent: boolean): void {
    if (isPresent === this.#isPresent) return;
    this.#isPresent = isPresent;
    this.#enqueue(() => (isPresent ? this.#welcome() : this.#dismiss()));
  }

  transmit(id: number, command: Uint8Array): void {
    this.#enqueue(() => this.#transmitNow(id, command));
  }

  /** The reader is gone, and its connection with it. */
  abandon(): void {
    this.#isClosed = true;
    clearTimeout(this.#retry);
  }

  /** Waits for the step at work, then disconnects the card without a reset. */
  async close(): Promise<void> {
    this.abandon();
    await this.#queue;
    if (this.#isConnected) await this.#options.device.disconnect();
  }

  #enqueue(step: () => Promise<void>): void {
    this.#queue = this.#queue
      .then(async () => {
        if (!this.#isClosed) await step();
      })
      .catch(this.#options.giveUp);
  }

  /** A card that has left by now is not welcomed; its leaving stands in the queue behind. */
  async #welcome(): Promise<void> {
    if (this.#isPresent !== true) return;
    this.#options.report({ kind: 'card-unready', message: undefined });
    await this.#connect();
  }

  async #dismiss(): Promise<void> {
    clearTimeout(this.#retry);
    this.#isDoubtful = false;
    await this.#disconnect();
    this.#options.report({ kind: 'card-gone' });
  }

  async #connectAgain(): Promise<void> {
    if (this.#isPresent === true && !this.#isConnected) await this.#connect();
  }

  async #connect(): Promise<void> {
    try {
      await this.#options.device.connect();
      this.#isConnected = true;
      if (this.#isDoubtful) await this.#requireCard();
      this.#isDoubtful = false;
      this.#options.report({ kind: 'card-ready' });
    } catch (error) {
      this.#options.report({ kind: 'card-unready', message: messageOf(error) });
      await this.#disconnect();
      clearTimeout(this.#retry);
      this.#retry = setTimeout(
        () => this.#enqueue(() => this.#connectAgain()),
        this.#options.retryMs,
      );
    }
  }

  /** The service connects without a look at the card, and notices up to 400 ms late that it left. */
  async #requireCard(): Promise<void> {
    const reply = await this.#options.device.transmit(GET_DATA_IDM);
    if (!isWholeReply(reply)) throw new Error(CARD_GONE);
  }

  async #disconnect(): Promise<void> {
    if (!this.#isConnected) return;
    this.#isConnected = false;
    await this.#options.device.disconnect();
  }

  async #transmitNow(id: number, command: Uint8Array): Promise<void> {
    const { report } = this.#options;
    if (!this.#isConnected) {
      report({ kind: 'failed', id, message: CARD_GONE });
      return;
    }
    const outcome = await this.#tryTransmit(id, command);
    const isWhole = outcome.kind === 'answered' && isWholeReply(outcome.reply);
    // Said before the outcome, so that nobody who hears of the outcome takes the card for ready.
    if (!isWhole) report({ kind: 'card-unready', message: undefined });
    report(outcome);
    if (isWhole) return;
    // A reset or half-removed card refuses everything until it is connected anew (row 13).
    this.#isDoubtful = true;
    await this.#disconnect();
    await this.#connectAgain();
  }

  async #tryTransmit(id: number, command: Uint8Array): Promise<TransmitOutcome> {
    try {
      return { kind: 'answered', id, reply: await this.#options.device.transmit(command) };
    } catch (error) {
      return { kind: 'failed', id, message: messageOf(error) };
    }
  }
}

/**
 * A card that leaves in mid-command is handed up as success with a part of the reply, mostly with
 * nothing (readers.md 4.6). A whole reply is a status word alone, or data and success.
 */
function isWholeReply(reply: Uint8Array): boolean {
  if (reply.length === STATUS_WORD_BYTES) return true;
  const [sw1, sw2] = reply.subarray(-STATUS_WORD_BYTES);
  return sw1 === SUCCESS[0] && sw2 === SUCCESS[1];
}

/** The binding hides the PC/SC number in the error before (readers.md 1.3). */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const previous: unknown = 'previous' in error ? error.previous : undefined;
  return previous instanceof Error ? `${error.message} ${previous.message}` : error.message;
}
