import { concatBytes } from '@noble/ciphers/utils.js';
import { decodeAddressedPacket, encodeAddressedPacket } from './addressed-packet.ts';
import { decodeU8, decodeU16LE, encodeU8, encodeU16LE, requireCount } from './byte-field.ts';
import { CommandCode, responseCodeOf } from './command-code.ts';
import {
  decodeNodeCodes,
  encodeNodeCode,
  type IDm,
  NODE_CODE_BYTES,
  type NodeCode,
  nodeCode,
} from './identifiers.ts';
import { INQUIRED_NODES_MAX } from './inquiry.ts';
import type { StatusFlags } from './status-flag.ts';

/*
 * Newer commands that ask for several nodes of a system. M617 describes Request Service v2; the
 * others are known from cards by open tools. Request decoders ignore bytes after the parameters,
 * response decoders want the exact length.
 */

/** Which schemes a card has, as Request Service v2 names them. */
export const CryptoId = {
  desOnly56: 0x2f,
  desOnly112: 0x3f,
  aesAndDes56: 0x41,
  aesAndDes112: 0x43,
  aesOnly: 0x4f,
} as const;

export interface NodesRequest {
  readonly idm: IDm;
  readonly nodeCodes: readonly NodeCode[];
}

export interface RequestServiceV2Response extends StatusFlags {
  readonly idm: IDm;
  readonly cryptoId: number;
  /** In the order asked; `undefined` for a node that the card does not have. Empty after a fault. */
  readonly keyVersions: readonly (number | undefined)[];
  /** Those of the DES keys, on a card with both schemes. */
  readonly desKeyVersions?: readonly (number | undefined)[];
}

export interface BlockInformationResponse {
  readonly idm: IDm;
  /** Blocks of a service, free blocks of an area; `undefined` for a node that is not there. */
  readonly blockCounts: readonly (number | undefined)[];
}

/** What a node has beyond its code: limits of a purse, or whether it speaks with MACs. */
export const NodePropertyType = { valueLimitedPurse: 0x00, macCommunication: 0x01 } as const;

export interface NodePropertyRequest extends NodesRequest {
  readonly propertyType: number;
}

export interface PurseLimitProperty {
  readonly isEnabled: boolean;
  readonly upper: number;
  readonly lower: number;
  readonly generation: number;
}

/** The properties are empty after a fault. */
export interface PurseLimitResponse extends StatusFlags {
  readonly idm: IDm;
  readonly properties: readonly PurseLimitProperty[];
}

export interface MacCommunicationResponse extends StatusFlags {
  readonly idm: IDm;
  readonly isEnabled: readonly boolean[];
}

export const NODE_PROPERTIES_MAX = 16;

const ABSENT_NODE = 0xffff;
const VERSION_BYTES = 2;
const PURSE_LIMIT_BYTES = 10;
const DUAL_CRYPTO_IDS: readonly number[] = [CryptoId.aesAndDes56, CryptoId.aesAndDes112];

export function encodeRequestServiceV2Request(request: NodesRequest): Uint8Array {
  return encodeNodesRequest(CommandCode.requestServiceV2, request);
}

/** Numbers of nodes that a card answers with A1 come through, zero included. */
export function decodeRequestServiceV2Request(packet: Uint8Array): NodesRequest | undefined {
  return decodeNodesRequest(packet, CommandCode.requestServiceV2);
}

export function encodeRequestServiceV2Response(response: RequestServiceV2Response): Uint8Array {
  const { idm, cryptoId, keyVersions, desKeyVersions = [] } = response;
  const flags = encodeFlags(response);
  const code = responseCodeOf(CommandCode.requestServiceV2);
  if (response.statusFlag1 !== 0) return encodeAddressedPacket(code, idm, flags);
  requireCount('key versions', keyVersions.length, 1, INQUIRED_NODES_MAX);
  const hasBoth = DUAL_CRYPTO_IDS.includes(cryptoId);
  const desCount = hasBoth ? keyVersions.length : 0;
  requireCount('DES key versions', desKeyVersions.length, desCount, desCount);
  return encodeAddressedPacket(
    code,
    idm,
    flags,
    encodeU8('crypto ID', cryptoId),
    encodeU8('node count', keyVersions.length),
    ...[...keyVersions, ...desKeyVersions].map(encodeOptional),
  );
}

