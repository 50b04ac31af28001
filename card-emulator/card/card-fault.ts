import { decodePacket } from '../felica/packet.ts';
import type { CardLink } from '../link/card-link.ts';

/**
 * Takes the card out of the field at its next command with this code: before the command reaches
 * the card, or after the card has done it and before its answer got out. Seen from the reader both
 * are the same silence.
 */
export interface CardFault {
  readonly commandCode: number;
  readonly moment: 'before-commit' | 'after-commit';
}

/** A card in somebody's hand. */
export interface HeldCard extends CardLink {
  /** Adds a fault after those that have not happened yet. Only the first of them is waited for. */
  schedule(fault: CardFault): void;
  /** How many faults have not happened yet. */
  readonly faultsPending: number;
}

/**
 * A card that is pulled away at scripted moments. From each of them on it is silent until the next
 * `powerOn`, as a card that comes back to the reader is; its memory is what the moment left there.
 */
export function cardInHand(card: CardLink, faults: readonly CardFault[] = []): HeldCard {
  const pending = [...faults];
  let isInField = false;
  const leaveField = (): void => {
    isInField = false;
    card.powerOff();
  };
  return {
    powerOn(): void {
      isInField = true;
      card.powerOn();
    },
    powerOff: leaveField,
    exchange(frame: Uint8Array): Uint8Array | undefined {
      if (!isInField) return undefined;
      const fault = pending[0];
      if (fault === undefined || fault.commandCode !== decodePacket(frame)?.code) {
        return card.exchange(frame);
      }
      pending.shift();
      if (fault.moment === 'after-commit') card.exchange(frame);
      leaveField();
      return undefined;
    },
    schedule(fault: CardFault): void {
      pending.push(fault);
    },
    get faultsPending(): number {
      return pending.length;
    },
  };
}
