import { concatBytes, equalBytes } from '@noble/ciphers/utils.js';
import { decodeU16LE, encodeU16LE, requireLength } from './byte-field.ts';
import { DES_BLOCK_BYTES, decryptDesCbc, encryptDes, encryptDesCbc } from './des-block.ts';
import { decodePacket, encodePacket, PACKET_HEADER_BYTES } from './packet.ts';

/** What both ends keep after mutual authentication of DES type. It has no counter: the caller counts. */
export interface DesSession {
  /** The card's random number (R2). */
  readonly key: Uint8Array;
  /** Bytes 2 to 7 of the reader's random number (TID). */
  readonly transactionId: Uint8Array;
}

export interface DesMessage {
  /** Command or response code. */
  readonly code: number;
  readonly transactionNumber: number;
  /**
   * As opened it still has its padding, if there was any. Only who knows the payload's own length can
   * tell padding from payload, see {@link isDesPadding}.
   */
  readonly payload: Uint8Array;
}

/** A read answer of 14 blocks is the longest that fits. */
export const DES_READ_BLOCKS_MAX = 14;
/** With block list elements of two bytes. */
export const DES_WRITE_BLOCKS_MAX = 12;
/** What the longest packet carries in whole blocks, behind number and identifier. */
export const DES_PAYLOAD_BYTES_MAX = 232;

const TRANSACTION_NUMBER_BYTES = 2;
const TRANSACTION_ID_BYTES = 6;
const HEADER_BYTES = TRANSACTION_NUMBER_BYTES + TRANSACTION_ID_BYTES;
const MAC_BYTES = DES_BLOCK_BYTES;

export function deriveDesSession(randoms: {
  readonly random1: Uint8Array;
  readonly random2: Uint8Array;
}): DesSession {
  const random1 = requireLength('random 1', randoms.random1, DES_BLOCK_BYTES);
  const random2 = requireLength('random 2', randoms.random2, DES_BLOCK_BYTES);
  return { key: random2.slice(), transactionId: random1.slice(TRANSACTION_NUMBER_BYTES) };
}

/** One encrypted packet: transaction number, TID, payload, padding to whole blocks, MAC. */
export function sealDesFrame(frame: DesMessage & { readonly session: DesSession }): Uint8Array {
  const { session, code, transactionNumber, payload } = frame;
  if (payload.length > DES_PAYLOAD_BYTES_MAX) {
    throw new RangeError(
      `payload: expected at most ${DES_PAYLOAD_BYTES_MAX} bytes, got ${payload.length}`,
    );
  }
  const plain = padded(
    concatBytes(
      encodeU16LE('transaction number', transactionNumber),
      session.transactionId,
      payload,
    ),
  );
  return encodePacket(code, encryptDesCbc(session.key, concatBytes(plain, frameMac(code, plain))));
}

/**
 * `undefined` for a packet that was not sealed with this session, whatever is wrong with it.
 *
 * A valid packet may still be an old one: the caller compares code and transaction number with what
 * it expects.
 */
export function openDesFrame(session: DesSession, packet: Uint8Array): DesMessage | undefined {
  const decoded = decodePacket(packet);
  if (decoded === undefined) return undefined;
  const { code, data } = decoded;
  if (data.length < HEADER_BYTES + MAC_BYTES || data.length % DES_BLOCK_BYTES !== 0) {
    return undefined;
  }
  const opened = decryptDesCbc(session.key, data);
  const plain = opened.subarray(0, -MAC_BYTES);
  // In constant time, and all eight bytes: each byte left out makes a forgery 256 times as likely.
  const isGenuine = equalBytes(opened.subarray(-MAC_BYTES), frameMac(code, plain));
  const transactionId = plain.subarray(TRANSACTION_NUMBER_BYTES, HEADER_BYTES);
  if (!(isGenuine && equalBytes(transactionId, session.transactionId))) return undefined;
  return { code, transactionNumber: decodeU16LE(plain, 0), payload: plain.slice(HEADER_BYTES) };
}

/**
 * Whether `rest`, which stands behind a payload, may be its padding: less than a block, of any bytes.
 * The scheme does not say with what to pad, and the MAC covers it.
 */
export function isDesPadding(rest: Uint8Array): boolean {
  return rest.length < DES_BLOCK_BYTES;
}

/**
 * Each block of the plaintext is the key under which the chain goes on; the length begins it. A DES
 * key has no use for the lowest bit of its bytes, so the MAC does not see those bits of the payload.
 */
function frameMac(code: number, plain: Uint8Array): Uint8Array {
  let mac: Uint8Array = new Uint8Array(MAC_BYTES);
  mac[0] = PACKET_HEADER_BYTES + plain.length + MAC_BYTES;
  mac[1] = code;
  for (let offset = 0; offset < plain.length; offset += DES_BLOCK_BYTES) {
    mac = encryptDes(plain.subarray(offset, offset + DES_BLOCK_BYTES), mac);
  }
  return mac;
}

function padded(bytes: Uint8Array): Uint8Array {
  const missing = (DES_BLOCK_BYTES - (bytes.length % DES_BLOCK_BYTES)) % DES_BLOCK_BYTES;
  return concatBytes(bytes, new Uint8Array(missing).fill(missing));
}