export function decodeRequestServiceV2Response(
  packet: Uint8Array,
): RequestServiceV2Response | undefined {
  const decoded = decodeAddressedPacket(packet, responseCodeOf(CommandCode.requestServiceV2));
  const answered = decoded && decodeFlags(decoded.parameters);
  if (decoded === undefined || answered === undefined) return undefined;
  const { idm } = decoded;
  const { flags, rest } = answered;
  if (flags.statusFlag1 !== 0) {
    return rest.length === 0 ? { idm, ...flags, cryptoId: 0, keyVersions: [] } : undefined;
  }
  const [cryptoId, count] = rest;
  if (cryptoId === undefined || count === undefined || count === 0) return undefined;
  const hasBoth = DUAL_CRYPTO_IDS.includes(cryptoId);
  const versions = rest.subarray(2);
  if (versions.length !== count * VERSION_BYTES * (hasBoth ? 2 : 1)) return undefined;
  const all = decodeOptionals(versions);
  const keyVersions = all.slice(0, count);
  return {
    idm,
    ...flags,
    cryptoId,
    keyVersions,
    ...(hasBoth && { desKeyVersions: all.slice(count) }),
  };
}

export function encodeBlockInformationRequest(request: NodesRequest): Uint8Array {
  return encodeNodesRequest(CommandCode.requestBlockInformation, request);
}

/** The answer has no status flags, so a number of nodes that it cannot hold is no request. */
export function decodeBlockInformationRequest(packet: Uint8Array): NodesRequest | undefined {
  const request = decodeNodesRequest(packet, CommandCode.requestBlockInformation);
  const count = request?.nodeCodes.length ?? 0;
  return count >= 1 && count <= INQUIRED_NODES_MAX ? request : undefined;
}

export function encodeBlockInformationResponse(response: BlockInformationResponse): Uint8Array {
  const { idm, blockCounts } = response;
  requireCount('block counts', blockCounts.length, 1, INQUIRED_NODES_MAX);
  return encodeAddressedPacket(
    responseCodeOf(CommandCode.requestBlockInformation),
    idm,
    encodeU8('node count', blockCounts.length),
    ...blockCounts.map(encodeOptional),
  );
}

export function decodeBlockInformationResponse(
  packet: Uint8Array,
): BlockInformationResponse | undefined {
  const code = responseCodeOf(CommandCode.requestBlockInformation);
  const decoded = decodeAddressedPacket(packet, code);
  const count = decoded?.parameters[0];
  if (decoded === undefined || count === undefined || count === 0) return undefined;
  const counts = decoded.parameters.subarray(1);
  if (counts.length !== count * VERSION_BYTES) return undefined;
  return { idm: decoded.idm, blockCounts: decodeOptionals(counts) };
}

export function encodeNodePropertyRequest(request: NodePropertyRequest): Uint8Array {
  const { idm, propertyType, nodeCodes } = request;
  requireCount('node codes', nodeCodes.length, 1, NODE_PROPERTIES_MAX);
  return encodeAddressedPacket(
    CommandCode.getNodeProperty,
    idm,
    encodeU8('property type', propertyType),
    encodeU8('node count', nodeCodes.length),
    ...nodeCodes.map(encodeNodeCode),
  );
}

/** As tolerant as {@link decodeRequestServiceV2Request}. */
export function decodeNodePropertyRequest(packet: Uint8Array): NodePropertyRequest | undefined {
  const decoded = decodeAddressedPacket(packet, CommandCode.getNodeProperty);
  const propertyType = decoded?.parameters[0];
  if (decoded === undefined || propertyType === undefined) return undefined;
  const nodeCodes = decodeNodeList(decoded.parameters.subarray(1));
  return nodeCodes && { idm: decoded.idm, propertyType, nodeCodes };
}

/** The answer for the property type of value-limited purses. */
export function encodePurseLimitResponse(response: PurseLimitResponse): Uint8Array {
  return encodePropertyResponse(response, response.properties.map(encodePurseLimit));
}

export function decodePurseLimitResponse(packet: Uint8Array): PurseLimitResponse | undefined {
  const answer = decodePropertyResponse(packet, PURSE_LIMIT_BYTES);
  return answer && { ...answer.head, properties: answer.properties.map(decodePurseLimit) };
}

/** The answer for the property type of MAC communication. */
export function encodeMacCommunicationResponse(response: MacCommunicationResponse): Uint8Array {
  const properties = response.isEnabled.map((isEnabled) => Uint8Array.of(isEnabled ? 1 : 0));
  return encodePropertyResponse(response, properties);
}

export function decodeMacCommunicationResponse(
  packet: Uint8Array,
): MacCommunicationResponse | undefined {
  const answer = decodePropertyResponse(packet, 1);
  return answer && { ...answer.head, isEnabled: answer.properties.map(([flag]) => flag === 1) };
}

