import type { IDm, PMm } from '../felica/identifiers.ts';

/**
 * The answer to reset with which PC/SC part 3 describes a FeliCa card: storage card (`80 4F 0C
 * A0 00 00 03 06`), standard FeliCa (`11`), card name 003B. The last byte is the XOR of all bytes
 * after the first (ISO/IEC 7816-3 §8.2.5).
 */
export const FELICA_ATR: Uint8Array = Uint8Array.from([
  0x3b, 0x8f, 0x80, 0x01, 0x80, 0x4f, 0x0c, 0xa0, 0x00, 0x00, 0x03, 0x06, 0x11, 0x00, 0x3b, 0x00,
  0x00, 0x00, 0x00, 0x42,
]);

/** What a reader does with a command from its host. */
export type PseudoApdu =
  | { readonly kind: 'get-idm' }
  | { readonly kind: 'get-pmm' }
  | { readonly kind: 'packet'; readonly packet: Uint8Array }
  /** The reader answers by itself; mostly, it refuses. */
  | { readonly kind: 'answered'; readonly reply: Uint8Array };

/** How a reader takes packets from its host and hands up the card's. It may remember a session. */
export interface ReaderPersonality {
  read(command: Uint8Array): PseudoApdu;
  /** The reply to a packet; `undefined` for a silent card. Never empty. */
  reply(packet: Uint8Array | undefined): Uint8Array;
  /** The length of the command that carries the longest read there is. */
  readonly longestReadBytes: number;
}

export const SUCCESS: Uint8Array = Uint8Array.of(0x90, 0x00);
/** "Operation failed": the card did not answer. */
export const CARD_SILENT: Uint8Array = Uint8Array.of(0x63, 0x00);
export const WRONG_LENGTH: Uint8Array = Uint8Array.of(0x67, 0x00);
const FUNCTION_NOT_SUPPORTED = Uint8Array.of(0x6a, 0x81);
const FILE_NOT_FOUND = Uint8Array.of(0x6a, 0x82);
export const UNKNOWN_INSTRUCTION: Uint8Array = Uint8Array.of(0x6d, 0x00);

export const HEADER_BYTES = 5;
/**
 * A Read v2 of 15 blocks, the most there are: LEN, code, transaction number, 1 + 15 × 2 bytes and
 * MAC. Its answer fills a packet.
 */
export const LONGEST_READ_BYTES = 43;
/** That read behind `FF 00 00 00 Lc`. */
export const WRAPPED_READ_BYTES: number = HEADER_BYTES + LONGEST_READ_BYTES;
const READER_CLASS = 0xff;
const GET_DATA = 0xca;
const DIRECT_TRANSMIT: readonly number[] = [0xff, 0x00, 0x00, 0x00];
const SELECT = 0xa4;

/**
 * Reads a command as a reader of the ACR1252 family does: GET DATA for IDm and PMm, and direct
 * transmit, `FF 00 00 00 Lc <packet>`, for everything else (ACM1252U-Y3 manual, p. 45).
 */
export function readPseudoApdu(command: Uint8Array): PseudoApdu {
  return readReaderCommand(command) ?? readDirectTransmit(command, DIRECT_TRANSMIT);
}

/** What every reader knows, and what none does; `undefined` for the rest of its class. */
export function readReaderCommand(command: Uint8Array): PseudoApdu | undefined {
  const [commandClass, instruction, p1, p2] = command;
  if (commandClass === 0x00 && instruction === SELECT) return answered(FILE_NOT_FOUND);
  if (commandClass !== READER_CLASS) return answered(UNKNOWN_INSTRUCTION);
  if (instruction !== GET_DATA) return undefined;
  if (command.length !== HEADER_BYTES) return answered(WRONG_LENGTH);
  if (p2 !== 0x00) return answered(FUNCTION_NOT_SUPPORTED);
  if (p1 === 0x00) return { kind: 'get-idm' };
  return p1 === 0x01 ? { kind: 'get-pmm' } : answered(FUNCTION_NOT_SUPPORTED);
}

/** `<class, instruction, P1, P2> Lc <packet>`. */
export function readDirectTransmit(command: Uint8Array, header: readonly number[]): PseudoApdu {
  if (!header.every((byte, index) => command[index] === byte)) {
    return answered(UNKNOWN_INSTRUCTION);
  }
  const packet = command.subarray(HEADER_BYTES);
  if (packet.length === 0 || packet.length !== command[HEADER_BYTES - 1]) {
    return answered(WRONG_LENGTH);
  }
  return { kind: 'packet', packet };
}

/** The reply to get-idm and get-pmm. */
export function identifierReply(identifier: IDm | PMm): Uint8Array {
  return Uint8Array.of(...identifier, ...SUCCESS);
}

/** The reply to a packet: the card's own, or that it was silent. Never empty. */
export function packetReply(packet: Uint8Array | undefined): Uint8Array {
  return packet === undefined ? CARD_SILENT : Uint8Array.of(...packet, ...SUCCESS);
}

/** The reader's own answer. */
export function answered(reply: Uint8Array): PseudoApdu {
  return { kind: 'answered', reply };
}
