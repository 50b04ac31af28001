import { CommandCode } from '../felica/command-code.ts';
import {
  type CardMode,
  decodeRequestResponseRequest,
  decodeRequestServiceRequest,
  decodeRequestSystemCodeRequest,
  decodeSearchServiceCodeRequest,
  encodeRequestResponseResponse,
  encodeRequestServiceResponse,
  encodeRequestSystemCodeResponse,
  encodeSearchServiceCodeResponse,
} from '../felica/inquiry.ts';
import type { CardSystem } from './card-file-system.ts';

/** The system that was asked, and all that the card tells about itself. */
export interface InquiredCard {
  readonly system: CardSystem;
  readonly systems: readonly CardSystem[];
  readonly mode: CardMode;
}

/**
 * Answers the four commands that only ask, which are allowed in every mode and change nothing.
 * `undefined` is silence. The IDm in the frame is the one of `system`: the caller has compared it.
 */
export function answerInquiry(
  card: InquiredCard,
  code: number,
  frame: Uint8Array,
): Uint8Array | undefined {
  switch (code) {
    case CommandCode.requestService:
      return answerRequestService(card, frame);
    case CommandCode.requestResponse:
      return answerRequestResponse(card, frame);
    case CommandCode.searchServiceCode:
      return answerSearchServiceCode(card, frame);
    case CommandCode.requestSystemCode:
      return answerRequestSystemCode(card, frame);
    default:
      return undefined;
  }
}

function answerRequestService({ system }: InquiredCard, frame: Uint8Array): Uint8Array | undefined {
  const request = decodeRequestServiceRequest(frame);
  if (request === undefined) return undefined;
  const keyVersions = request.nodeCodes.map((code) => system.keyVersions.get(code));
  return encodeRequestServiceResponse({ idm: system.idm, keyVersions });
}

function answerRequestResponse(
  { system, mode }: InquiredCard,
  frame: Uint8Array,
): Uint8Array | undefined {
  if (decodeRequestResponseRequest(frame) === undefined) return undefined;
  return encodeRequestResponseResponse({ idm: system.idm, mode });
}

function answerSearchServiceCode(
  { system }: InquiredCard,
  frame: Uint8Array,
): Uint8Array | undefined {
  const request = decodeSearchServiceCodeRequest(frame);
  if (request === undefined) return undefined;
  const found = system.foundNodes[request.index] ?? { kind: 'end' };
  return encodeSearchServiceCodeResponse({ idm: system.idm, found });
}

function answerRequestSystemCode(
  { system, systems }: InquiredCard,
  frame: Uint8Array,
): Uint8Array | undefined {
  if (decodeRequestSystemCodeRequest(frame) === undefined) return undefined;
  const systemCodes = systems.map(({ systemCode }) => systemCode);
  return encodeRequestSystemCodeResponse({ idm: system.idm, systemCodes });
}
