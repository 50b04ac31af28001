import { decodeAddressedPacket, encodeAddressedPacket } from './addressed-packet.ts';
import {
  decodeU8,
  decodeU16LE,
  encodeU8,
  encodeU16LE,
  requireCount,
  requireLength,
} from './byte-field.ts';
import { CommandCode, responseCodeOf } from './command-code.ts';
import {
  decodeNodeCodes,
  encodeNodeCode,
  type IDm,
  NODE_CODE_BYTES,
  type NodeCode,
  nodeCode,
} from './identifiers.ts';
import { decodeFlags, decodeNodeCode, encodeFlags } from './node-inquiry.ts';
import type { StatusFlags } from './status-flag.ts';

/*
 * What lies in an area. Both commands are known from cards and from the phone's own library, not from
 * the manual.
 */

export interface RequestCodeListRequest {
  readonly idm: IDm;
  readonly parent: NodeCode;
  /** Which part of a long list, from 1. */
  readonly packetIndex: number;
}

export interface ListedArea {
  readonly code: NodeCode;
  readonly endCode: NodeCode;
}

/** Both lists are empty after a fault. */
export interface RequestCodeListResponse extends StatusFlags {
  readonly idm: IDm;
  /** Whether a further part follows. */
  readonly isContinued: boolean;
  readonly areas: readonly ListedArea[];
  readonly services: readonly NodeCode[];
}

export interface AreaInformationRequest {
  readonly idm: IDm;
  readonly area: NodeCode;
}

/** Without node and data after a fault. */
export interface AreaInformationResponse extends StatusFlags {
  readonly idm: IDm;
  readonly found: { readonly area: NodeCode; readonly data: Uint8Array } | undefined;
}

/** The most areas, and the most services, in one part of a list. */
export const LISTED_CODES_MAX = 24;

const AREA_BYTES = 2 * NODE_CODE_BYTES;
const AREA_DATA_BYTES = 2;

export function encodeRequestCodeListRequest(request: RequestCodeListRequest): Uint8Array {
  return encodeAddressedPacket(
    CommandCode.requestCodeList,
    request.idm,
    encodeNodeCode(request.parent),
    encodeU16LE('packet index', request.packetIndex),
  );
}

/** Ignores bytes after the parameters. */
export function decodeRequestCodeListRequest(
  packet: Uint8Array,
): RequestCodeListRequest | undefined {
  const decoded = decodeAddressedPacket(packet, CommandCode.requestCodeList);
  const parent = decoded && decodeNodeCode(decoded.parameters);
  if (decoded === undefined || parent === undefined) return undefined;
  if (decoded.parameters.length < NODE_CODE_BYTES + 2) return undefined;
  return {
    idm: decoded.idm,
    parent,
    packetIndex: decodeU16LE(decoded.parameters, NODE_CODE_BYTES),
  };
}

export function encodeRequestCodeListResponse(response: RequestCodeListResponse): Uint8Array {
  const { idm, isContinued, areas, services } = response;
  const code = responseCodeOf(CommandCode.requestCodeList);
  const flags = encodeFlags(response);
  if (response.statusFlag1 !== 0) return encodeAddressedPacket(code, idm, flags);
  requireCount('areas', areas.length, 0, LISTED_CODES_MAX);
  requireCount('services', services.length, 0, LISTED_CODES_MAX);
  return encodeAddressedPacket(
    code,
    idm,
    flags,
    Uint8Array.of(isContinued ? 1 : 0, areas.length),
    ...areas.flatMap((area) => [encodeNodeCode(area.code), encodeNodeCode(area.endCode)]),
    encodeU8('service count', services.length),
    ...services.map(encodeNodeCode),
  );
}

export function decodeRequestCodeListResponse(
  packet: Uint8Array,
): RequestCodeListResponse | undefined {
  const decoded = decodeAddressedPacket(packet, responseCodeOf(CommandCode.requestCodeList));
  const answered = decoded && decodeFlags(decoded.parameters);
  if (decoded === undefined || answered === undefined) return undefined;
  const { flags, rest } = answered;
  const head = { idm: decoded.idm, ...flags };
  if (flags.statusFlag1 !== 0) {
    return rest.length === 0 ? { ...head, isContinued: false, areas: [], services: [] } : undefined;
  }
  const [continued, areaCount] = rest;
  if (areaCount === undefined) return undefined;
  const areasEnd = 2 + areaCount * AREA_BYTES;
  const serviceCount = rest[areasEnd];
  if (serviceCount === undefined) return undefined;
  const services = rest.subarray(areasEnd + 1);
  if (services.length !== serviceCount * NODE_CODE_BYTES) return undefined;
  const areas = Array.from({ length: areaCount }, (_, index): ListedArea => {
    const start = 2 + index * AREA_BYTES;
    const code = nodeCode(decodeU16LE(rest, start));
    return { code, endCode: nodeCode(decodeU16LE(rest, start + NODE_CODE_BYTES)) };
  });
  return { ...head, isContinued: continued === 1, areas, services: decodeNodeCodes(services) };
}

export function encodeAreaInformationRequest(request: AreaInformationRequest): Uint8Array {
  const { idm, area } = request;
  return encodeAddressedPacket(CommandCode.getAreaInformation, idm, encodeNodeCode(area));
}

/** Ignores bytes after the parameters. */
export function decodeAreaInformationRequest(
  packet: Uint8Array,
): AreaInformationRequest | undefined {
  const decoded = decodeAddressedPacket(packet, CommandCode.getAreaInformation);
  const area = decoded && decodeNodeCode(decoded.parameters);
  return decoded && area !== undefined ? { idm: decoded.idm, area } : undefined;
}

export function encodeAreaInformationResponse(response: AreaInformationResponse): Uint8Array {
  const { idm, found } = response;
  const code = responseCodeOf(CommandCode.getAreaInformation);
  const flags = encodeFlags(response);
  if (found === undefined) return encodeAddressedPacket(code, idm, flags);
  requireLength('area data', found.data, AREA_DATA_BYTES);
  return encodeAddressedPacket(code, idm, flags, encodeNodeCode(found.area), found.data);
}

export function decodeAreaInformationResponse(
  packet: Uint8Array,
): AreaInformationResponse | undefined {
  const decoded = decodeAddressedPacket(packet, responseCodeOf(CommandCode.getAreaInformation));
  const answered = decoded && decodeFlags(decoded.parameters);
  if (decoded === undefined || answered === undefined) return undefined;
  const { flags, rest } = answered;
  const head = { idm: decoded.idm, ...flags };
  if (flags.statusFlag1 !== 0) return rest.length === 0 ? { ...head, found: undefined } : undefined;
  if (rest.length !== NODE_CODE_BYTES + AREA_DATA_BYTES) return undefined;
  const area = nodeCode(decodeU8(rest, 0) | (decodeU8(rest, 1) << 8));
  return { ...head, found: { area, data: rest.slice(NODE_CODE_BYTES) } };
}
