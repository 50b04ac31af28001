import { concatBytes } from '@noble/ciphers/utils.js';
import { IDM_BYTES, type IDm, idm } from './identifiers.ts';
import { decodePacket, encodePacket } from './packet.ts';

/** What follows the code in every packet but Polling and the encrypted ones. */
export interface AddressedPacket {
  readonly idm: IDm;
  readonly parameters: Uint8Array;
}

export function encodeAddressedPacket(
  code: number,
  address: IDm,
  ...parameters: readonly Uint8Array[]
): Uint8Array {
  return encodePacket(code, concatBytes(address, ...parameters));
}

/** `undefined` for another code, a wrong length byte, or too few bytes for an IDm. */
export function decodeAddressedPacket(
  packet: Uint8Array,
  code: number,
): AddressedPacket | undefined {
  const decoded = decodePacket(packet);
  if (decoded === undefined || decoded.code !== code) return undefined;
  if (decoded.data.length < IDM_BYTES) return undefined;
  return {
    idm: idm(decoded.data.subarray(0, IDM_BYTES)),
    parameters: decoded.data.subarray(IDM_BYTES),
  };
}
