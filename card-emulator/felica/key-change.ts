import { concatBytes } from '@noble/ciphers/utils.js';
import { decodeU16LE, encodeU16LE, requireLength } from './byte-field.ts';
import { DES_BLOCK_BYTES, decryptDes, encryptDes } from './des-block.ts';

/*
 * The block that changes a key of the DES scheme. It is written with the access mode for key changes
 * in a session that holds the node, and the block number is the new key's version. Two keys wrap it:
 * the one it replaces and the one of the area around, so the issuer of an area decides too.
 */

export interface KeyChangeKeys {
  /** Of the area around the node, or of the system around the root area. */
  readonly parentKey: Uint8Array;
  readonly oldKey: Uint8Array;
}

const VERSION_OFFSET = 6;

/** Issuer: the block for a new key. Throws `RangeError` for a version of more than two bytes. */
export function encodeDesKeyChange(
  keys: KeyChangeKeys,
  change: { readonly newKey: Uint8Array; readonly version: number },
): Uint8Array {
  const { newKey, version } = change;
  const versionBlock = concatBytes(
    new Uint8Array(VERSION_OFFSET),
    encodeU16LE('key version', version),
  );
  return concatBytes(wrap(keys, encryptDes(newKey, versionBlock)), wrap(keys, newKey));
}

/** Card: the new key, or `undefined` for a block that was not made with these keys for this version. */
export function openDesKeyChange(
  keys: KeyChangeKeys,
  block: Uint8Array,
  version: number,
): Uint8Array | undefined {
  requireLength('key change', block, 2 * DES_BLOCK_BYTES);
  const newKey = unwrap(keys, block.subarray(DES_BLOCK_BYTES));
  const versionBlock = decryptDes(newKey, unwrap(keys, block.subarray(0, DES_BLOCK_BYTES)));
  const isZero = versionBlock.subarray(0, VERSION_OFFSET).every((byte) => byte === 0);
  return isZero && decodeU16LE(versionBlock, VERSION_OFFSET) === version ? newKey : undefined;
}

function wrap({ parentKey, oldKey }: KeyChangeKeys, block: Uint8Array): Uint8Array {
  return encryptDes(parentKey, encryptDes(oldKey, block));
}

function unwrap({ parentKey, oldKey }: KeyChangeKeys, block: Uint8Array): Uint8Array {
  return decryptDes(oldKey, decryptDes(parentKey, block));
}
