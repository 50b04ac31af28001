import { concatBytes } from '@noble/ciphers/utils.js';
import { decodeAddressedPacket, encodeAddressedPacket } from './addressed-packet.ts';
import { type BlockListElement, decodeBlockList, encodeBlockList } from './block-list.ts';
import { decodeU8, encodeU8, requireCount, requireLength } from './byte-field.ts';
import { CommandCode, responseCodeOf } from './command-code.ts';
import {
  decodeNodeCodes,
  encodeNodeCode,
  type IDm,
  NODE_CODE_BYTES,
  type NodeCode,
} from './identifiers.ts';
import type { StatusFlags } from './status-flag.ts';

export interface ReadRequest {
  readonly idm: IDm;
  readonly serviceCodes: readonly NodeCode[];
  readonly elements: readonly BlockListElement[];
}

export interface WriteRequest extends ReadRequest {
  /** One block of 16 bytes for each element, in the same order. */
  readonly blocks: readonly Uint8Array[];
}

export interface WritePayload {
  readonly elements: readonly BlockListElement[];
  readonly blocks: readonly Uint8Array[];
}

/** `blocks` is empty unless status flag 1 is 00. */
export interface ReadResult extends StatusFlags {
  readonly blocks: readonly Uint8Array[];
}

/** Judges what stands behind a payload whose own length is known. */
export type PayloadEnd = (rest: Uint8Array) => boolean;

export const BLOCK_BYTES = 16;
export const SERVICES_MAX = 16;
/** What the longest response holds, encrypted by AES or plain. */
export const READ_BLOCKS_MAX = 15;
/** What the longest request holds, with one service and elements of two bytes (M617 §4.4.6). */
export const WRITE_BLOCKS_MAX = 13;

const STATUS_FLAG_BYTES = 2;

export function encodeReadWithoutEncryptionRequest(request: ReadRequest): Uint8Array {
  return encodeAddressedPacket(
    CommandCode.readWithoutEncryption,
    request.idm,
    encodeServiceList(request.serviceCodes),
    encodeReadPayload(request.elements),
  );
}

/**
 * Judges the form only. Numbers of services and blocks that a card answers with A1 or A2 come through,
 * zero included, and bytes after the parameters are ignored, as cards do.
 */
export function decodeReadWithoutEncryptionRequest(packet: Uint8Array): ReadRequest | undefined {
  const request = decodeServiceList(packet, CommandCode.readWithoutEncryption);
  if (request === undefined) return undefined;
  const list = decodeCountedBlockList(request.rest);
  if (list === undefined) return undefined;
  return { idm: request.idm, serviceCodes: request.serviceCodes, elements: list.elements };
}

export function encodeReadWithoutEncryptionResponse(
  response: ReadResult & { readonly idm: IDm },
): Uint8Array {
  const code = responseCodeOf(CommandCode.readWithoutEncryption);
  return encodeAddressedPacket(code, response.idm, encodeReadResult(response));
}

export function decodeReadWithoutEncryptionResponse(
  packet: Uint8Array,
): (ReadResult & { readonly idm: IDm }) | undefined {
  const decoded = decodeAddressedPacket(packet, responseCodeOf(CommandCode.readWithoutEncryption));
  if (decoded === undefined) return undefined;
  const result = decodeReadResult(decoded.parameters);
  return result && { idm: decoded.idm, ...result };
}

export function encodeWriteWithoutEncryptionRequest(request: WriteRequest): Uint8Array {
  return encodeAddressedPacket(
    CommandCode.writeWithoutEncryption,
    request.idm,
    encodeServiceList(request.serviceCodes),
    encodeWritePayload(request.elements, request.blocks),
  );
}

/** As tolerant as {@link decodeReadWithoutEncryptionRequest}; with too few bytes of data `undefined`. */
export function decodeWriteWithoutEncryptionRequest(packet: Uint8Array): WriteRequest | undefined {
  const request = decodeServiceList(packet, CommandCode.writeWithoutEncryption);
  if (request === undefined) return undefined;
  const write = decodeWriteFields(request.rest);
  if (write === undefined) return undefined;
  const { elements, blocks } = write;
  return { idm: request.idm, serviceCodes: request.serviceCodes, elements, blocks };
}

export function encodeWriteWithoutEncryptionResponse(
  response: StatusFlags & { readonly idm: IDm },
): Uint8Array {
  const code = responseCodeOf(CommandCode.writeWithoutEncryption);
  return encodeAddressedPacket(code, response.idm, encodeWriteResult(response));
}

export function decodeWriteWithoutEncryptionResponse(
  packet: Uint8Array,
): (StatusFlags & { readonly idm: IDm }) | undefined {
  const decoded = decodeAddressedPacket(packet, responseCodeOf(CommandCode.writeWithoutEncryption));
  if (decoded === undefined) return undefined;
  const result = decodeWriteResult(decoded.parameters);
  return result && { idm: decoded.idm, ...result };
}

/** What Read v2 encrypts: the number of elements and the elements. */
export function encodeReadPayload(elements: readonly BlockListElement[]): Uint8Array {
  requireCount('read elements', elements.length, 1, READ_BLOCKS_MAX);
  return concatBytes(encodeU8('element count', elements.length), encodeBlockList(elements));
}

/**
 * Nothing in an encrypted payload is ignored: `mayFollow` judges the bytes behind the elements, for a
 * scheme with padding. Zero elements come through for A2.
 */
export function decodeReadPayload(
  payload: Uint8Array,
  mayFollow: PayloadEnd = isNothing,
): readonly BlockListElement[] | undefined {
  const list = decodeCountedBlockList(payload);
  return list && mayFollow(payload.subarray(list.byteCount)) ? list.elements : undefined;
}

