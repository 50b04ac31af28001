import { decodeAddressedPacket, encodeAddressedPacket } from '../felica/addressed-packet.ts';
import { responseCodeOf } from '../felica/command-code.ts';
import {
  encodeSystemCode,
  type IDm,
  type PMm,
  type SystemCode,
  sameBytes,
  systemCode,
} from '../felica/identifiers.ts';
import { decodePacket } from '../felica/packet.ts';
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

/** The older authentication, which a Lite-S answers and does not know. */
const AUTHENTICATION_1 = 0x10;
const AUTHENTICATION_1_ANSWER_BYTES = 16;
/** Two bytes of code, F0 and 00, in the command and, unlike anywhere else, in the answer too. */
const ECHO = 0xf0;
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

/** What a Lite-S answers beyond the commands of a Lite: Echo, and Authentication1 with zeros. */
export function answerLiteSCommand(idm: IDm, frame: Uint8Array): Uint8Array | undefined {
  const packet = decodePacket(frame);
  if (packet?.code === ECHO) {
    const isEcho = packet.data[0] === 0 && packet.data.length <= 1 + ECHO_BYTES_MAX;
    return isEcho ? frame.slice() : undefined;
  }
  const address = decodeAddressedPacket(frame, AUTHENTICATION_1)?.idm;
  if (address === undefined || !sameBytes(address, idm)) return undefined;
  const answer = new Uint8Array(AUTHENTICATION_1_ANSWER_BYTES);
  return encodeAddressedPacket(responseCodeOf(AUTHENTICATION_1), idm, answer);
}

function requestDataOf(system: SystemCode, requestCode: number): Uint8Array | undefined {
  if (requestCode === RequestCode.systemCode) return encodeSystemCode(system);
  if (requestCode === RequestCode.communicationPerformance) return COMMUNICATION_PERFORMANCE;
  return undefined;
}
