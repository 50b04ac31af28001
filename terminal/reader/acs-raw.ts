import { decodePacket, PACKET_BYTES_MAX } from '#felica/packet';
import type { CodecReply, ReaderCodec } from './reader-codec.ts';

const STATUS_WORD_BYTES = 2;
const SUCCESS = 0x9000;
/** The reader's own "operation failed" and its variants: no answer from the card. */
const FAILED_SW1 = 0x63;
/** Wrong length, wrong class, unknown instruction, function not supported. */
const NOT_UNDERSTOOD: ReadonlySet<number> = new Set([0x6700, 0x6881, 0x6a81, 0x6d00, 0x6e00]);

/**
 * ACS's form for ACR1251, ACR1252, ACR1255 and ACM1252: the packet stands as it is in a direct
 * transmit, `FF 00 00 00 Lc <packet>` → `<packet> 90 00` (ACM1252U-Y3 manual, p. 45).
 *
 * On ACR122U the same five bytes begin a command to its radio chip, so success of this form must be
 * proved by a Polling response and never assumed from the reader's name.
 */
export const acsRaw: ReaderCodec = {
  name: 'acs-raw',
  frameBytesMax: PACKET_BYTES_MAX,
  wrap: wrapPacket,
  unwrap: unwrapReply,
};

function wrapPacket(packet: Uint8Array): Uint8Array {
  if (decodePacket(packet) === undefined) {
    throw new RangeError(`packet: expected LEN ${packet.length}, got ${packet[0] ?? 'no byte'}`);
  }
  return Uint8Array.of(0xff, 0x00, 0x00, 0x00, packet.length, ...packet);
}

function unwrapReply(reply: Uint8Array): CodecReply {
  const body = reply.subarray(0, -STATUS_WORD_BYTES);
  const [sw1, sw2] = reply.subarray(body.length);
  if (sw1 === undefined || sw2 === undefined) return { result: 'broken' };
  const statusWord = (sw1 << 8) | sw2;
  if (statusWord === SUCCESS) return unwrapBody(body);
  // An error is a status word alone. After other bytes these two are the end of a reply cut off.
  if (body.length > 0) return { result: 'broken' };
  if (sw1 === FAILED_SW1) return { result: 'silent' };
  return NOT_UNDERSTOOD.has(statusWord) ? { result: 'refused', statusWord } : { result: 'broken' };
}

function unwrapBody(body: Uint8Array): CodecReply {
  if (body.length === 0) return { result: 'silent' };
  if (decodePacket(body) === undefined) return { result: 'broken' };
  return { result: 'packet', packet: Uint8Array.from(body) };
}
