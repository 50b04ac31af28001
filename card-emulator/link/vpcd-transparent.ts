import {
  answered,
  HEADER_BYTES,
  LONGEST_READ_BYTES,
  type PseudoApdu,
  type ReaderPersonality,
  readReaderCommand,
  SUCCESS,
  UNKNOWN_INSTRUCTION,
  WRONG_LENGTH,
} from './pcsc-pseudo-apdu.ts';

const TRANSPARENT = 0xc2;
const MANAGE_SESSION = 0x00;
const EXCHANGE = 0x01;
const SWITCH_PROTOCOL = 0x02;
const START = 0x81;
const END = 0x82;

/** Tag and length of the timer, which every exchange begins with, and its value in µs. */
const TIMER_TAG: readonly number[] = [0x5f, 0x46, 0x04];
const TIMER_BYTES = 7;
const TRANSCEIVE = 0x95;
const LENGTH_OF_ONE_BYTE = 0x81;

const DONE: readonly number[] = [0xc0, 0x03, 0x00, 0x90, 0x00];
/** Error statuses, each with the number of the object that failed. */
const NOT_ALLOWED: Uint8Array = Uint8Array.of(0xc0, 0x03, 0x01, 0x69, 0x85, ...SUCCESS);
const NOT_SUPPORTED: Uint8Array = Uint8Array.of(0xc0, 0x03, 0x01, 0x6a, 0x81, ...SUCCESS);
const CARD_SILENT: Uint8Array = Uint8Array.of(0xc0, 0x03, 0x02, 0x64, 0x01, ...SUCCESS);

/** A reader with the transparent session of PC/SC part 3; RC-S300 is one. */
export function transparentPersonality(): ReaderPersonality {
  const session = new TransparentSession();
  return {
    read: (command) => readReaderCommand(command) ?? session.read(command),
    reply: replyTo,
    longestReadBytes: HEADER_BYTES + TIMER_BYTES + 2 + LONGEST_READ_BYTES + 1,
  };
}

class TransparentSession {
  #isOpen: boolean = false;

  read(command: Uint8Array): PseudoApdu {
    const [, instruction, p1, p2, length = 0] = command;
    if (instruction !== TRANSPARENT || p1 !== 0x00) return answered(UNKNOWN_INSTRUCTION);
    // The data, and one byte Le behind it.
    if (command.length !== HEADER_BYTES + length + 1) return answered(WRONG_LENGTH);
    const objects = command.subarray(HEADER_BYTES, -1);
    if (p2 === MANAGE_SESSION) return answered(this.#manage(objects[0]));
    if (!this.#isOpen) return answered(NOT_ALLOWED);
    if (p2 === SWITCH_PROTOCOL) return answered(Uint8Array.of(...DONE, ...SUCCESS));
    return p2 === EXCHANGE ? exchange(objects) : answered(NOT_SUPPORTED);
  }

  #manage(order: number | undefined): Uint8Array {
    if (order !== START && order !== END) return NOT_SUPPORTED;
    const isStart = order === START;
    if (this.#isOpen === isStart) return NOT_ALLOWED;
    this.#isOpen = isStart;
    return Uint8Array.of(...DONE, ...SUCCESS);
  }
}

/** Without a timer a reader waits 302 µs, in which no card has answered. */
function exchange(objects: Uint8Array): PseudoApdu {
  if (!TIMER_TAG.every((byte, index) => objects[index] === byte)) return answered(CARD_SILENT);
  const [tag, first, second] = objects.subarray(TIMER_BYTES);
  const isLong = first === LENGTH_OF_ONE_BYTE;
  const packet = objects.subarray(TIMER_BYTES + (isLong ? 3 : 2));
  if (tag !== TRANSCEIVE || packet.length !== (isLong ? second : first)) {
    return answered(NOT_SUPPORTED);
  }
  return { kind: 'packet', packet };
}

function replyTo(packet: Uint8Array | undefined): Uint8Array {
  if (packet === undefined) return CARD_SILENT;
  const isLong = packet.length > 0x7f;
  const header = isLong ? [0x97, LENGTH_OF_ONE_BYTE, packet.length] : [0x97, packet.length];
  const status = [0x92, 0x01, 0x00, 0x96, 0x02, 0x00, 0x00];
  return Uint8Array.of(...DONE, ...status, ...header, ...packet, ...SUCCESS);
}