/** What Write v2 encrypts: the number of elements, the elements, the data of each. */
export function encodeWritePayload(
  elements: readonly BlockListElement[],
  blocks: readonly Uint8Array[],
): Uint8Array {
  requireCount('write elements', elements.length, 1, WRITE_BLOCKS_MAX);
  requireCount('blocks to write', blocks.length, elements.length, elements.length);
  return concatBytes(
    encodeU8('element count', elements.length),
    encodeBlockList(elements),
    ...blocks.map((block) => requireLength('block', block, BLOCK_BYTES)),
  );
}

/** As exact as {@link decodeReadPayload}. */
export function decodeWritePayload(
  payload: Uint8Array,
  mayFollow: PayloadEnd = isNothing,
): WritePayload | undefined {
  const write = decodeWriteFields(payload);
  if (write === undefined || !mayFollow(payload.subarray(write.byteCount))) return undefined;
  return { elements: write.elements, blocks: write.blocks };
}

/** The answer to a Read, plain or encrypted. */
export function encodeReadResult(result: ReadResult): Uint8Array {
  const flags = encodeWriteResult(result);
  if (result.statusFlag1 !== 0) {
    requireCount('blocks of a refused read', result.blocks.length, 0, 0);
    return flags;
  }
  requireCount('blocks read', result.blocks.length, 1, READ_BLOCKS_MAX);
  return concatBytes(
    flags,
    encodeU8('block count', result.blocks.length),
    ...result.blocks.map((block) => requireLength('block', block, BLOCK_BYTES)),
  );
}

export function decodeReadResult(
  payload: Uint8Array,
  mayFollow: PayloadEnd = isNothing,
): ReadResult | undefined {
  const flags = decodeStatusFlags(payload);
  if (flags === undefined) return undefined;
  if (flags.statusFlag1 !== 0) {
    return mayFollow(payload.subarray(STATUS_FLAG_BYTES)) ? { ...flags, blocks: [] } : undefined;
  }
  const blockCount = payload[STATUS_FLAG_BYTES];
  if (blockCount === undefined || blockCount === 0 || blockCount > READ_BLOCKS_MAX) {
    return undefined;
  }
  const blocks = payload.subarray(STATUS_FLAG_BYTES + 1);
  const blocksBytes = blockCount * BLOCK_BYTES;
  if (blocks.length < blocksBytes || !mayFollow(blocks.subarray(blocksBytes))) return undefined;
  return { ...flags, blocks: cutBlocks(blocks.subarray(0, blocksBytes)) };
}

/** The answer to a Write, plain or encrypted. */
export function encodeWriteResult(result: StatusFlags): Uint8Array {
  return concatBytes(
    encodeU8('status flag 1', result.statusFlag1),
    encodeU8('status flag 2', result.statusFlag2),
  );
}

export function decodeWriteResult(
  payload: Uint8Array,
  mayFollow: PayloadEnd = isNothing,
): StatusFlags | undefined {
  return mayFollow(payload.subarray(STATUS_FLAG_BYTES)) ? decodeStatusFlags(payload) : undefined;
}

function isNothing(rest: Uint8Array): boolean {
  return rest.length === 0;
}

function encodeServiceList(serviceCodes: readonly NodeCode[]): Uint8Array {
  requireCount('service codes', serviceCodes.length, 1, SERVICES_MAX);
  return concatBytes(
    encodeU8('service count', serviceCodes.length),
    ...serviceCodes.map(encodeNodeCode),
  );
}

function decodeServiceList(
  packet: Uint8Array,
  code: number,
):
  | { readonly idm: IDm; readonly serviceCodes: readonly NodeCode[]; readonly rest: Uint8Array }
  | undefined {
  const decoded = decodeAddressedPacket(packet, code);
  const serviceCount = decoded?.parameters[0];
  if (decoded === undefined || serviceCount === undefined) return undefined;
  const servicesEnd = 1 + serviceCount * NODE_CODE_BYTES;
  if (decoded.parameters.length < servicesEnd) return undefined;
  return {
    idm: decoded.idm,
    serviceCodes: decodeNodeCodes(decoded.parameters.subarray(1, servicesEnd)),
    rest: decoded.parameters.subarray(servicesEnd),
  };
}

/** `byteCount` includes the number of elements itself. */
function decodeCountedBlockList(
  bytes: Uint8Array,
): { readonly elements: readonly BlockListElement[]; readonly byteCount: number } | undefined {
  const elementCount = bytes[0];
  if (elementCount === undefined) return undefined;
  const list = decodeBlockList(bytes.subarray(1), elementCount);
  return list && { elements: list.elements, byteCount: 1 + list.byteCount };
}

function decodeWriteFields(
  bytes: Uint8Array,
): (WritePayload & { readonly byteCount: number }) | undefined {
  const list = decodeCountedBlockList(bytes);
  if (list === undefined) return undefined;
  const byteCount = list.byteCount + list.elements.length * BLOCK_BYTES;
  if (bytes.length < byteCount) return undefined;
  const blocks = cutBlocks(bytes.subarray(list.byteCount, byteCount));
  return { elements: list.elements, blocks, byteCount };
}

function cutBlocks(bytes: Uint8Array): readonly Uint8Array[] {
  const blockCount = bytes.length / BLOCK_BYTES;
  return Array.from({ length: blockCount }, (_, index) =>
    bytes.slice(index * BLOCK_BYTES, (index + 1) * BLOCK_BYTES),
  );
}

function decodeStatusFlags(bytes: Uint8Array): StatusFlags | undefined {
  if (bytes.length < STATUS_FLAG_BYTES) return undefined;
  return { statusFlag1: decodeU8(bytes, 0), statusFlag2: decodeU8(bytes, 1) };
}
