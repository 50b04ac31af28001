import { concatBytes } from '@noble/ciphers/utils.js';
import { CommandCode } from './command-code.ts';
import { decodePacket, encodePacket } from './packet.ts';

/** The most bytes one packet carries back and forth. */
export const ECHO_BYTES_MAX = 252;

const SECOND_CODE = 0x00;

/**
 * A test of the link: the card sends the frame back as it came. Known from cards, not from the
 * manual; the answer has the code of the command, unlike all others. Throws `RangeError` for more
 * bytes than a packet holds.
 */
export function encodeEcho(data: Uint8Array): Uint8Array {
  return encodePacket(CommandCode.echo, concatBytes(Uint8Array.of(SECOND_CODE), data));
}

/** What shall come back, or has. */
export function decodeEcho(packet: Uint8Array): Uint8Array | undefined {
  const decoded = decodePacket(packet);
  if (decoded?.code !== CommandCode.echo || decoded.data[0] !== SECOND_CODE) return undefined;
  return decoded.data.slice(1);
}