function encodePurseLimit(property: PurseLimitProperty): Uint8Array {
  const { isEnabled, upper, lower, generation } = property;
  const bytes = new Uint8Array(PURSE_LIMIT_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, isEnabled ? 1 : 0);
  view.setInt32(1, upper, true);
  view.setInt32(5, lower, true);
  view.setUint8(9, generation);
  return bytes;
}

function decodePurseLimit(bytes: Uint8Array): PurseLimitProperty {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    isEnabled: view.getUint8(0) === 1,
    upper: view.getInt32(1, true),
    lower: view.getInt32(5, true),
    generation: view.getUint8(9),
  };
}

function encodePropertyResponse(
  response: StatusFlags & { readonly idm: IDm },
  properties: readonly Uint8Array[],
): Uint8Array {
  const code = responseCodeOf(CommandCode.getNodeProperty);
  const flags = encodeFlags(response);
  if (response.statusFlag1 !== 0) return encodeAddressedPacket(code, response.idm, flags);
  requireCount('properties', properties.length, 1, NODE_PROPERTIES_MAX);
  const count = encodeU8('node count', properties.length);
  return encodeAddressedPacket(code, response.idm, flags, count, ...properties);
}

function decodePropertyResponse(
  packet: Uint8Array,
  propertyBytes: number,
):
  | {
      readonly head: StatusFlags & { readonly idm: IDm };
      readonly properties: readonly Uint8Array[];
    }
  | undefined {
  const decoded = decodeAddressedPacket(packet, responseCodeOf(CommandCode.getNodeProperty));
  const answered = decoded && decodeFlags(decoded.parameters);
  if (decoded === undefined || answered === undefined) return undefined;
  const { flags, rest } = answered;
  const head = { idm: decoded.idm, ...flags };
  if (flags.statusFlag1 !== 0) return rest.length === 0 ? { head, properties: [] } : undefined;
  const [count] = rest;
  const bytes = rest.subarray(1);
  if (count === undefined || count === 0 || count > NODE_PROPERTIES_MAX) return undefined;
  if (bytes.length !== count * propertyBytes) return undefined;
  const properties = Array.from({ length: count }, (_, index) =>
    bytes.slice(index * propertyBytes, (index + 1) * propertyBytes),
  );
  return { head, properties };
}

function encodeNodesRequest(code: number, { idm, nodeCodes }: NodesRequest): Uint8Array {
  requireCount('node codes', nodeCodes.length, 1, INQUIRED_NODES_MAX);
  const count = encodeU8('node count', nodeCodes.length);
  return encodeAddressedPacket(code, idm, count, ...nodeCodes.map(encodeNodeCode));
}

function decodeNodesRequest(packet: Uint8Array, code: number): NodesRequest | undefined {
  const decoded = decodeAddressedPacket(packet, code);
  const nodeCodes = decoded && decodeNodeList(decoded.parameters);
  return decoded && nodeCodes && { idm: decoded.idm, nodeCodes };
}

function decodeNodeList(bytes: Uint8Array): readonly NodeCode[] | undefined {
  const [count] = bytes;
  if (count === undefined) return undefined;
  const end = 1 + count * NODE_CODE_BYTES;
  return bytes.length < end ? undefined : decodeNodeCodes(bytes.subarray(1, end));
}

/** Two bytes of which FFFF says that there is nothing. */
function encodeOptional(value: number | undefined): Uint8Array {
  if (value === ABSENT_NODE) throw new RangeError('ffff means that the node is absent');
  return encodeU16LE('value of a node', value ?? ABSENT_NODE);
}

function decodeOptionals(bytes: Uint8Array): readonly (number | undefined)[] {
  return Array.from({ length: bytes.length / VERSION_BYTES }, (_, index) => {
    const value = decodeU16LE(bytes, index * VERSION_BYTES);
    return value === ABSENT_NODE ? undefined : value;
  });
}

export function encodeFlags({ statusFlag1, statusFlag2 }: StatusFlags): Uint8Array {
  return concatBytes(
    encodeU8('status flag 1', statusFlag1),
    encodeU8('status flag 2', statusFlag2),
  );
}

export function decodeFlags(
  parameters: Uint8Array,
): { readonly flags: StatusFlags; readonly rest: Uint8Array } | undefined {
  if (parameters.length < 2) return undefined;
  const flags = { statusFlag1: decodeU8(parameters, 0), statusFlag2: decodeU8(parameters, 1) };
  return { flags, rest: parameters.subarray(2) };
}

/** One node of two bytes at the beginning of `bytes`. */
export function decodeNodeCode(bytes: Uint8Array): NodeCode | undefined {
  return bytes.length < NODE_CODE_BYTES ? undefined : nodeCode(decodeU16LE(bytes, 0));
}
