import { bytesToHex, hexToBytes } from '@noble/ciphers/utils.js';

/** Bytes from hexadecimal digits in field groups: `hex('06 00 ffff 00 00')`. */
export function hex(groups: string): Uint8Array {
  return hexToBytes(groups.replaceAll(' ', ''));
}

/** The form in which test failures are easiest to compare. */
export function inHex(bytes: Uint8Array): string {
  return bytesToHex(bytes);
}
