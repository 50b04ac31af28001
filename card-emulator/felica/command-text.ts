import { bytesToHex } from '@noble/ciphers/utils.js';
import { decodeAuthentication1V2Request } from './aes-authentication.ts';
import { decodeAreaInformationRequest, decodeRequestCodeListRequest } from './area-inquiry.ts';
import {
  decodeReadWithoutEncryptionRequest,
  decodeWriteWithoutEncryptionRequest,
} from './block-access.ts';
import type { BlockListElement } from './block-list.ts';
import { CommandCode } from './command-code.ts';
import { decodeAuthentication1Request } from './des-authentication.ts';
import { decodeEcho } from './echo.ts';
import { IDM_BYTES, type NodeCode } from './identifiers.ts';
import { decodeRequestServiceRequest, decodeSearchServiceCodeRequest } from './inquiry.ts';
import { LiteBlock } from './lite-s-block.ts';
import {
  decodeBlockInformationRequest,
  decodeNodePropertyRequest,
  decodeRequestServiceV2Request,
} from './node-inquiry.ts';
import { describeNode, describeSystem } from './node-text.ts';
import { PACKET_HEADER_BYTES } from './packet.ts';
import { decodePollingRequest, RequestCode } from './polling.ts';

const IDM_END = PACKET_HEADER_BYTES + IDM_BYTES;

/** The service through which a Lite or Lite-S is written. */
const LITE_SERVICE = 0x0009;

const REQUEST_CODES: ReadonlyMap<number, string> = new Map<number, string>([
  [RequestCode.systemCode, 'system code wanted'],
  [RequestCode.communicationPerformance, 'communication performance wanted'],
]);

/** What stands behind the name of a command; `undefined` where its parameters cannot be read. */
export function commandWords(frame: Uint8Array): readonly string[] | undefined {
  switch (frame[1]) {
    case CommandCode.polling:
      return pollingWords(frame);
    case CommandCode.read:
    case CommandCode.write:
      return [sealed(frame.length - PACKET_HEADER_BYTES)];
    case CommandCode.readV2:
    case CommandCode.writeV2:
      return transactionWords(frame);
    case CommandCode.getContainerId:
      return [];
    case CommandCode.echo:
      return echoWords(frame);
    default:
      return addressedWords(frame);
  }
}

/** `transaction 1 · sealed, 22 bytes` of a frame of the AES scheme. */
export function transactionWords(frame: Uint8Array): readonly string[] | undefined {
  const [low, high] = frame.subarray(PACKET_HEADER_BYTES);
  if (low === undefined || high === undefined) return undefined;
  const sealedBytes = frame.length - PACKET_HEADER_BYTES - 2;
  return [`transaction ${low | (high << 8)}`, sealed(sealedBytes)];
}

export function echoWords(frame: Uint8Array): readonly string[] | undefined {
  const data = decodeEcho(frame);
  return data && [hexOrNothing(data)];
}

/** `IDm 0112…`, from where it stands in every addressed frame. */
export function idmWords(frame: Uint8Array): string | undefined {
  if (frame.length < IDM_END) return undefined;
  return `IDm ${bytesToHex(frame.subarray(PACKET_HEADER_BYTES, IDM_END))}`;
}

export function sealed(byteCount: number): string {
  return `sealed, ${byteCount} bytes`;
}

export function hexOrNothing(bytes: Uint8Array): string {
  return bytes.length === 0 ? 'no data' : bytesToHex(bytes);
}

function pollingWords(frame: Uint8Array): readonly string[] | undefined {
  const request = decodePollingRequest(frame);
  if (request === undefined) return undefined;
  const wanted = REQUEST_CODES.get(request.requestCode);
  const slots = request.timeSlots === 0 ? '1 slot' : `${request.timeSlots + 1} slots`;
  return [describeSystem(request.systemCode), ...(wanted === undefined ? [] : [wanted]), slots];
}

function addressedWords(frame: Uint8Array): readonly string[] | undefined {
  const address = idmWords(frame);
  if (address === undefined) return undefined;
  const words = parameterWords(frame);
  return words && [address, ...words];
}

function parameterWords(frame: Uint8Array): readonly string[] | undefined {
  switch (frame[1]) {
    case CommandCode.readWithoutEncryption:
      return readWords(frame);
    case CommandCode.writeWithoutEncryption:
      return writeWords(frame);
    case CommandCode.searchServiceCode: {
      const request = decodeSearchServiceCodeRequest(frame);
      return request && [`number ${request.index}`];
    }
    case CommandCode.requestService:
      return decodeRequestServiceRequest(frame)?.nodeCodes.map(describeNode);
    case CommandCode.requestServiceV2:
      return decodeRequestServiceV2Request(frame)?.nodeCodes.map(describeNode);
    case CommandCode.requestBlockInformation:
      return decodeBlockInformationRequest(frame)?.nodeCodes.map(describeNode);
    case CommandCode.getNodeProperty:
      return decodeNodePropertyRequest(frame)?.nodeCodes.map(describeNode);
    case CommandCode.getAreaInformation: {
      const request = decodeAreaInformationRequest(frame);
      return request && [describeNode(request.area)];
    }
    case CommandCode.requestCodeList: {
      const request = decodeRequestCodeListRequest(frame);
      return request && [describeNode(request.parent), `part ${request.packetIndex}`];
    }
    case CommandCode.authentication1: {
      const request = decodeAuthentication1Request(frame);
      return request && [...request.areas, ...request.services].map(describeNode);
    }
    case CommandCode.authentication1V2:
      return decodeAuthentication1V2Request(frame)?.nodes.map(describeNode);
    default:
      return [];
  }
}

function readWords(frame: Uint8Array): readonly string[] | undefined {
  const request = decodeReadWithoutEncryptionRequest(frame);
  return request?.elements.map((element) => elementWords(element, request.serviceCodes));
}

function writeWords(frame: Uint8Array): readonly string[] | undefined {
  const request = decodeWriteWithoutEncryptionRequest(frame);
  return request?.elements.map((element, index) => {
    const block = request.blocks[index] ?? new Uint8Array(0);
    const content = isCardKey(element, request.serviceCodes) ? 'a card key' : bytesToHex(block);
    return `${elementWords(element, request.serviceCodes)} = ${content}`;
  });
}

/**
 * The one key that passes in clear: whoever issues a Lite or Lite-S writes it. The frame does not
 * tell such a card from a Standard one with so many blocks, whose block is left out for it.
 */
function isCardKey(
  { serviceIndex, blockNumber }: BlockListElement,
  serviceCodes: readonly NodeCode[],
): boolean {
  return serviceCodes[serviceIndex] === LITE_SERVICE && blockNumber === LiteBlock.ck;
}

function elementWords(
  { serviceIndex, accessMode, blockNumber }: BlockListElement,
  serviceCodes: readonly NodeCode[],
): string {
  const code = serviceCodes[serviceIndex];
  const service = code === undefined ? `service at ${serviceIndex}` : describeNode(code);
  const mode = accessMode === 'normal' ? '' : `, access mode ${accessMode}`;
  return `${service} block ${blockNumber}${mode}`;
}
