import { CommandCode } from '../felica/command-code.ts';
import {
  decodeRequestResponseRequest,
  decodeRequestServiceRequest,
  decodeRequestSystemCodeRequest,
  decodeSearchServiceCodeRequest,
  encodeRequestResponseResponse,
  encodeRequestServiceResponse,
  encodeRequestSystemCodeResponse,
  encodeSearchServiceCodeResponse,
} from '../felica/inquiry.ts';
import type { CardFileSystem } from './card-file-system.ts';
import type { CardNode } from './card-layout.ts';
import type { InquiredCard } from './inquired-card.ts';
import { answerNewerInquiry } from './newer-inquiry.ts';

/**
 * Answers the commands that only ask, which are allowed in every mode and change nothing.
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
      return answerNewerInquiry(card, code, frame);
  }
}

function answerRequestService(
  { fileSystem, system }: InquiredCard,
  frame: Uint8Array,
): Uint8Array | undefined {
  const request = decodeRequestServiceRequest(frame);
  if (request === undefined) return undefined;
  const keyVersions = request.nodeCodes.map((code) =>
    keyVersionOf(fileSystem, system.nodes.get(code)),
  );
  return encodeRequestServiceResponse({ idm: request.idm, keyVersions });
}

/** Of the DES key where there are two: the command is older than the other scheme. */
function keyVersionOf(fileSystem: CardFileSystem, node: CardNode | undefined): number | undefined {
  const slot = node?.des ?? node?.aes ?? node?.open;
  return slot && fileSystem.version(slot);
}

function answerRequestResponse({ mode }: InquiredCard, frame: Uint8Array): Uint8Array | undefined {
  const request = decodeRequestResponseRequest(frame);
  return request && encodeRequestResponseResponse({ idm: request.idm, mode });
}

function answerSearchServiceCode(
  { system }: InquiredCard,
  frame: Uint8Array,
): Uint8Array | undefined {
  const request = decodeSearchServiceCodeRequest(frame);
  if (request === undefined) return undefined;
  const found = system.foundNodes[request.index] ?? { kind: 'end' };
  return encodeSearchServiceCodeResponse({ idm: request.idm, found });
}

function answerRequestSystemCode(
  { fileSystem }: InquiredCard,
  frame: Uint8Array,
): Uint8Array | undefined {
  const request = decodeRequestSystemCodeRequest(frame);
  if (request === undefined) return undefined;
  const systemCodes = fileSystem.systems.map(({ systemCode }) => systemCode);
  return encodeRequestSystemCodeResponse({ idm: request.idm, systemCodes });
}
