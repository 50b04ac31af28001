import { cbc, cmac } from '@noble/ciphers/aes.js';
import { clean, concatBytes, equalBytes } from '@noble/ciphers/utils.js';
import { AES_BLOCK_BYTES, AES_KEY_BYTES, encryptBlock, xorBytes } from './aes-block.ts';
import {
  decodeU16LE,
  encodeU8,
  encodeU16BE,
  encodeU16LE,
  requireLength,
  requireWhole,
} from './byte-field.ts';
import { decodePacket, encodePacket, PACKET_BYTES_MAX, PACKET_HEADER_BYTES } from './packet.ts';

/** What both ends keep after mutual authentication. It has no counter: the caller counts. */
export interface AesSession {
  readonly encryptionKey: Uint8Array;
  readonly macKey: Uint8Array;
  /** Bytes 2 to 7 of the reader's random number (TID). */
  readonly transactionId: Uint8Array;
  /** The card's four random bytes of Authentication1 (C3C). */
  readonly challenge3C: Uint8Array;
}

export interface AesMessage {
  /** Command or response code. */
  readonly code: number;
  readonly transactionNumber: number;
  readonly payload: Uint8Array;
}

export const TRANSACTION_NUMBER_MAX = 0xffff;

/** Authentication2 is answered with 0, so the first command of a session carries 1. */
export const FIRST_TRANSACTION_NUMBER = 1;

const TRANSACTION_NUMBER_BYTES = 2;
const MAC_BYTES = 8;
const OVERHEAD_BYTES = PACKET_HEADER_BYTES + TRANSACTION_NUMBER_BYTES + MAC_BYTES;

/** The longest payload that one packet carries. */
export const AES_PAYLOAD_BYTES_MAX: number = PACKET_BYTES_MAX - OVERHEAD_BYTES;

const TRANSACTION_ID_BYTES = 6;
const CHALLENGE_3C_BYTES = 4;
const IV_FIRST_BYTE = 0x01;
const MAC_FIRST_BYTE = 0x19;

/** Derives the keys of a session from the two random numbers of mutual authentication. */
export function deriveAesSession(randoms: {
  readonly random1: Uint8Array;
  readonly random2: Uint8Array;
  readonly challenge3C: Uint8Array;
}): AesSession {
  const random1 = requireLength('random 1', randoms.random1, AES_BLOCK_BYTES);
  const random2 = requireLength('random 2', randoms.random2, AES_KEY_BYTES);
  return {
    encryptionKey: encryptBlock(random2, sessionKeyLabel(0x01)),
    macKey: encryptBlock(random2, sessionKeyLabel(0x02)),
    transactionId: random1.slice(2, 2 + TRANSACTION_ID_BYTES),
    challenge3C: requireLength('challenge 3C', randoms.challenge3C, CHALLENGE_3C_BYTES).slice(),
  };
}

/** `0n 03`, zeros, `0100`: the length in bits, as in a key derivation by counter. */
function sessionKeyLabel(counter: number): Uint8Array {
  return Uint8Array.of(counter, 0x03, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01, 0x00);
}

/**
 * One encrypted packet: transaction number in clear, encrypted payload, encrypted MAC.
 *
 * The same transaction number must never seal two payloads of one session: both would be encrypted
 * with the same key stream, and whoever listens could subtract one from the other.
 */
export function sealAesFrame(frame: AesMessage & { readonly session: AesSession }): Uint8Array {
  const { session, code, transactionNumber, payload } = frame;
  if (payload.length > AES_PAYLOAD_BYTES_MAX) {
    throw new RangeError(
      `payload: expected at most ${AES_PAYLOAD_BYTES_MAX} bytes, got ${payload.length}`,
    );
  }
  requireWhole('transaction number', transactionNumber, TRANSACTION_NUMBER_MAX);
  const iv = initialVector(session, { code, transactionNumber, payloadBytes: payload.length });
  const sealed = applyKeyStream(session, iv, { payload, mac: frameMac(session, iv, payload) });
  const data = concatBytes(
    encodeU16LE('transaction number', transactionNumber),
    sealed.payload,
    sealed.mac,
  );
  return encodePacket(code, data);
}

