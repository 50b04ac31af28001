import { concatBytes } from '@noble/ciphers/utils.js';
import { decodeAddressedPacket, encodeAddressedPacket } from './addressed-packet.ts';
import {
  decodeU8,
  decodeU16BE,
  decodeU16LE,
  encodeU8,
  encodeU16LE,
  requireCount,
} from './byte-field.ts';
import { CommandCode, responseCodeOf } from './command-code.ts';
import {
  decodeNodeCodes,
  encodeNodeCode,
  encodeSystemCode,
  type IDm,
  NODE_CODE_BYTES,
  type NodeCode,
  SYSTEM_CODE_BYTES,
  type SystemCode,
  systemCode,
} from './identifiers.ts';
import type { StatusFlags } from './status-flag.ts';

/*
 * Commands that ask a card about itself (M617 §4.4). Every request decoder ignores bytes after the
 * parameters, as cards do with plain commands; every response decoder wants the exact length.
 */

export interface RequestServiceRequest {
  readonly idm: IDm;
  readonly nodeCodes: readonly NodeCode[];
}

export interface RequestServiceResponse {
  readonly idm: IDm;
  /** In the order asked; `undefined` for a node the card does not have. */
  readonly keyVersions: readonly (number | undefined)[];
}

/** 0: fresh; 1: after Authentication1; 2: after Authentication2; 3: being issued (M617 §4.3). */
export type CardMode = 0 | 1 | 2 | 3;

export interface RequestResponseResponse {
  readonly idm: IDm;
  readonly mode: CardMode;
}

export interface SearchServiceCodeRequest {
  readonly idm: IDm;
  /** Position in the card's own order, from 0. */
  readonly index: number;
}

export type FoundNode =
  | { readonly kind: 'area'; readonly code: NodeCode; readonly endCode: NodeCode }
  | { readonly kind: 'service'; readonly code: NodeCode }
  | { readonly kind: 'end' };

export interface SearchServiceCodeResponse {
  readonly idm: IDm;
  readonly found: FoundNode;
}

export interface RequestSystemCodeResponse {
  readonly idm: IDm;
  /** System 0 first. */
  readonly systemCodes: readonly SystemCode[];
}

/** The most nodes in one Request Service. */
export const INQUIRED_NODES_MAX = 32;

const SYSTEMS_MAX = 16;
const ABSENT_NODE = 0xffff;
const END_OF_NODES = 0xffff;
const CARD_MODES: readonly CardMode[] = [0, 1, 2, 3];
const RESET_MODE_RESERVED = new Uint8Array(2);

export function encodeRequestServiceRequest(request: RequestServiceRequest): Uint8Array {
  const { idm, nodeCodes } = request;
  requireCount('node codes', nodeCodes.length, 1, INQUIRED_NODES_MAX);
  const count = encodeU8('node count', nodeCodes.length);
  return encodeAddressedPacket(
    CommandCode.requestService,
    idm,
    count,
    ...nodeCodes.map(encodeNodeCode),
  );
}

export function decodeRequestServiceRequest(packet: Uint8Array): RequestServiceRequest | undefined {
  const decoded = decodeAddressedPacket(packet, CommandCode.requestService);
  const count = decoded?.parameters[0];
  if (decoded === undefined || count === undefined) return undefined;
  if (count === 0 || count > INQUIRED_NODES_MAX) return undefined;
  const nodesEnd = 1 + count * NODE_CODE_BYTES;
  if (decoded.parameters.length < nodesEnd) return undefined;
  const nodeCodes = decodeNodeCodes(decoded.parameters.subarray(1, nodesEnd));
  return { idm: decoded.idm, nodeCodes };
}

export function encodeRequestServiceResponse(response: RequestServiceResponse): Uint8Array {
  const { idm, keyVersions } = response;
  requireCount('key versions', keyVersions.length, 1, INQUIRED_NODES_MAX);
  return encodeAddressedPacket(
    responseCodeOf(CommandCode.requestService),
    idm,
    encodeU8('node count', keyVersions.length),
    ...keyVersions.map(encodeKeyVersion),
  );
}

