import { PACKET_BYTES_MAX } from '#felica/packet';
import type { CodecReply, ReaderCodec } from './reader-codec.ts';
import { readReply, requirePacket, SUCCESS, unwrapFailure, unwrapPacket } from './status-word.ts';

/** A command to the radio chip, and the chip's answer to it (PN532 user manual, §7). */
const TO_CHIP = 0xd4;
const FROM_CHIP = 0xd5;
const IN_COMMUNICATE_THRU = 0x42;
const RF_CONFIGURATION = 0x32;
const ANSWER_OF_THRU: readonly number[] = [FROM_CHIP, IN_COMMUNICATE_THRU + 1];
const ANSWER_OF_CONFIGURATION: readonly number[] = [FROM_CHIP, RF_CONFIGURATION + 1];

const CHIP_HEADER_BYTES = 2;
const FRAME_BYTES_MAX = PACKET_BYTES_MAX - CHIP_HEADER_BYTES;

/** The two high bits of the chip's status are flags of another kind. */
const STATUS_MASK = 0x3f;
const STATUS_DONE = 0x00;
/**
 * The card did not answer: time-out, released, gone. Every other status is an answer that was
 * damaged (CRC, parity, framing) or a chip in disorder, and says nothing about the card.
 */
const CARD_SILENT_STATUS: ReadonlySet<number> = new Set([0x01, 0x29, 0x2b]);

/** The answer of the chip had a wrong checksum: it may have passed the packet on. */
const CHIP_ANSWER_DAMAGED = 0x6327;
/** The chip does not know the command: then this is another reader. */
const CHIP_REFUSED = 0x637f;

/**
 * RFConfiguration, item 2: the chip waits `0D` = 100 µs × 2¹² = 409.6 ms for a card, in place of
 * 51.2 ms, which is less than a card may take for a write of several blocks. The second `0B` is the
 * chip's own default for another protocol.
 */
const WAIT_LONGER: Uint8Array = directTransmit([TO_CHIP, RF_CONFIGURATION, 0x02, 0x00, 0x0b, 0x0d]);

/**
 * The form of ACR122U and other readers around a PN532: the packet inside the chip's
 * InCommunicateThru, `FF 00 00 00 Lc D4 42 <packet>` → `D5 43 <status> <packet> 90 00` (ACR122U API
 * v2.02, §6.1). Two bytes less than a packet may have pass through.
 */
export const acr122: ReaderCodec = {
  name: 'acr122',
  frameBytesMax: FRAME_BYTES_MAX,
  opening: [{ command: WAIT_LONGER, isAccepted: isConfigured }],
  closing: [],
  wrap(packet) {
    requirePacket(packet, FRAME_BYTES_MAX);
    return directTransmit([TO_CHIP, IN_COMMUNICATE_THRU, ...packet]);
  },
  unwrap: unwrapReply,
};

function directTransmit(chipCommand: readonly number[]): Uint8Array {
  return Uint8Array.of(0xff, 0x00, 0x00, 0x00, chipCommand.length, ...chipCommand);
}

function isConfigured(reply: Uint8Array): boolean {
  const read = readReply(reply);
  return (
    read?.statusWord === SUCCESS &&
    read.body.length === CHIP_HEADER_BYTES &&
    startsWith(read.body, ANSWER_OF_CONFIGURATION)
  );
}

function unwrapReply(reply: Uint8Array): CodecReply {
  const read = readReply(reply);
  if (read === undefined) return { result: 'broken' };
  if (read.statusWord === SUCCESS) return unwrapChipAnswer(read.body);
  if (read.body.length === 0) {
    const { statusWord } = read;
    if (statusWord === CHIP_REFUSED) return { result: 'refused', statusWord };
    if (statusWord === CHIP_ANSWER_DAMAGED) return { result: 'broken' };
  }
  return unwrapFailure(read);
}

function unwrapChipAnswer(answer: Uint8Array): CodecReply {
  const status = answer[CHIP_HEADER_BYTES];
  if (status === undefined || !startsWith(answer, ANSWER_OF_THRU)) return { result: 'broken' };
  const chipStatus = status & STATUS_MASK;
  if (CARD_SILENT_STATUS.has(chipStatus)) return { result: 'silent' };
  if (chipStatus !== STATUS_DONE) return { result: 'broken' };
  return unwrapPacket(answer.subarray(CHIP_HEADER_BYTES + 1));
}

function startsWith(bytes: Uint8Array, start: readonly number[]): boolean {
  return start.every((byte, index) => bytes[index] === byte);
}
