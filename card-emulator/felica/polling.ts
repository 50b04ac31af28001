import { concatBytes } from '@noble/ciphers/utils.js';
import { decodeU16BE, encodeU8 } from './byte-field.ts';
import { CommandCode, responseCodeOf } from './command-code.ts';
import {
  encodeSystemCode,
  IDM_BYTES,
  type IDm,
  idm,
  PMM_BYTES,
  type PMm,
  pmm,
  type SystemCode,
  systemCode,
} from './identifiers.ts';
import { decodePacket, encodePacket } from './packet.ts';

/** The byte of the command: the number of time slots less one (M617 table 4-8). */
export type TimeSlots = 0x00 | 0x01 | 0x03 | 0x07 | 0x0f;

/** What the card shall append. A card answers a code it does not know as if it were `none`. */
export const RequestCode = {
  none: 0x00,
  systemCode: 0x01,
  communicationPerformance: 0x02,
} as const;

export interface PollingRequest {
  /** Either byte may be FF, which matches any value of that byte. */
  readonly systemCode: SystemCode;
  readonly requestCode: number;
  readonly timeSlots: TimeSlots;
}

export interface PollingResponse {
  readonly idm: IDm;
  readonly pmm: PMm;
  /** Two bytes, where the request asked for them and the card knows them. */
  readonly requestData: Uint8Array | undefined;
}

export const ANY_SYSTEM: SystemCode = systemCode(0xffff);

const TIME_SLOTS: readonly TimeSlots[] = [0x00, 0x01, 0x03, 0x07, 0x0f];
const REQUEST_DATA_BYTES = 2;
const WILDCARD_BYTE = 0xff;

export function encodePollingRequest(request: PollingRequest): Uint8Array {
  if (!TIME_SLOTS.includes(request.timeSlots)) {
    throw new RangeError(`time slots: expected 0, 1, 3, 7 or 15, got ${request.timeSlots}`);
  }
  const data = concatBytes(
    encodeSystemCode(request.systemCode),
    encodeU8('request code', request.requestCode),
    Uint8Array.of(request.timeSlots),
  );
  return encodePacket(CommandCode.polling, data);
}

/** Ignores bytes after the parameters, as cards do. A number of slots that is not defined gets no answer. */
export function decodePollingRequest(packet: Uint8Array): PollingRequest | undefined {
  const decoded = decodePacket(packet);
  if (decoded?.code !== CommandCode.polling) return undefined;
  const { data } = decoded;
  const [, , requestCode, slotByte] = data;
  const timeSlots = TIME_SLOTS.find((slots) => slots === slotByte);
  // The slots are the last parameter: where they are defined, nothing before them is missing.
  if (requestCode === undefined || timeSlots === undefined) return undefined;
  return { systemCode: systemCode(decodeU16BE(data, 0)), requestCode, timeSlots };
}

export function encodePollingResponse(response: {
  readonly idm: IDm;
  readonly pmm: PMm;
  readonly requestData?: Uint8Array | undefined;
}): Uint8Array {
  const requestData = response.requestData ?? new Uint8Array(0);
  if (requestData.length !== 0 && requestData.length !== REQUEST_DATA_BYTES) {
    throw new RangeError(`request data: expected 0 or 2 bytes, got ${requestData.length}`);
  }
  const data = concatBytes(response.idm, response.pmm, requestData);
  return encodePacket(responseCodeOf(CommandCode.polling), data);
}

/** Exactly IDm and PMm, or these and two bytes of request data. */
export function decodePollingResponse(packet: Uint8Array): PollingResponse | undefined {
  const decoded = decodePacket(packet);
  if (decoded?.code !== responseCodeOf(CommandCode.polling)) return undefined;
  const { data } = decoded;
  const requestDataBytes = data.length - IDM_BYTES - PMM_BYTES;
  if (requestDataBytes !== 0 && requestDataBytes !== REQUEST_DATA_BYTES) return undefined;
  return {
    idm: idm(data.subarray(0, IDM_BYTES)),
    pmm: pmm(data.subarray(IDM_BYTES, IDM_BYTES + PMM_BYTES)),
    requestData: requestDataBytes === 0 ? undefined : data.slice(IDM_BYTES + PMM_BYTES),
  };
}

/** Whether a card with the system `held` answers to `polled`: each byte FF matches any byte. */
export function matchesSystemCode(polled: SystemCode, held: SystemCode): boolean {
  return (
    matchesByte(polled >> 8, held >> 8) && matchesByte(polled & WILDCARD_BYTE, held & WILDCARD_BYTE)
  );
}

function matchesByte(polled: number, held: number): boolean {
  return polled === WILDCARD_BYTE || polled === held;
}

/** The request data of request code 02. */
export function encodeCommunicationPerformance(performance: {
  readonly is212kbps: boolean;
  readonly is424kbps: boolean;
  readonly isAutomatic: boolean;
}): Uint8Array {
  const { is212kbps, is424kbps, isAutomatic } = performance;
  return Uint8Array.of(
    0x00,
    (is212kbps ? 0x01 : 0) | (is424kbps ? 0x02 : 0) | (isAutomatic ? 0x80 : 0),
  );
}
