import { Buffer } from 'node:buffer';

/** Bit rate and modulation of NFC Forum type F, as nfcpy writes them. */
export type FelicaTechnology = '212F' | '424F';

/** What one datagram says. */
export type UdpDatagram =
  | {
      readonly kind: 'frame';
      readonly technology: FelicaTechnology;
      /** LEN first and without CRC, if it is a frame at all: nobody has looked. */
      readonly frame: Uint8Array;
    }
  | { readonly kind: 'field-off' }
  /** A frame of a technology that no FeliCa card hears. Readers that look for any card send them. */
  | { readonly kind: 'other-technology'; readonly technology: string };

/** As much as nfcpy receives at once. A packet of 255 bytes needs 515. */
export const UDP_DATAGRAM_BYTES_MAX = 1024;

const FIELD_OFF = 'RFOFF';
const FRAME = /^(\d{3}[ABF]) ((?:[0-9a-fA-F]{2})+)$/;

/** `undefined` for anything that is not exactly one datagram of the protocol. */
export function decodeUdpDatagram(bytes: Uint8Array): UdpDatagram | undefined {
  if (bytes.length > UDP_DATAGRAM_BYTES_MAX) return undefined;
  const text = Buffer.from(bytes).toString('latin1');
  if (text === FIELD_OFF) return { kind: 'field-off' };
  const [, technology, digits] = FRAME.exec(text) ?? [];
  if (technology === undefined || digits === undefined) return undefined;
  if (technology !== '212F' && technology !== '424F') {
    return { kind: 'other-technology', technology };
  }
  return { kind: 'frame', technology, frame: Uint8Array.from(Buffer.from(digits, 'hex')) };
}

/** Throws `RangeError` for a frame without bytes: no datagram says nothing. */
export function encodeUdpFrame(technology: FelicaTechnology, frame: Uint8Array): Uint8Array {
  if (frame.length === 0) throw new RangeError('frame: expected at least 1 byte, got 0');
  return Buffer.from(`${technology} ${Buffer.from(frame).toString('hex')}`, 'latin1');
}