/**
 * `undefined` for a packet that was not sealed with this session, whatever is wrong with it.
 *
 * A valid packet may still be an old one: the caller compares code and transaction number with what
 * it expects.
 */
export function openAesFrame(session: AesSession, packet: Uint8Array): AesMessage | undefined {
  const decoded = decodePacket(packet);
  if (decoded === undefined) return undefined;
  const { code, data } = decoded;
  const payloadBytes = data.length - TRANSACTION_NUMBER_BYTES - MAC_BYTES;
  if (payloadBytes < 0) return undefined;

  const transactionNumber = decodeU16LE(data, 0);
  const iv = initialVector(session, { code, transactionNumber, payloadBytes });
  const opened = applyKeyStream(session, iv, {
    payload: data.subarray(TRANSACTION_NUMBER_BYTES, TRANSACTION_NUMBER_BYTES + payloadBytes),
    mac: data.subarray(TRANSACTION_NUMBER_BYTES + payloadBytes),
  });
  // In constant time: the position of the first wrong byte would help who tries MACs one by one.
  const isGenuine = equalBytes(opened.mac, frameMac(session, iv, opened.payload));
  return isGenuine ? { code, transactionNumber, payload: opened.payload } : undefined;
}

/** The number in the answer to a command; `undefined` where the session has come to its end. */
export function responseTransactionNumber(commandNumber: number): number | undefined {
  return commandNumber < TRANSACTION_NUMBER_MAX ? commandNumber + 1 : undefined;
}

/** `01`, length, code, transaction number, TID, the last three bytes of C3C, `0000`. */
function initialVector(
  session: AesSession,
  header: {
    readonly code: number;
    readonly transactionNumber: number;
    readonly payloadBytes: number;
  },
): Uint8Array {
  return concatBytes(
    Uint8Array.of(IV_FIRST_BYTE, OVERHEAD_BYTES + header.payloadBytes),
    encodeU8('packet code', header.code),
    encodeU16LE('transaction number', header.transactionNumber),
    session.transactionId,
    session.challenge3C.subarray(1),
    new Uint8Array(2),
  );
}

/** CMAC over `19`, the middle of the initial vector, the payload's length, and the payload. */
function frameMac(session: AesSession, iv: Uint8Array, payload: Uint8Array): Uint8Array {
  const message = concatBytes(
    Uint8Array.of(MAC_FIRST_BYTE),
    iv.subarray(1, 14),
    encodeU16BE('payload length', payload.length),
    payload,
  );
  return cmac(message, session.macKey).slice(0, MAC_BYTES);
}

/**
 * Encrypts or decrypts payload and MAC by output feedback (OFB).
 *
 * The MAC takes its key stream from the next whole block after the payload, not from the next byte.
 */
function applyKeyStream(
  session: AesSession,
  iv: Uint8Array,
  part: { readonly payload: Uint8Array; readonly mac: Uint8Array },
): { readonly payload: Uint8Array; readonly mac: Uint8Array } {
  const macOffset = Math.ceil(part.payload.length / AES_BLOCK_BYTES) * AES_BLOCK_BYTES;
  const stream = outputFeedback(session.encryptionKey, iv, macOffset + AES_BLOCK_BYTES);
  const result = {
    payload: xorBytes(part.payload, stream),
    mac: xorBytes(part.mac, stream.subarray(macOffset)),
  };
  clean(stream);
  return result;
}

/** The chain of E(IV), E(E(IV)), …: what CBC yields over zeros, with one key schedule for all blocks. */
function outputFeedback(key: Uint8Array, iv: Uint8Array, byteCount: number): Uint8Array {
  requireLength('AES key', key, AES_KEY_BYTES);
  return cbc(key, iv, { disablePadding: true }).encrypt(new Uint8Array(byteCount));
}
