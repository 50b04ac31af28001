import { type KeyObject, sign, verify } from 'node:crypto';
import type { Batch } from './batch.ts';

/** Ed25519 (RFC 8032) with the terminal's private key. */
export function signBatch(privateKey: KeyObject, bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(sign(null, bytes, privateKey));
}

export function verifyBatchSignature(publicKey: KeyObject, batch: Batch): boolean {
  return verify(null, batch.signedBytes, publicKey, batch.signature);
}
