import {
  answered,
  HEADER_BYTES,
  LONGEST_READ_BYTES,
  type PseudoApdu,
  type ReaderPersonality,
  readDirectTransmit,
  readReaderCommand,
  SUCCESS,
} from './pcsc-pseudo-apdu.ts';

const TO_CHIP = 0xd4;
const IN_COMMUNICATE_THRU = 0x42;
const RF_CONFIGURATION = 0x32;
const CHIP_HEADER_BYTES = 2;

const CHIP_CONFIGURED: Uint8Array = Uint8Array.of(0xd5, 0x33, ...SUCCESS);
/** Status 01: the card did not answer in time. */
const CHIP_TIMED_OUT: Uint8Array = Uint8Array.of(0xd5, 0x43, 0x01, ...SUCCESS);
/** The chip does not know the command. */
const CHIP_REFUSED: Uint8Array = Uint8Array.of(0x63, 0x7f);

/**
 * ACR122U: what follows `FF 00 00 00 Lc` is a command to its radio chip, a PN532. Of these it knows
 * InCommunicateThru and RFConfiguration; a packet without them is no command (ACR122U API v2.02).
 */
export function acr122Personality(): ReaderPersonality {
  return {
    read,
    reply: (packet) =>
      packet === undefined
        ? CHIP_TIMED_OUT
        : Uint8Array.of(0xd5, 0x43, 0x00, ...packet, ...SUCCESS),
    longestReadBytes: HEADER_BYTES + CHIP_HEADER_BYTES + LONGEST_READ_BYTES,
  };
}

function read(command: Uint8Array): PseudoApdu {
  const request =
    readReaderCommand(command) ?? readDirectTransmit(command, [0xff, 0x00, 0x00, 0x00]);
  if (request.kind !== 'packet') return request;
  const [target, code] = request.packet;
  if (target !== TO_CHIP) return answered(CHIP_REFUSED);
  if (code === RF_CONFIGURATION) return answered(CHIP_CONFIGURED);
  if (code !== IN_COMMUNICATE_THRU) return answered(CHIP_REFUSED);
  return { kind: 'packet', packet: request.packet.subarray(CHIP_HEADER_BYTES) };
}
