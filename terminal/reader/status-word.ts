import { decodePacket } from '#felica/packet';
import type { CodecReply } from './reader-codec.ts';

/** What a reader answered: its own data, and two bytes in which it says how it went. */
export interface ReaderReply {
  readonly statusWord: number;
  readonly body: Uint8Array;
}

const STATUS_WORD_BYTES = 2;
export const SUCCESS = 0x9000;
/** The reader's own "operation failed" and its variants: no answer from the card. */
const FAILED_SW1 = 0x63;
/** Wrong length, wrong class, unknown instruction, function not supported. */
const NOT_UNDERSTOOD: ReadonlySet<number> = new Set([0x6700, 0x6881, 0x6a81, 0x6d00, 0x6e00]);

/** `undefined` where there is not even a status word. */
export function readReply(reply: Uint8Array): ReaderReply | undefined {
  const body = reply.subarray(0, -STATUS_WORD_BYTES);
  const [sw1, sw2] = reply.subarray(body.length);
  if (sw1 === undefined || sw2 === undefined) return undefined;
  return { statusWord: (sw1 << 8) | sw2, body };
}

/** What a reply says that is not a success. */
export function unwrapFailure({ statusWord, body }: ReaderReply): CodecReply {
  // An error is a status word alone. After other bytes these two are the end of a reply cut off.
  if (body.length > 0) return { result: 'broken' };
  if (statusWord >> 8 === FAILED_SW1) return { result: 'silent' };
  return NOT_UNDERSTOOD.has(statusWord) ? { result: 'refused', statusWord } : { result: 'broken' };
}

/** The card's packet as the reader handed it up, in memory of its own; none is a silent card. */
export function unwrapPacket(packet: Uint8Array): CodecReply {
  if (packet.length === 0) return { result: 'silent' };
  if (decodePacket(packet) === undefined) return { result: 'broken' };
  return { result: 'packet', packet: Uint8Array.from(packet) };
}

/** Throws `RangeError` where `packet` is no whole packet, or longer than the form has room for. */
export function requirePacket(packet: Uint8Array, frameBytesMax: number): void {
  if (decodePacket(packet) === undefined) {
    throw new RangeError(`packet: expected LEN ${packet.length}, got ${packet[0] ?? 'no byte'}`);
  }
  if (packet.length > frameBytesMax) {
    throw new RangeError(`packet: expected at most ${frameBytesMax} bytes, got ${packet.length}`);
  }
}
