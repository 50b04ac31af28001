import { decodeAddressedPacket, encodeAddressedPacket } from './addressed-packet.ts';
import { decodeU8, decodeU16LE, encodeU8, encodeU16LE } from './byte-field.ts';
import { CommandCode, responseCodeOf } from './command-code.ts';
import type { IDm } from './identifiers.ts';
import { decodeFlags, encodeFlags } from './node-inquiry.ts';
import type { StatusFlags } from './status-flag.ts';

/*
 * Newer commands that ask a system about itself; each request is two bytes of zeros behind the IDm.
 * Request decoders ignore bytes after these, response decoders want the exact length.
 */

export interface SystemRequest {
  readonly idm: IDm;
}

/** What flag and data mean is not public. */
export interface SystemStatusResponse extends StatusFlags {
  readonly idm: IDm;
  readonly flag: number;
  readonly data: Uint8Array;
}

export interface ProductInformationResponse extends StatusFlags {
  readonly idm: IDm;
  readonly data: Uint8Array;
}

/** Versions are two bytes: a leading 8, then binary coded decimals. */
export interface SpecificationVersionResponse extends StatusFlags {
  readonly idm: IDm;
  readonly format: number;
  readonly basicVersion: number;
  /**
   * In the order DES, special, extended overlap, value-limited purse, MAC communication, random ID;
   * 0 for what the card does not have.
   */
  readonly optionVersions: readonly number[];
}

const RESERVED = new Uint8Array(2);

export function encodeSystemStatusRequest({ idm }: SystemRequest): Uint8Array {
  return encodeAddressedPacket(CommandCode.getSystemStatus, idm, RESERVED);
}

export function decodeSystemStatusRequest(packet: Uint8Array): SystemRequest | undefined {
  return decodeSystemRequest(packet, CommandCode.getSystemStatus);
}

export function encodeSystemStatusResponse(response: SystemStatusResponse): Uint8Array {
  const { idm, flag, data } = response;
  const code = responseCodeOf(CommandCode.getSystemStatus);
  const flags = encodeFlags(response);
  if (response.statusFlag1 !== 0) return encodeAddressedPacket(code, idm, flags);
  const head = [encodeU8('flag', flag), encodeU8('data length', data.length)];
  return encodeAddressedPacket(code, idm, flags, ...head, data);
}

export function decodeSystemStatusResponse(packet: Uint8Array): SystemStatusResponse | undefined {
  const answer = decodeAnswer(packet, CommandCode.getSystemStatus);
  if (answer === undefined) return undefined;
  const { head, rest } = answer;
  if (rest === undefined) return { ...head, flag: 0, data: new Uint8Array(0) };
  const [flag, length] = rest;
  if (flag === undefined || length !== rest.length - 2) return undefined;
  return { ...head, flag, data: rest.slice(2) };
}

export function encodeProductInformationRequest({ idm }: SystemRequest): Uint8Array {
  return encodeAddressedPacket(CommandCode.requestProductInformation, idm, RESERVED);
}

export function decodeProductInformationRequest(packet: Uint8Array): SystemRequest | undefined {
  return decodeSystemRequest(packet, CommandCode.requestProductInformation);
}

export function encodeProductInformationResponse(response: ProductInformationResponse): Uint8Array {
  const { idm, data } = response;
  const code = responseCodeOf(CommandCode.requestProductInformation);
  const flags = encodeFlags(response);
  if (response.statusFlag1 !== 0) return encodeAddressedPacket(code, idm, flags);
  return encodeAddressedPacket(code, idm, flags, encodeU8('data length', data.length), data);
}

export function decodeProductInformationResponse(
  packet: Uint8Array,
): ProductInformationResponse | undefined {
  const answer = decodeAnswer(packet, CommandCode.requestProductInformation);
  if (answer === undefined) return undefined;
  const { head, rest } = answer;
  if (rest === undefined) return { ...head, data: new Uint8Array(0) };
  return rest[0] === rest.length - 1 ? { ...head, data: rest.slice(1) } : undefined;
}

export function encodeSpecificationVersionRequest({ idm }: SystemRequest): Uint8Array {
  return encodeAddressedPacket(CommandCode.requestSpecificationVersion, idm, RESERVED);
}

export function decodeSpecificationVersionRequest(packet: Uint8Array): SystemRequest | undefined {
  return decodeSystemRequest(packet, CommandCode.requestSpecificationVersion);
}

export function encodeSpecificationVersionResponse(
  response: SpecificationVersionResponse,
): Uint8Array {
  const { idm, format, basicVersion, optionVersions } = response;
  const code = responseCodeOf(CommandCode.requestSpecificationVersion);
  const flags = encodeFlags(response);
  if (response.statusFlag1 !== 0) return encodeAddressedPacket(code, idm, flags);
  return encodeAddressedPacket(
    code,
    idm,
    flags,
    encodeU8('format', format),
    encodeU16LE('basic version', basicVersion),
    encodeU8('option count', optionVersions.length),
    ...optionVersions.map((version) => encodeU16LE('option version', version)),
  );
}

export function decodeSpecificationVersionResponse(
  packet: Uint8Array,
): SpecificationVersionResponse | undefined {
  const answer = decodeAnswer(packet, CommandCode.requestSpecificationVersion);
  if (answer === undefined) return undefined;
  const { head, rest } = answer;
  if (rest === undefined) return { ...head, format: 0, basicVersion: 0, optionVersions: [] };
  const optionCount = rest[3];
  if (optionCount === undefined || rest.length !== 4 + 2 * optionCount) return undefined;
  const optionVersions = Array.from({ length: optionCount }, (_, index) =>
    decodeU16LE(rest, 4 + 2 * index),
  );
  return {
    ...head,
    format: decodeU8(rest, 0),
    basicVersion: decodeU16LE(rest, 1),
    optionVersions,
  };
}

function decodeSystemRequest(packet: Uint8Array, code: number): SystemRequest | undefined {
  const decoded = decodeAddressedPacket(packet, code);
  return decoded && decoded.parameters.length >= RESERVED.length ? { idm: decoded.idm } : undefined;
}

/** `rest` is absent after a fault, behind which nothing stands. */
function decodeAnswer(
  packet: Uint8Array,
  command: number,
):
  | {
      readonly head: StatusFlags & { readonly idm: IDm };
      readonly rest: Uint8Array | undefined;
    }
  | undefined {
  const decoded = decodeAddressedPacket(packet, responseCodeOf(command));
  const answered = decoded && decodeFlags(decoded.parameters);
  if (decoded === undefined || answered === undefined) return undefined;
  const head = { idm: decoded.idm, ...answered.flags };
  if (answered.flags.statusFlag1 === 0) return { head, rest: answered.rest };
  return answered.rest.length === 0 ? { head, rest: undefined } : undefined;
}
