import { type KeyObject, sign, verify } from 'node:crypto';
import { sameBytes } from '#felica/identifiers';
import { type EpochMs, epochMs } from '#units';
import { BATCH_SIGNATURE_BYTES, HASH_BYTES } from './batch.ts';

const MAGIC = Uint8Array.of(0x4b, 0x5a, 0x41, 0x31);
const SIGNED_BYTES = 52;
export const ACKNOWLEDGEMENT_BYTES: number = SIGNED_BYTES + BATCH_SIGNATURE_BYTES;

/**
 * The issuer's word that the raw bytes of a batch are stored. Only after it may a terminal count
 * the batch as delivered. It says nothing yet of what the records are worth.
 */
export interface Acknowledgement {
  readonly terminalId: number;
  readonly batchNumber: number;
  readonly batchHash: Uint8Array;
  readonly receivedAt: EpochMs;
}

export function signAcknowledgement(
  privateKey: KeyObject,
  acknowledgement: Acknowledgement,
): Uint8Array {
  const bytes = new Uint8Array(ACKNOWLEDGEMENT_BYTES);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC, 0);
  view.setUint32(4, acknowledgement.terminalId);
  view.setUint32(8, acknowledgement.batchNumber);
  bytes.set(acknowledgement.batchHash, 12);
  view.setBigUint64(44, BigInt(acknowledgement.receivedAt));
  bytes.set(sign(null, bytes.subarray(0, SIGNED_BYTES), privateKey), SIGNED_BYTES);
  return bytes;
}

/** `undefined` unless `bytes` are an acknowledgement with a good signature of that issuer. */
export function verifyAcknowledgement(
  publicKey: KeyObject,
  bytes: Uint8Array,
): Acknowledgement | undefined {
  if (bytes.length !== ACKNOWLEDGEMENT_BYTES) return undefined;
  if (!sameBytes(MAGIC, bytes.subarray(0, MAGIC.length))) return undefined;
  const signature = bytes.subarray(SIGNED_BYTES);
  if (!verify(null, bytes.subarray(0, SIGNED_BYTES), publicKey, signature)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const receivedAt = view.getBigUint64(44);
  if (receivedAt > BigInt(Number.MAX_SAFE_INTEGER)) return undefined;
  return {
    terminalId: view.getUint32(4),
    batchNumber: view.getUint32(8),
    batchHash: bytes.slice(12, 12 + HASH_BYTES),
    receivedAt: epochMs(Number(receivedAt)),
  };
}
