import { ecb } from '@noble/ciphers/aes.js';
import { requireLength } from './byte-field.ts';

export const AES_BLOCK_BYTES = 16;
export const AES_KEY_BYTES = 16;

/** One block under AES-128. The library would also take longer keys, which FeliCa does not have. */
export function encryptBlock(key: Uint8Array, block: Uint8Array): Uint8Array {
  requireLength('AES key', key, AES_KEY_BYTES);
  requireLength('AES block', block, AES_BLOCK_BYTES);
  return ecb(key, { disablePadding: true }).encrypt(block);
}

/** The inverse of {@link encryptBlock}. */
export function decryptBlock(key: Uint8Array, block: Uint8Array): Uint8Array {
  requireLength('AES key', key, AES_KEY_BYTES);
  requireLength('AES block', block, AES_BLOCK_BYTES);
  return ecb(key, { disablePadding: true }).decrypt(block);
}

/** Byte by byte, over the length of `first`; where `second` is shorter the rest stays as it is. */
export function xorBytes(first: Uint8Array, second: Uint8Array): Uint8Array {
  return first.map((byte, index) => byte ^ (second[index] ?? 0));
}
