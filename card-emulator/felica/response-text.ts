import { bytesToHex } from '@noble/ciphers/utils.js';
import { decodeAreaInformationResponse, decodeRequestCodeListResponse } from './area-inquiry.ts';
import {
  decodeReadWithoutEncryptionResponse,
  decodeWriteWithoutEncryptionResponse,
} from './block-access.ts';
import { CommandCode, responseCodeOf } from './command-code.ts';
import { echoWords, hexOrNothing, idmWords, sealed, transactionWords } from './command-text.ts';
import { decodeContainerIdResponse, decodeContainerIssueResponse } from './container-inquiry.ts';
import {
  decodeRequestResponseResponse,
  decodeRequestServiceResponse,
  decodeRequestSystemCodeResponse,
  decodeResetModeResponse,
  decodeSearchServiceCodeResponse,
  type FoundNode,
} from './inquiry.ts';
import {
  decodeBlockInformationResponse,
  decodePurseLimitResponse,
  decodeRequestServiceV2Response,
} from './node-inquiry.ts';
import { describeNode, describeSystem } from './node-text.ts';
import { PACKET_HEADER_BYTES } from './packet.ts';
import { decodePollingResponse } from './polling.ts';
import { describeStatus } from './status-text.ts';
import {
  decodeProductInformationResponse,
  decodeSpecificationVersionResponse,
  decodeSystemStatusResponse,
} from './system-inquiry.ts';

/** What stands behind the name of an answer; `undefined` where it cannot be read. */
export function responseWords(frame: Uint8Array): readonly string[] | undefined {
  switch (frame[1]) {
    case responseCodeOf(CommandCode.polling):
      return pollingWords(frame);
    case responseCodeOf(CommandCode.authentication2):
    case responseCodeOf(CommandCode.read):
    case responseCodeOf(CommandCode.write):
      return [sealed(frame.length - PACKET_HEADER_BYTES)];
    case responseCodeOf(CommandCode.authentication2V2):
    case responseCodeOf(CommandCode.readV2):
    case responseCodeOf(CommandCode.writeV2):
      return transactionWords(frame);
    case responseCodeOf(CommandCode.getContainerId): {
      const id = decodeContainerIdResponse(frame);
      return id && [`container ${bytesToHex(id)}`];
    }
    case CommandCode.echo:
      return echoWords(frame);
    default: {
      const address = idmWords(frame);
      const words = address === undefined ? undefined : answerWords(frame);
      return address === undefined || words === undefined ? undefined : [address, ...words];
    }
  }
}

function pollingWords(frame: Uint8Array): readonly string[] | undefined {
  const answer = decodePollingResponse(frame);
  if (answer === undefined) return undefined;
  const { idm, pmm, requestData } = answer;
  const words = [`IDm ${bytesToHex(idm)}`, `PMm ${bytesToHex(pmm)}`];
  return requestData === undefined ? words : [...words, `request data ${bytesToHex(requestData)}`];
}

function answerWords(frame: Uint8Array): readonly string[] | undefined {
  switch (frame[1]) {
    case responseCodeOf(CommandCode.readWithoutEncryption): {
      const answer = decodeReadWithoutEncryptionResponse(frame);
      return answer && [describeStatus(answer), ...answer.blocks.map((block) => bytesToHex(block))];
    }
    case responseCodeOf(CommandCode.writeWithoutEncryption): {
      const answer = decodeWriteWithoutEncryptionResponse(frame);
      return answer && [describeStatus(answer)];
    }
    case responseCodeOf(CommandCode.requestResponse): {
      const answer = decodeRequestResponseResponse(frame);
      return answer && [`Mode ${answer.mode}`];
    }
    case responseCodeOf(CommandCode.searchServiceCode): {
      const answer = decodeSearchServiceCodeResponse(frame);
      return answer && [foundWords(answer.found)];
    }
    case responseCodeOf(CommandCode.requestSystemCode):
      return decodeRequestSystemCodeResponse(frame)?.systemCodes.map(describeSystem);
    case responseCodeOf(CommandCode.resetMode): {
      const answer = decodeResetModeResponse(frame);
      return answer && [describeStatus(answer)];
    }
    default:
      return nodeWords(frame);
  }
}

function nodeWords(frame: Uint8Array): readonly string[] | undefined {
  switch (frame[1]) {
    case responseCodeOf(CommandCode.requestService): {
      const answer = decodeRequestServiceResponse(frame);
      return answer && [`key versions ${optionalList(answer.keyVersions)}`];
    }
    case responseCodeOf(CommandCode.requestServiceV2): {
      const answer = decodeRequestServiceV2Response(frame);
      if (answer === undefined) return undefined;
      const { keyVersions, desKeyVersions } = answer;
      const des = desKeyVersions ? [`DES key versions ${optionalList(desKeyVersions)}`] : [];
      return [describeStatus(answer), `key versions ${optionalList(keyVersions)}`, ...des];
    }
    case responseCodeOf(CommandCode.requestBlockInformation): {
      const answer = decodeBlockInformationResponse(frame);
      return answer && [`blocks ${optionalList(answer.blockCounts)}`];
    }
    case responseCodeOf(CommandCode.requestCodeList): {
      const answer = decodeRequestCodeListResponse(frame);
      if (answer === undefined) return undefined;
      const codes = [...answer.areas.map(({ code }) => code), ...answer.services];
      return [describeStatus(answer), ...codes.map(describeNode)];
    }
    case responseCodeOf(CommandCode.getAreaInformation): {
      const answer = decodeAreaInformationResponse(frame);
      return answer && [describeStatus(answer)];
    }
    default:
      return systemWords(frame);
  }
}

function systemWords(frame: Uint8Array): readonly string[] | undefined {
  switch (frame[1]) {
    case responseCodeOf(CommandCode.getSystemStatus): {
      const answer = decodeSystemStatusResponse(frame);
      return answer && [describeStatus(answer), `flag ${answer.flag}`, hexOrNothing(answer.data)];
    }
    case responseCodeOf(CommandCode.requestProductInformation): {
      const answer = decodeProductInformationResponse(frame);
      return answer && [describeStatus(answer), hexOrNothing(answer.data)];
    }
    case responseCodeOf(CommandCode.requestSpecificationVersion): {
      const answer = decodeSpecificationVersionResponse(frame);
      if (answer === undefined) return undefined;
      return [describeStatus(answer), `basic version ${answer.basicVersion.toString(16)}`];
    }
    case responseCodeOf(CommandCode.getNodeProperty): {
      const answer = decodePurseLimitResponse(frame);
      return answer ? [describeStatus(answer), ...answer.properties.map(limitWords)] : [];
    }
    case responseCodeOf(CommandCode.getContainerIssueInformation): {
      const answer = decodeContainerIssueResponse(frame);
      return answer && [`format ${bytesToHex(answer.format)}`, `model ${bytesToHex(answer.model)}`];
    }
    default:
      return [];
  }
}

function foundWords(found: FoundNode): string {
  return found.kind === 'end' ? 'no more' : describeNode(found.code);
}

function limitWords(limits: {
  readonly isEnabled: boolean;
  readonly upper: number;
  readonly lower: number;
}): string {
  return limits.isEnabled ? `from ${limits.lower} to ${limits.upper}` : 'no limits';
}

function optionalList(values: readonly (number | undefined)[]): string {
  return values.map((value) => value ?? 'none').join(', ');
}
