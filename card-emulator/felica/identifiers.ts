import { bytesToHex, hexToBytes } from '@noble/ciphers/utils.js';
import {
  decodeU16BE,
  decodeU16LE,
  encodeU16BE,
  encodeU16LE,
  requireLength,
  requireWhole,
} from './byte-field.ts';

declare const identifier: unique symbol;

/**
 * The card's manufacture ID, 8 bytes: manufacturer code (2), card identification (6).
 *
 * The upper four bits of the first byte are the system number, so one physical card has one IDm for
 * each of its systems. It is sent in clear and can be copied: it names a card and proves nothing.
 */
export type IDm = Uint8Array & { readonly [identifier]: 'IDm' };

/** The card's manufacture parameters, 8 bytes: ROM type, IC type, six maximum response times. */
export type PMm = Uint8Array & { readonly [identifier]: 'PMm' };

/** Names a system of a card. Big endian on the air, unlike a node code. */
export type SystemCode = number & { readonly [identifier]: 'SystemCode' };

/** Names an area or a service in a system; FFFF is the system itself. Little endian on the air. */
export type NodeCode = number & { readonly [identifier]: 'NodeCode' };

export const IDM_BYTES = 8;
export const PMM_BYTES = 8;
export const SYSTEM_CODE_BYTES = 2;
export const NODE_CODE_BYTES = 2;

/** Copies the bytes, so that a buffer used again cannot change the name of a card. */
export function idm(bytes: Uint8Array): IDm {
  return requireLength('IDm', bytes, IDM_BYTES).slice() as IDm;
}

/** Copies the bytes, as {@link idm} does. */
export function pmm(bytes: Uint8Array): PMm {
  return requireLength('PMm', bytes, PMM_BYTES).slice() as PMm;
}

export function systemCode(value: number): SystemCode {
  return requireWhole('system code', value, 0xffff) as SystemCode;
}

export function nodeCode(value: number): NodeCode {
  return requireWhole('node code', value, 0xffff) as NodeCode;
}

/** Sixteen lower-case hexadecimal digits: the form in maps, files and JSON. */
export function formatIdm(value: IDm): string {
  return bytesToHex(value);
}

/** The inverse of {@link formatIdm}; upper case is accepted too. */
export function parseIdm(text: string): IDm | undefined {
  return /^[0-9a-f]{16}$/i.test(text) ? idm(hexToBytes(text)) : undefined;
}

/** The last two bytes, for messages that a person reads: enough to tell two taps apart. */
export function shortIdm(value: IDm): string {
  return bytesToHex(value.subarray(-2));
}

/** Not in constant time: for identifiers and contents that are no secret. */
export function sameBytes(first: Uint8Array, second: Uint8Array): boolean {
  if (first.length !== second.length) return false;
  // A loop, because this runs for every frame a card hears.
  for (let index = 0; index < first.length; index += 1) {
    if (first[index] !== second[index]) return false;
  }
  return true;
}

export function encodeSystemCode(code: SystemCode): Uint8Array {
  return encodeU16BE('system code', code);
}

/** Two bytes, such as the request data of Polling with request code 01. */
export function decodeSystemCode(bytes: Uint8Array): SystemCode | undefined {
  return bytes.length === SYSTEM_CODE_BYTES ? systemCode(decodeU16BE(bytes, 0)) : undefined;
}

export function encodeNodeCode(code: NodeCode): Uint8Array {
  return encodeU16LE('node code', code);
}

/** As many node codes as the bytes hold: the caller has cut them to a multiple of two. */
export function decodeNodeCodes(bytes: Uint8Array): readonly NodeCode[] {
  const count = Math.floor(bytes.length / NODE_CODE_BYTES);
  return Array.from({ length: count }, (_, index) =>
    nodeCode(decodeU16LE(bytes, index * NODE_CODE_BYTES)),
  );
}
