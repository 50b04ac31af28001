import { PACKET_BYTES_MAX } from '#felica/packet';
import type { CodecReply, ReaderCodec } from './reader-codec.ts';
import { readReply, requirePacket, SUCCESS, unwrapFailure, unwrapPacket } from './status-word.ts';

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
  opening: [],
  closing: [],
  wrap(packet) {
    requirePacket(packet, PACKET_BYTES_MAX);
    return Uint8Array.of(0xff, 0x00, 0x00, 0x00, packet.length, ...packet);
  },
  unwrap: unwrapPlain,
};

/** A packet as it is before the status word. */
export function unwrapPlain(reply: Uint8Array): CodecReply {
  const read = readReply(reply);
  if (read === undefined) return { result: 'broken' };
  return read.statusWord === SUCCESS ? unwrapPacket(read.body) : unwrapFailure(read);
}
