/// <reference path="./des-js.d.ts" />
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { DES } from 'des.js';
import { requireLength } from './byte-field.ts';

export const DES_BLOCK_BYTES = 8;
export const DES_KEY_BYTES = 8;

const NO_VECTOR = null;
const ZERO_VECTOR = new Uint8Array(DES_BLOCK_BYTES);

/**
 * One block under single DES. Parity bits of the key are not looked at; weak keys are keys too.
 *
 * A MAC takes a new key for each block, and OpenSSL takes longer to begin with a key than JavaScript
 * for the whole block.
 */
export function encryptDes(key: Uint8Array, block: Uint8Array): Uint8Array {
  requireLength('DES key', key, DES_KEY_BYTES);
  requireLength('DES block', block, DES_BLOCK_BYTES);
  return Uint8Array.from(DES.create({ type: 'encrypt', key, padding: false }).update(block));
}

/** The inverse of {@link encryptDes}. */
export function decryptDes(key: Uint8Array, block: Uint8Array): Uint8Array {
  return transform('decrypt', [key, key], block);
}

/** One block under triple DES with two keys: encrypt, decrypt, encrypt with first, second, first. */
export function encryptTripleDes(
  first: Uint8Array,
  second: Uint8Array,
  block: Uint8Array,
): Uint8Array {
  return transform('encrypt', [first, second], block);
}

/** The inverse of {@link encryptTripleDes}. */
export function decryptTripleDes(
  first: Uint8Array,
  second: Uint8Array,
  block: Uint8Array,
): Uint8Array {
  return transform('decrypt', [first, second], block);
}

/** Whole blocks under single DES in CBC, with zeros as initial vector. */
export function encryptDesCbc(key: Uint8Array, data: Uint8Array): Uint8Array {
  const cipher = createCipheriv('des-ede-cbc', keyOf([key, key]), ZERO_VECTOR);
  return Uint8Array.from(cipher.setAutoPadding(false).update(requireBlocks(data)));
}

/** The inverse of {@link encryptDesCbc}. */
export function decryptDesCbc(key: Uint8Array, data: Uint8Array): Uint8Array {
  const decipher = createDecipheriv('des-ede-cbc', keyOf([key, key]), ZERO_VECTOR);
  return Uint8Array.from(decipher.setAutoPadding(false).update(requireBlocks(data)));
}

/**
 * OpenSSL keeps single DES in a module that is not loaded; triple DES with two equal keys is single DES.
 */
function transform(
  direction: 'encrypt' | 'decrypt',
  keys: readonly Uint8Array[],
  block: Uint8Array,
): Uint8Array {
  requireLength('DES block', block, DES_BLOCK_BYTES);
  const create = direction === 'encrypt' ? createCipheriv : createDecipheriv;
  const cipher = create('des-ede', keyOf(keys), NO_VECTOR);
  return Uint8Array.from(cipher.setAutoPadding(false).update(block));
}

function keyOf(keys: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(keys.length * DES_KEY_BYTES);
  for (const [index, key] of keys.entries()) {
    bytes.set(requireLength('DES key', key, DES_KEY_BYTES), index * DES_KEY_BYTES);
  }
  return bytes;
}

function requireBlocks(data: Uint8Array): Uint8Array {
  if (data.length > 0 && data.length % DES_BLOCK_BYTES === 0) return data;
  throw new RangeError(`DES data: expected whole blocks, got ${data.length} bytes`);
}
