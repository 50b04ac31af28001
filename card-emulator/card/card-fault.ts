import { decodePacket } from '../felica/packet.ts';
import type { CardLink } from '../link/card-link.ts';
import { type Milliseconds, milliseconds } from '../units.ts';
import type { EmulatedCard } from './emulated-card.ts';

/** When a fault happens: at the next command with a code, or at the n-th command since the start, from 1. */
export type FaultTrigger = { readonly commandCode: number } | { readonly command: number };

/**
 * What happens then (faults.md). A moment is a loss of the field: from it on the card is silent until
 * the next `powerOn`. After an effect the card stays in the field.
 */
export type FaultEffect =
  /** Before: the command never reaches the card. After: done, and its answer never gets out. */
  | { readonly moment: 'before-commit' | 'after-commit' }
  /** Power fails while the card stores: all of the Write is stored or nothing (M617 §3.6.1). */
  | { readonly moment: 'inside-commit'; readonly isStored: boolean }
  /**
   * Response lost: done, the answer is not heard, and the session goes on. Request corrupted: the card
   * hears noise, so not done, silence. Worn: a Write is done and answered with the warning 71. Memory
   * error: a Write is not done and answered with the error 70.
   */
  | { readonly effect: 'response-lost' | 'request-corrupted' | 'worn' | 'memory-error' }
  /** Done; one bit of the answer is turned, for links that carry no CRC. Bit 0 is the first of LEN. */
  | { readonly effect: 'response-corrupted'; readonly bit: number }
  /** Done; the answer comes so much later. A link without time takes it for silence. */
  | { readonly effect: 'late'; readonly delay: Milliseconds }
  /** From this command on another card answers, which has just come into the field. */
  | { readonly effect: 'swapped'; readonly card: CardLink }
  /** Before this command the card loses power, and its memory is an older snapshot. */
  | { readonly effect: 'restored'; readonly memory: Uint8Array };

export type CardFault = FaultTrigger & FaultEffect;

/** What came of a fault. `missed`: the command with its number came while it waited for another. */
export type FaultFate = 'happened' | 'missed';

/** Must not throw. Called before the command that meets the fault is answered. */
export type FaultListener = (fault: CardFault, fate: FaultFate) => void;

export interface LateResponse {
  readonly response: Uint8Array | undefined;
  /** How much later than at once. */
  readonly delay: Milliseconds;
}

/** A card in somebody's hand. */
export interface HeldCard extends CardLink {
  /**
   * Adds a fault after those that have not happened yet. Only the first of them is waited for. Throws
   * `RangeError` for an effect on memory where the card is none that has some to reach, and for the
   * number of a command that has come already.
   */
  schedule(fault: CardFault): void;
  /** How many faults may still happen. */
  readonly faultsPending: number;
  /** Whether there is a card that has power. */
  readonly isInField: boolean;
  /** As `exchange`, for links that can wait: a late answer comes with its delay. */
  exchangeLate(frame: Uint8Array): LateResponse;
}

const AT_ONCE = milliseconds(0);
const SILENCE: LateResponse = { response: undefined, delay: AT_ONCE };
const BITS_IN_BYTE = 8;

/**
 * A card to which scripted faults happen. Its memory is what each of them leaves there; what the
 * reader sees of most of them is the same silence.
 */
export function cardInHand(
  card: CardLink,
  faults: readonly CardFault[] = [],
  onFault: FaultListener = () => undefined,
): HeldCard {
  return new CardInHand(card, faults, onFault);
}

class CardInHand implements HeldCard {
  readonly #pending: CardFault[] = [];
  readonly #onFault: FaultListener;
  #card: CardLink;
  #isInField: boolean = false;
  #commandCount = 0;

  constructor(card: CardLink, faults: readonly CardFault[], onFault: FaultListener) {
    this.#card = card;
    this.#onFault = onFault;
    for (const fault of faults) this.schedule(fault);
  }

  get faultsPending(): number {
    return this.#pending.length;
  }

  get isInField(): boolean {
    return this.#isInField;
  }

