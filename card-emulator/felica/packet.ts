import { concatBytes } from '@noble/ciphers/utils.js';
import { encodeU8 } from './byte-field.ts';

/** A command or a response without its length byte. */
export interface Packet {
  readonly code: number;
  readonly data: Uint8Array;
}

/** The length byte counts itself, so no packet is longer (M617 §2.2, table 2-2). */
export const PACKET_BYTES_MAX = 0xff;

/** Length and code. */
export const PACKET_HEADER_BYTES = 2;

export function encodePacket(code: number, data: Uint8Array): Uint8Array {
  const length = PACKET_HEADER_BYTES + data.length;
  if (length > PACKET_BYTES_MAX) {
    throw new RangeError(`packet: expected at most ${PACKET_BYTES_MAX} bytes, got ${length}`);
  }
  return concatBytes(Uint8Array.of(length), encodeU8('packet code', code), data);
}

/** `undefined` unless the length byte equals the number of bytes: a card is silent to anything else. */
export function decodePacket(bytes: Uint8Array): Packet | undefined {
  const [length, code] = bytes;
  if (code === undefined || length !== bytes.length) return undefined;
  return { code, data: bytes.slice(PACKET_HEADER_BYTES) };
}
