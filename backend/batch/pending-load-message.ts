import { type KeyObject, sign, verify } from 'node:crypto';
import { type IDm, idm, sameBytes } from '#felica/identifiers';
import { type EpochMs, epochMs, type Yen, yen } from '#units';
import { BATCH_SIGNATURE_BYTES } from './batch.ts';

const REQUEST_MAGIC = Uint8Array.of(0x4b, 0x5a, 0x50, 0x31);
const ANSWER_MAGIC = Uint8Array.of(0x4b, 0x5a, 0x4f, 0x31);
const REQUEST_SIGNED_BYTES = 28;
const ANSWER_SIGNED_BYTES = 36;
export const PENDING_LOAD_REQUEST_BYTES: number = REQUEST_SIGNED_BYTES + BATCH_SIGNATURE_BYTES;
export const PENDING_LOAD_ANSWER_BYTES: number = ANSWER_SIGNED_BYTES + BATCH_SIGNATURE_BYTES;

/** A load terminal asks what waits for the card in its field. */
export interface PendingLoadRequest {
  readonly terminalId: number;
  readonly idm: IDm;
  /** As the card stands now. */
  readonly cardCounter: number;
  /** By the terminal's clock. An answer repeats it. */
  readonly time: EpochMs;
}

export type PendingLoadResult = 'none' | 'offered' | 'in-doubt';

/** The issuer's answer to one request. */
export interface PendingLoadReply extends PendingLoadRequest {
  readonly result: PendingLoadResult;
  /** What is offered or in doubt; 0 for nothing. */
  readonly number: number;
  /** 0 unless it is offered. */
  readonly amount: Yen;
}

const RESULTS: readonly PendingLoadResult[] = ['none', 'offered', 'in-doubt'];

/** Fields: batch-format.md. `privateKey` is the terminal's. */
export function signPendingLoadRequest(
  privateKey: KeyObject,
  request: PendingLoadRequest,
): Uint8Array {
  const bytes = new Uint8Array(REQUEST_SIGNED_BYTES);
  writeRequest(bytes, REQUEST_MAGIC, request);
  return signed(privateKey, bytes);
}

/** What the bytes say, before their signature is checked; `undefined` for other bytes. */
export function decodePendingLoadRequest(bytes: Uint8Array): PendingLoadRequest | undefined {
  if (bytes.length !== PENDING_LOAD_REQUEST_BYTES) return undefined;
  return bytes[18] === 0 && bytes[19] === 0 ? readRequest(bytes, REQUEST_MAGIC) : undefined;
}

export function isPendingLoadRequestAuthentic(publicKey: KeyObject, bytes: Uint8Array): boolean {
  return isAuthentic(publicKey, bytes, REQUEST_SIGNED_BYTES);
}

/** Fields: batch-format.md. `privateKey` is the issuer's. */
export function signPendingLoadReply(privateKey: KeyObject, reply: PendingLoadReply): Uint8Array {
  const bytes = new Uint8Array(ANSWER_SIGNED_BYTES);
  writeRequest(bytes, ANSWER_MAGIC, reply);
  bytes[18] = RESULTS.indexOf(reply.result);
  const view = new DataView(bytes.buffer);
  view.setUint32(28, reply.number);
  view.setUint32(32, reply.amount);
  return signed(privateKey, bytes);
}

/** `undefined` unless `bytes` are an answer with a good signature of that issuer. */
export function verifyPendingLoadReply(
  publicKey: KeyObject,
  bytes: Uint8Array,
): PendingLoadReply | undefined {
  if (bytes.length !== PENDING_LOAD_ANSWER_BYTES) return undefined;
  if (!isAuthentic(publicKey, bytes, ANSWER_SIGNED_BYTES)) return undefined;
  const request = readRequest(bytes, ANSWER_MAGIC);
  const result = RESULTS[bytes[18] ?? RESULTS.length];
  if (request === undefined || result === undefined) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return { ...request, result, number: view.getUint32(28), amount: yen(view.getUint32(32)) };
}

function writeRequest(
  bytes: Uint8Array,
  magic: Uint8Array,
  { terminalId, idm: card, cardCounter, time }: PendingLoadRequest,
): void {
  const view = new DataView(bytes.buffer);
  bytes.set(magic, 0);
  view.setUint32(4, terminalId);
  bytes.set(card, 8);
  view.setUint16(16, cardCounter);
  view.setBigUint64(20, BigInt(time));
}

function readRequest(bytes: Uint8Array, magic: Uint8Array): PendingLoadRequest | undefined {
  if (!sameBytes(magic, bytes.subarray(0, magic.length))) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const time = view.getBigUint64(20);
  if (time > BigInt(Number.MAX_SAFE_INTEGER)) return undefined;
  return {
    terminalId: view.getUint32(4),
    idm: idm(bytes.slice(8, 16)),
    cardCounter: view.getUint16(16),
    time: epochMs(Number(time)),
  };
}

function signed(privateKey: KeyObject, bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(Buffer.concat([bytes, sign(null, bytes, privateKey)]));
}

function isAuthentic(publicKey: KeyObject, bytes: Uint8Array, signedBytes: number): boolean {
  return verify(null, bytes.subarray(0, signedBytes), publicKey, bytes.subarray(signedBytes));
}