  schedule(fault: CardFault): void {
    if (needsMemory(fault) && !isEmulated(this.#card)) {
      throw new RangeError('fault: expected an emulated card, whose memory can be reached');
    }
    if ('command' in fault && fault.command <= this.#commandCount) {
      throw new RangeError(
        `command: expected above ${this.#commandCount}, the number of the last one, got ${fault.command}`,
      );
    }
    this.#pending.push(fault);
  }

  powerOn(): void {
    this.#isInField = true;
    this.#card.powerOn();
  }

  powerOff(): void {
    this.#isInField = false;
    this.#card.powerOff();
  }

  exchange(frame: Uint8Array): Uint8Array | undefined {
    const { response, delay } = this.exchangeLate(frame);
    return delay > 0 ? undefined : response;
  }

  exchangeLate(frame: Uint8Array): LateResponse {
    if (!this.#isInField) return SILENCE;
    this.#commandCount += 1;
    this.#dropMissed();
    const [fault] = this.#pending;
    if (fault === undefined || !this.#isDue(fault, frame)) return this.#passOn(frame);
    this.#pending.shift();
    this.#onFault(fault, 'happened');
    return 'moment' in fault ? this.#loseField(fault, frame) : this.#suffer(fault, frame);
  }

  /** Its command will not come again: to wait for it would hold up those behind it for ever. */
  #dropMissed(): void {
    for (
      let [fault] = this.#pending;
      fault !== undefined && 'command' in fault && fault.command < this.#commandCount;
      [fault] = this.#pending
    ) {
      this.#pending.shift();
      this.#onFault(fault, 'missed');
    }
  }

  #isDue(fault: CardFault, frame: Uint8Array): boolean {
    return 'command' in fault
      ? fault.command === this.#commandCount
      : fault.commandCode === decodePacket(frame)?.code;
  }

  #passOn(frame: Uint8Array): LateResponse {
    return { response: this.#card.exchange(frame), delay: AT_ONCE };
  }

  #loseField(
    fault: Extract<FaultEffect, { readonly moment: string }>,
    frame: Uint8Array,
  ): LateResponse {
    const isDone =
      fault.moment === 'inside-commit' ? fault.isStored : fault.moment === 'after-commit';
    if (isDone) this.#card.exchange(frame);
    this.powerOff();
    return SILENCE;
  }

  #suffer(
    fault: Extract<FaultEffect, { readonly effect: string }>,
    frame: Uint8Array,
  ): LateResponse {
    switch (fault.effect) {
      case 'request-corrupted':
        return SILENCE;
      case 'response-lost':
        this.#card.exchange(frame);
        return SILENCE;
      case 'response-corrupted': {
        const response = this.#card.exchange(frame);
        return { response: response && withBitTurned(response, fault.bit), delay: AT_ONCE };
      }
      case 'late':
        return { response: this.#card.exchange(frame), delay: fault.delay };
      case 'worn':
        return this.#passOnWith('worn', frame);
      case 'memory-error':
        return this.#passOnWith('failed', frame);
      case 'swapped':
        this.#card.powerOff();
        this.#card = fault.card;
        this.#card.powerOn();
        return this.#passOn(frame);
      case 'restored':
        this.#card.powerOff();
        this.#emulated().restore(fault.memory);
        this.#card.powerOn();
        return this.#passOn(frame);
    }
  }

  #passOnWith(condition: EmulatedCard['memoryCondition'], frame: Uint8Array): LateResponse {
    const card = this.#emulated();
    const before = card.memoryCondition;
    card.memoryCondition = condition;
    const answer = this.#passOn(frame);
    card.memoryCondition = before;
    return answer;
  }

  /** A swap may have brought in a card of another sort since the fault was scheduled. */
  #emulated(): EmulatedCard {
    if (isEmulated(this.#card)) return this.#card;
    throw new RangeError('fault: expected an emulated card, whose memory can be reached');
  }
}

function needsMemory(fault: CardFault): boolean {
  const effect = 'effect' in fault ? fault.effect : undefined;
  return effect === 'worn' || effect === 'memory-error' || effect === 'restored';
}

function isEmulated(card: CardLink): card is EmulatedCard {
  return 'memoryCondition' in card && 'restore' in card;
}

function withBitTurned(response: Uint8Array, bit: number): Uint8Array {
  const turned = response.slice();
  const index = Math.floor(bit / BITS_IN_BYTE) % turned.length;
  turned[index] = (turned[index] ?? 0) ^ (0x80 >> (bit % BITS_IN_BYTE));
  return turned;
}