export function decodeRequestServiceResponse(
  packet: Uint8Array,
): RequestServiceResponse | undefined {
  const counted = decodeCountedPairs(packet, responseCodeOf(CommandCode.requestService));
  if (counted === undefined || counted.count > INQUIRED_NODES_MAX) return undefined;
  const keyVersions = Array.from({ length: counted.count }, (_, index) => {
    const version = decodeU16LE(counted.pairs, 2 * index);
    return version === ABSENT_NODE ? undefined : version;
  });
  return { idm: counted.idm, keyVersions };
}

export function encodeRequestResponseRequest(request: { readonly idm: IDm }): Uint8Array {
  return encodeAddressedPacket(CommandCode.requestResponse, request.idm);
}

export function decodeRequestResponseRequest(
  packet: Uint8Array,
): { readonly idm: IDm } | undefined {
  const decoded = decodeAddressedPacket(packet, CommandCode.requestResponse);
  return decoded && { idm: decoded.idm };
}

export function encodeRequestResponseResponse(response: RequestResponseResponse): Uint8Array {
  const { idm, mode } = response;
  if (!CARD_MODES.includes(mode)) throw new RangeError(`mode: expected 0 to 3, got ${mode}`);
  return encodeAddressedPacket(
    responseCodeOf(CommandCode.requestResponse),
    idm,
    Uint8Array.of(mode),
  );
}

export function decodeRequestResponseResponse(
  packet: Uint8Array,
): RequestResponseResponse | undefined {
  const decoded = decodeAddressedPacket(packet, responseCodeOf(CommandCode.requestResponse));
  if (decoded?.parameters.length !== 1) return undefined;
  const mode = CARD_MODES.find((known) => known === decoded.parameters[0]);
  return mode === undefined ? undefined : { idm: decoded.idm, mode };
}

export function encodeSearchServiceCodeRequest(request: SearchServiceCodeRequest): Uint8Array {
  const index = encodeU16LE('search index', request.index);
  return encodeAddressedPacket(CommandCode.searchServiceCode, request.idm, index);
}

export function decodeSearchServiceCodeRequest(
  packet: Uint8Array,
): SearchServiceCodeRequest | undefined {
  const decoded = decodeAddressedPacket(packet, CommandCode.searchServiceCode);
  if (decoded === undefined || decoded.parameters.length < 2) return undefined;
  return { idm: decoded.idm, index: decodeU16LE(decoded.parameters, 0) };
}

export function encodeSearchServiceCodeResponse(response: SearchServiceCodeResponse): Uint8Array {
  return encodeAddressedPacket(
    responseCodeOf(CommandCode.searchServiceCode),
    response.idm,
    encodeFoundNode(response.found),
  );
}

/** The number of bytes tells an area, which has an end code, from a service. */
export function decodeSearchServiceCodeResponse(
  packet: Uint8Array,
): SearchServiceCodeResponse | undefined {
  const decoded = decodeAddressedPacket(packet, responseCodeOf(CommandCode.searchServiceCode));
  const [code, endCode] = decoded === undefined ? [] : decodeNodeCodes(decoded.parameters);
  if (decoded === undefined || code === undefined) return undefined;
  const { idm, parameters } = decoded;
  if (parameters.length === 2 * NODE_CODE_BYTES && endCode !== undefined) {
    return { idm, found: { kind: 'area', code, endCode } };
  }
  if (parameters.length !== NODE_CODE_BYTES) return undefined;
  return { idm, found: code === END_OF_NODES ? { kind: 'end' } : { kind: 'service', code } };
}

export function encodeRequestSystemCodeRequest(request: { readonly idm: IDm }): Uint8Array {
  return encodeAddressedPacket(CommandCode.requestSystemCode, request.idm);
}

