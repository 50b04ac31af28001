import { CommandCode } from '../felica/command-code.ts';
import { decodePacket } from '../felica/packet.ts';
import type { AsyncCardLink, CardLink } from '../link/card-link.ts';
import { timedLink } from '../link/timed-link.ts';
import { type Milliseconds, milliseconds } from '../units.ts';

/*
 * Cards that fail while they stay in the field. One that leaves it is `cardInHand`.
 */

const WRITE_CODES: readonly number[] = [
  CommandCode.writeWithoutEncryption,
  CommandCode.write,
  CommandCode.writeV2,
];

const BIT_RATE_KBPS = 212;

/** Whether a frame is a Write of any scheme: where money is at stake. */
export function isWrite(frame: Uint8Array): boolean {
  const code = decodePacket(frame)?.code;
  return code !== undefined && WRITE_CODES.includes(code);
}

/** Loses the answer to the first Write. The card has done it, stays, and answers what follows. */
export function losingWriteAnswer(card: CardLink): CardLink {
  let isLost = false;
  return linkOf(card, (frame) => {
    const answer = card.exchange(frame);
    if (isLost || !isWrite(frame)) return answer;
    isLost = true;
    return undefined;
  });
}

/**
 * Another card in the place of the first, from the command with this number on, which counts from 1
 * since the field came; from the first Write on unless given. It stays until the field is off.
 */
export function swappedLink(
  cards: { readonly first: CardLink; readonly second: CardLink },
  fromCommand?: number,
): CardLink {
  const { first, second } = cards;
  let inField: CardLink | undefined;
  let commandCount = 0;
  return {
    powerOn(): void {
      inField ??= first;
      inField.powerOn();
    },
    powerOff(): void {
      inField?.powerOff();
      inField = undefined;
      commandCount = 0;
    },
    exchange(frame: Uint8Array): Uint8Array | undefined {
      if (inField === undefined) return undefined;
      commandCount += 1;
      const isMoment = fromCommand === undefined ? isWrite(frame) : commandCount >= fromCommand;
      if (isMoment && inField === first) {
        first.powerOff();
        second.powerOn();
        inField = second;
      }
      return inField.exchange(frame);
    },
  };
}

export interface SlowWriteOptions {
  /** How late: longer than any reader waits for a card that says what ours says. */
  readonly lateMs: number;
  readonly sleep: (time: Milliseconds) => Promise<void>;
}

/** In the time of the air, but that the answer to a Write comes far too late. The Write is done. */
export function slowWriteLink(card: CardLink, options: SlowWriteOptions): AsyncCardLink {
  const { lateMs, sleep } = options;
  return timedLink(card, {
    bitRateKbps: BIT_RATE_KBPS,
    sleep,
    drawSlot: () => 0,
    processing: (command) => milliseconds(isWrite(command) ? lateMs : 0),
  });
}

function linkOf(card: CardLink, exchange: CardLink['exchange']): CardLink {
  return {
    powerOn: () => card.powerOn(),
    powerOff: () => card.powerOff(),
    exchange,
  };
}
