import { decodeAddressedPacket, encodeAddressedPacket } from '../felica/addressed-packet.ts';
import { CommandCode, responseCodeOf } from '../felica/command-code.ts';
import { decodeEcho } from '../felica/echo.ts';
import {
  encodeSystemCode,
  type IDm,
  type PMm,
  type SystemCode,
  sameBytes,
  systemCode,
} from '../felica/identifiers.ts';
import {
  decodePollingRequest,
  encodeCommunicationPerformance,
  encodePollingResponse,
  matchesSystemCode,
  RequestCode,
} from '../felica/polling.ts';

const LITE_SYSTEM: SystemCode = systemCode(0x88b4);
const NDEF_SYSTEM: SystemCode = systemCode(0x12fc);

/** A Lite-S answers request code 02 with two bytes; which ones is our choice. */
const COMMUNICATION_PERFORMANCE: Uint8Array = encodeCommunicationPerformance({
  is212kbps: true,
  is424kbps: true,
  isAutomatic: true,
});

const AUTHENTICATION_1_ANSWER_BYTES = 16;
const ECHO_BYTES_MAX = 75;

/** The wildcard finds the system of the card before that of NDEF. */
export function answerLitePolling(
  card: { readonly idm: IDm; readonly pmm: PMm },
  isNdef: boolean,
  frame: Uint8Array,
): Uint8Array | undefined {
  const request = decodePollingRequest(frame);
  if (request === undefined) return undefined;
  const systems = isNdef ? [LITE_SYSTEM, NDEF_SYSTEM] : [LITE_SYSTEM];
  const system = systems.find((held) => matchesSystemCode(request.systemCode, held));
  if (system === undefined) return undefined;
  const requestData = requestDataOf(system, request.requestCode);
  return encodePollingResponse({ idm: card.idm, pmm: card.pmm, requestData });
}

/**
 * What a Lite-S answers beyond the commands of a Lite: Echo, and Authentication1, which it does not
 * know, with zeros.
 */
export function answerLiteSCommand(idm: IDm, frame: Uint8Array): Uint8Array | undefined {
  const echo = decodeEcho(frame);
  if (echo !== undefined) return echo.length <= ECHO_BYTES_MAX ? frame.slice() : undefined;
  const address = decodeAddressedPacket(frame, CommandCode.authentication1)?.idm;
  if (address === undefined || !sameBytes(address, idm)) return undefined;
  const answer = new Uint8Array(AUTHENTICATION_1_ANSWER_BYTES);
  return encodeAddressedPacket(responseCodeOf(CommandCode.authentication1), idm, answer);
}

function requestDataOf(system: SystemCode, requestCode: number): Uint8Array | undefined {
  if (requestCode === RequestCode.systemCode) return encodeSystemCode(system);
  if (requestCode === RequestCode.communicationPerformance) return COMMUNICATION_PERFORMANCE;
  return undefined;
}
