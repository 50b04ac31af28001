import assert from 'node:assert/strict';
import { concatBytes } from '@noble/ciphers/utils.js';
import { decodeU8, decodeU16LE, requireWhole } from './byte-field.ts';

/** Codes without a meaning. A card answers them with A7, so both ends must be able to name them. */
export type ReservedAccessMode = 2 | 3 | 5 | 6 | 7;

/** `cashback` for a purse with cashback access only; `key-change` for an encrypted Write only. */
export type AccessMode = 'normal' | 'cashback' | 'key-change' | ReservedAccessMode;

/** Names one block of one service in a Read or a Write (M617 §4.2.1). */
export interface BlockListElement {
  /** Position in the service list of the command, or of Authentication1, from 0 to 15. */
  readonly serviceIndex: number;
  readonly accessMode: AccessMode;
  /** From 0 to 65,535; from 256 on the element takes three bytes. */
  readonly blockNumber: number;
}

export interface DecodedBlockList {
  readonly elements: readonly BlockListElement[];
  /** How many bytes the elements took, for whatever follows them. */
  readonly byteCount: number;
}

const ACCESS_MODES: readonly AccessMode[] = ['normal', 'cashback', 2, 3, 'key-change', 5, 6, 7];
const TWO_BYTE_ELEMENT = 0x80;
const SERVICE_INDEX_MAX = 0x0f;

/** The elements in order, without their number. */
export function encodeBlockList(elements: readonly BlockListElement[]): Uint8Array {
  return concatBytes(...elements.map(encodeBlockListElement));
}

/** Two bytes where the block number permits it, else three. */
export function encodeBlockListElement(element: BlockListElement): Uint8Array {
  const { serviceIndex, accessMode, blockNumber } = element;
  const modeCode = ACCESS_MODES.indexOf(accessMode);
  if (modeCode < 0) throw new RangeError(`access mode: expected a known mode, got ${accessMode}`);
  requireWhole('service index', serviceIndex, SERVICE_INDEX_MAX);
  requireWhole('block number', blockNumber, 0xffff);
  const head = (modeCode << 4) | serviceIndex;
  if (blockNumber <= 0xff) return Uint8Array.of(TWO_BYTE_ELEMENT | head, blockNumber);
  return Uint8Array.of(head, blockNumber & 0xff, blockNumber >> 8);
}

/** Reads `count` elements of either length; `undefined` if the bytes end before the last one does. */
export function decodeBlockList(bytes: Uint8Array, count: number): DecodedBlockList | undefined {
  const elements: BlockListElement[] = [];
  let byteCount = 0;
  for (let index = 0; index < count; index += 1) {
    const elementBytes = elementBytesAt(bytes, byteCount);
    if (elementBytes === undefined || byteCount + elementBytes > bytes.length) return undefined;
    elements.push(decodeElement(bytes.subarray(byteCount, byteCount + elementBytes)));
    byteCount += elementBytes;
  }
  return { elements, byteCount };
}

function elementBytesAt(bytes: Uint8Array, offset: number): 2 | 3 | undefined {
  const head = bytes[offset];
  if (head === undefined) return undefined;
  return (head & TWO_BYTE_ELEMENT) === 0 ? 3 : 2;
}

function decodeElement(bytes: Uint8Array): BlockListElement {
  const head = decodeU8(bytes, 0);
  return {
    serviceIndex: head & SERVICE_INDEX_MAX,
    accessMode: accessModeOf(head),
    blockNumber: bytes.length === 2 ? decodeU8(bytes, 1) : decodeU16LE(bytes, 1),
  };
}

function accessModeOf(head: number): AccessMode {
  const mode = ACCESS_MODES[(head >> 4) & 0x07];
  // Three bits select one of eight entries.
  assert(mode !== undefined);
  return mode;
}
