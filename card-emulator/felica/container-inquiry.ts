import { decodeAddressedPacket, encodeAddressedPacket } from './addressed-packet.ts';
import { requireLength } from './byte-field.ts';
import { CommandCode, responseCodeOf } from './command-code.ts';
import { IDM_BYTES, type IDm, idm } from './identifiers.ts';
import { decodePacket, encodePacket } from './packet.ts';

/* What the FeliCa chip of a phone tells about itself; cards do not answer these. */

export interface ContainerIssueResponse {
  readonly idm: IDm;
  /** Version of the format, 5 bytes. */
  readonly format: Uint8Array;
  /** Model of the phone, 11 bytes. */
  readonly model: Uint8Array;
}

export const CONTAINER_FORMAT_BYTES = 5;
export const CONTAINER_MODEL_BYTES = 11;

const RESERVED = new Uint8Array(2);

export function encodeContainerIssueRequest(request: { readonly idm: IDm }): Uint8Array {
  return encodeAddressedPacket(CommandCode.getContainerIssueInformation, request.idm, RESERVED);
}

/** Ignores bytes after the parameters. */
export function decodeContainerIssueRequest(packet: Uint8Array): { readonly idm: IDm } | undefined {
  const decoded = decodeAddressedPacket(packet, CommandCode.getContainerIssueInformation);
  return decoded && decoded.parameters.length >= RESERVED.length ? { idm: decoded.idm } : undefined;
}

export function encodeContainerIssueResponse(response: ContainerIssueResponse): Uint8Array {
  return encodeAddressedPacket(
    responseCodeOf(CommandCode.getContainerIssueInformation),
    response.idm,
    requireLength('container format', response.format, CONTAINER_FORMAT_BYTES),
    requireLength('container model', response.model, CONTAINER_MODEL_BYTES),
  );
}

export function decodeContainerIssueResponse(
  packet: Uint8Array,
): ContainerIssueResponse | undefined {
  const code = responseCodeOf(CommandCode.getContainerIssueInformation);
  const decoded = decodeAddressedPacket(packet, code);
  if (decoded?.parameters.length !== CONTAINER_FORMAT_BYTES + CONTAINER_MODEL_BYTES) {
    return undefined;
  }
  return {
    idm: decoded.idm,
    format: decoded.parameters.slice(0, CONTAINER_FORMAT_BYTES),
    model: decoded.parameters.slice(CONTAINER_FORMAT_BYTES),
  };
}

/** Bears no IDm: it asks whatever chip is there. */
export function encodeContainerIdRequest(): Uint8Array {
  return encodePacket(CommandCode.getContainerId, RESERVED);
}

/** Ignores bytes after the parameters. */
export function isContainerIdRequest(packet: Uint8Array): boolean {
  const decoded = decodePacket(packet);
  if (decoded?.code !== CommandCode.getContainerId) return false;
  return decoded.data.length >= RESERVED.length;
}

export function encodeContainerIdResponse(containerId: IDm): Uint8Array {
  return encodePacket(responseCodeOf(CommandCode.getContainerId), containerId);
}

export function decodeContainerIdResponse(packet: Uint8Array): IDm | undefined {
  const decoded = decodePacket(packet);
  if (decoded?.code !== responseCodeOf(CommandCode.getContainerId)) return undefined;
  return decoded.data.length === IDM_BYTES ? idm(decoded.data) : undefined;
}
