import { PACKET_BYTES_MAX } from '#felica/packet';
import { unwrapPlain } from './acs-raw.ts';
import type { ReaderCodec } from './reader-codec.ts';
import { requirePacket } from './status-word.ts';

/**
 * The form of Sony's PC/SC driver for Windows, for RC-S380: `FF FE 01 00 Lc <packet>` →
 * `<packet> 90 00`. From published programs: no document of Sony's names it, nor a status word
 * besides 90 00, so others are read as those of other readers are.
 */
export const sonyFffe: ReaderCodec = {
  name: 'sony-fffe',
  frameBytesMax: PACKET_BYTES_MAX,
  opening: [],
  closing: [],
  wrap(packet) {
    requirePacket(packet, PACKET_BYTES_MAX);
    return Uint8Array.of(0xff, 0xfe, 0x01, 0x00, packet.length, ...packet);
  },
  unwrap: unwrapPlain,
};
