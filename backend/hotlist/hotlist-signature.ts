import { type KeyObject, sign, verify } from 'node:crypto';

/** Ed25519 (RFC 8032) with the issuer's private key: of a list or of a delta. */
export function signHotList(privateKey: KeyObject, bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(sign(null, bytes, privateKey));
}

/** Takes a decoded list or a decoded delta. */
export function verifyHotListSignature(
  publicKey: KeyObject,
  signed: { readonly signedBytes: Uint8Array; readonly signature: Uint8Array },
): boolean {
  return verify(null, signed.signedBytes, publicKey, signed.signature);
}
