import {
  type PseudoApdu,
  packetReply,
  type ReaderPersonality,
  readDirectTransmit,
  readPseudoApdu,
  readReaderCommand,
  UNKNOWN_INSTRUCTION,
  WRAPPED_READ_BYTES,
} from './pcsc-pseudo-apdu.ts';
import { acr122Personality } from './vpcd-acr122.ts';
import { transparentPersonality } from './vpcd-transparent.ts';

/** The families of readers that the virtual reader can behave like. */
export const READER_PERSONALITIES = [
  'acs-raw',
  'acr122',
  'sony-fffe',
  'transparent',
  'identify-only',
] as const;

export type ReaderPersonalityName = (typeof READER_PERSONALITIES)[number];

/** A reader as it is after it was plugged in. */
export function readerPersonality(name: ReaderPersonalityName): ReaderPersonality {
  switch (name) {
    case 'acs-raw':
      return { read: readPseudoApdu, reply: packetReply, longestReadBytes: WRAPPED_READ_BYTES };
    case 'acr122':
      return acr122Personality();
    case 'sony-fffe':
      return { read: readSony, reply: packetReply, longestReadBytes: WRAPPED_READ_BYTES };
    case 'transparent':
      return transparentPersonality();
    case 'identify-only':
      return { read: readIdentifyOnly, reply: packetReply, longestReadBytes: WRAPPED_READ_BYTES };
  }
}

/** Sony's driver: `FF FE 01 00 Lc <packet>`. */
function readSony(command: Uint8Array): PseudoApdu {
  const own = readReaderCommand(command);
  if (own !== undefined) return own;
  return readDirectTransmit(command, [0xff, 0xfe, 0x01, 0x00]);
}

function readIdentifyOnly(command: Uint8Array): PseudoApdu {
  return readReaderCommand(command) ?? { kind: 'answered', reply: UNKNOWN_INSTRUCTION };
}