export function decodeRequestSystemCodeRequest(
  packet: Uint8Array,
): { readonly idm: IDm } | undefined {
  const decoded = decodeAddressedPacket(packet, CommandCode.requestSystemCode);
  return decoded && { idm: decoded.idm };
}

export function encodeRequestSystemCodeResponse(response: RequestSystemCodeResponse): Uint8Array {
  const { idm, systemCodes } = response;
  requireCount('system codes', systemCodes.length, 1, SYSTEMS_MAX);
  return encodeAddressedPacket(
    responseCodeOf(CommandCode.requestSystemCode),
    idm,
    encodeU8('system count', systemCodes.length),
    ...systemCodes.map(encodeSystemCode),
  );
}

export function decodeRequestSystemCodeResponse(
  packet: Uint8Array,
): RequestSystemCodeResponse | undefined {
  const counted = decodeCountedPairs(packet, responseCodeOf(CommandCode.requestSystemCode));
  if (counted === undefined || counted.count > SYSTEMS_MAX) return undefined;
  const systemCodes = Array.from({ length: counted.count }, (_, index) =>
    systemCode(decodeU16BE(counted.pairs, SYSTEM_CODE_BYTES * index)),
  );
  return { idm: counted.idm, systemCodes };
}

export function encodeResetModeRequest(request: { readonly idm: IDm }): Uint8Array {
  return encodeAddressedPacket(CommandCode.resetMode, request.idm, RESET_MODE_RESERVED);
}

/** The two reserved bytes must be there; what they hold is not judged (our choice). */
export function decodeResetModeRequest(packet: Uint8Array): { readonly idm: IDm } | undefined {
  const decoded = decodeAddressedPacket(packet, CommandCode.resetMode);
  if (decoded === undefined || decoded.parameters.length < RESET_MODE_RESERVED.length) {
    return undefined;
  }
  return { idm: decoded.idm };
}

export function encodeResetModeResponse(response: StatusFlags & { readonly idm: IDm }): Uint8Array {
  return encodeAddressedPacket(
    responseCodeOf(CommandCode.resetMode),
    response.idm,
    encodeU8('status flag 1', response.statusFlag1),
    encodeU8('status flag 2', response.statusFlag2),
  );
}

export function decodeResetModeResponse(
  packet: Uint8Array,
): (StatusFlags & { readonly idm: IDm }) | undefined {
  const decoded = decodeAddressedPacket(packet, responseCodeOf(CommandCode.resetMode));
  if (decoded?.parameters.length !== 2) return undefined;
  return {
    idm: decoded.idm,
    statusFlag1: decodeU8(decoded.parameters, 0),
    statusFlag2: decodeU8(decoded.parameters, 1),
  };
}

function encodeKeyVersion(version: number | undefined): Uint8Array {
  if (version === ABSENT_NODE) {
    throw new RangeError('key version: ffff means that the node is absent');
  }
  return encodeU16LE('key version', version ?? ABSENT_NODE);
}

function encodeFoundNode(found: FoundNode): Uint8Array {
  if (found.kind === 'end') return encodeU16LE('end of nodes', END_OF_NODES);
  if (found.kind === 'area') {
    return concatBytes(encodeNodeCode(found.code), encodeNodeCode(found.endCode));
  }
  if (found.code === END_OF_NODES) throw new RangeError('service code: ffff means the end');
  return encodeNodeCode(found.code);
}

/** The shape that two responses share: a count from 1, and exactly so many pairs of bytes. */
function decodeCountedPairs(
  packet: Uint8Array,
  code: number,
): { readonly idm: IDm; readonly count: number; readonly pairs: Uint8Array } | undefined {
  const decoded = decodeAddressedPacket(packet, code);
  const count = decoded?.parameters[0];
  if (decoded === undefined || count === undefined || count === 0) return undefined;
  if (decoded.parameters.length !== 1 + 2 * count) return undefined;
  return { idm: decoded.idm, count, pairs: decoded.parameters.subarray(1) };
}
