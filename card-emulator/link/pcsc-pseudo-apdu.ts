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
  | { readonly kind: 'refused'; readonly reply: Uint8Array };

const SUCCESS = Uint8Array.of(0x90, 0x00);
/** "Operation failed": the card did not answer. */
export const CARD_SILENT: Uint8Array = Uint8Array.of(0x63, 0x00);
const WRONG_LENGTH = Uint8Array.of(0x67, 0x00);
const FUNCTION_NOT_SUPPORTED = Uint8Array.of(0x6a, 0x81);
const FILE_NOT_FOUND = Uint8Array.of(0x6a, 0x82);
const UNKNOWN_INSTRUCTION = Uint8Array.of(0x6d, 0x00);

const HEADER_BYTES = 5;
const READER_CLASS = 0xff;
const GET_DATA = 0xca;
const DIRECT_TRANSMIT = 0x00;
const SELECT = 0xa4;

/**
 * Reads a command as a reader of the ACR1252 family does: GET DATA for IDm and PMm, and direct
 * transmit, `FF 00 00 00 Lc <packet>`, for everything else (ACM1252U-Y3 manual, p. 45).
 */
export function readPseudoApdu(command: Uint8Array): PseudoApdu {
  const [commandClass, instruction, p1, p2, length] = command;
  if (commandClass === 0x00 && instruction === SELECT) return refused(FILE_NOT_FOUND);
  if (commandClass !== READER_CLASS) return refused(UNKNOWN_INSTRUCTION);
  if (instruction === GET_DATA) {
    if (command.length !== HEADER_BYTES) return refused(WRONG_LENGTH);
    if (p2 !== 0x00) return refused(FUNCTION_NOT_SUPPORTED);
    if (p1 === 0x00) return { kind: 'get-idm' };
    return p1 === 0x01 ? { kind: 'get-pmm' } : refused(FUNCTION_NOT_SUPPORTED);
  }
  if (instruction !== DIRECT_TRANSMIT || p1 !== 0x00 || p2 !== 0x00) {
    return refused(UNKNOWN_INSTRUCTION);
  }
  const packet = command.subarray(HEADER_BYTES);
  if (packet.length === 0 || packet.length !== length) return refused(WRONG_LENGTH);
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

function refused(reply: Uint8Array): PseudoApdu {
  return { kind: 'refused', reply };
}
