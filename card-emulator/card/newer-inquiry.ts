import {
  decodeAreaInformationRequest,
  decodeRequestCodeListRequest,
  encodeAreaInformationResponse,
  encodeRequestCodeListResponse,
  LISTED_CODES_MAX,
} from '../felica/area-inquiry.ts';
import { CommandCode } from '../felica/command-code.ts';
import {
  decodeContainerIssueRequest,
  encodeContainerIssueResponse,
} from '../felica/container-inquiry.ts';
import type { IDm, NodeCode } from '../felica/identifiers.ts';
import { INQUIRED_NODES_MAX } from '../felica/inquiry.ts';
import {
  CryptoId,
  decodeBlockInformationRequest,
  decodeNodePropertyRequest,
  decodeRequestServiceV2Request,
  encodeBlockInformationResponse,
  encodeMacCommunicationResponse,
  encodePurseLimitResponse,
  encodeRequestServiceV2Response,
  NODE_PROPERTIES_MAX,
  NodePropertyType,
  type PurseLimitProperty,
} from '../felica/node-inquiry.ts';
import {
  NORMAL_END,
  STATUS_FLAG_1_WHOLE_COMMAND,
  StatusFlag2,
  type StatusFlags,
} from '../felica/status-flag.ts';
import {
  decodeProductInformationRequest,
  decodeSpecificationVersionRequest,
  decodeSystemStatusRequest,
  encodeProductInformationResponse,
  encodeSpecificationVersionResponse,
  encodeSystemStatusResponse,
} from '../felica/system-inquiry.ts';
import { faultOfCommand } from './block-element.ts';
import type { CardSystem, KeySlot } from './card-layout.ts';
import type { InquiredCard } from './inquired-card.ts';
import { isAreaCode, SYSTEM_NODE } from './service-attribute.ts';

/*
 * Answers of newer cards about themselves. What the manual does not say is our choice: README.md,
 * "Decisions", lists them.
 */

const NO_DATA = new Uint8Array(0);
const SPECIFICATION_VERSION = 0x8500;
const NO_VERSION = 0x0000;
/** What open tools saw cards answer to Get Area Information. */
const AREA_IS_ROOT: StatusFlags = { statusFlag1: STATUS_FLAG_1_WHOLE_COMMAND, statusFlag2: 0xe0 };
const NOT_AN_AREA: StatusFlags = { statusFlag1: STATUS_FLAG_1_WHOLE_COMMAND, statusFlag2: 0xe2 };
const NODE_NOT_FOUND: StatusFlags = faultOfCommand(StatusFlag2.nodeNotFound);
const NODE_COUNT_ILLEGAL: StatusFlags = faultOfCommand(StatusFlag2.serviceCountIllegal);
const NODE_PROPERTY_ILLEGAL: StatusFlags = {
  statusFlag1: STATUS_FLAG_1_WHOLE_COMMAND,
  statusFlag2: 0xc3,
};
const NO_LIMITS: PurseLimitProperty = { isEnabled: false, upper: 0, lower: 0, generation: 0 };

/** `undefined` is silence. The IDm in the frame is the one of `system`: the caller has compared it. */
export function answerNewerInquiry(
  card: InquiredCard,
  code: number,
  frame: Uint8Array,
): Uint8Array | undefined {
  switch (code) {
    case CommandCode.requestServiceV2:
      return answerRequestServiceV2(card, frame);
    case CommandCode.requestBlockInformation:
      return answerBlockInformation(card, frame);
    case CommandCode.requestCodeList:
      return answerCodeList(card, frame);
    case CommandCode.getAreaInformation:
      return answerAreaInformation(card, frame);
    case CommandCode.getNodeProperty:
      return answerNodeProperty(card, frame);
    case CommandCode.getContainerIssueInformation:
      return answerContainerIssue(card, frame);
    default:
      return answerAboutSystem(card, code, frame);
  }
}

function answerAboutSystem(
  card: InquiredCard,
  code: number,
  frame: Uint8Array,
): Uint8Array | undefined {
  switch (code) {
    case CommandCode.getSystemStatus: {
      const request = decodeSystemStatusRequest(frame);
      // What a flag would mean is not public, so none is set.
      return (
        request && encodeSystemStatusResponse({ ...request, ...NORMAL_END, flag: 0, data: NO_DATA })
      );
    }
    case CommandCode.requestProductInformation: {
      const request = decodeProductInformationRequest(frame);
      return (
        request && encodeProductInformationResponse({ ...request, ...NORMAL_END, data: NO_DATA })
      );
    }
    case CommandCode.requestSpecificationVersion: {
      const request = decodeSpecificationVersionRequest(frame);
      return request && specificationVersionOf(card, request.idm);
    }
    default:
      return undefined;
  }
}

/** The basic version of newer cards, and with it what this card really has. */
function specificationVersionOf({ system }: InquiredCard, idm: IDm): Uint8Array {
  const hasDes = system.nodes.get(SYSTEM_NODE)?.des !== undefined;
  const hasLimits = system.files.some(({ limits }) => limits !== undefined);
  const optionVersions = [hasDes, false, true, hasLimits].map((isThere) =>
    isThere ? SPECIFICATION_VERSION : NO_VERSION,
  );
  return encodeSpecificationVersionResponse({
    idm,
    ...NORMAL_END,
    format: 0,
    basicVersion: SPECIFICATION_VERSION,
    optionVersions,
  });
}

function answerRequestServiceV2(
  { fileSystem, system }: InquiredCard,
  frame: Uint8Array,
): Uint8Array | undefined {
  const request = decodeRequestServiceV2Request(frame);
  if (request === undefined) return undefined;
  const { idm, nodeCodes } = request;
  if (nodeCodes.length < 1 || nodeCodes.length > INQUIRED_NODES_MAX) {
    return encodeRequestServiceV2Response({
      idm,
      ...NODE_COUNT_ILLEGAL,
      cryptoId: 0,
      keyVersions: [],
    });
  }
  const systemNode = system.nodes.get(SYSTEM_NODE);
  const versionsOf = (scheme: 'aes' | 'des'): readonly (number | undefined)[] =>
    nodeCodes.map((code) => {
      const node = system.nodes.get(code);
      const slot: KeySlot | undefined = node?.[scheme] ?? node?.open;
      return slot && fileSystem.version(slot);
    });
  if (systemNode?.aes === undefined) {
    const keyVersions = versionsOf('des');
    const cryptoId = CryptoId.desOnly56;
    return encodeRequestServiceV2Response({ idm, ...NORMAL_END, cryptoId, keyVersions });
  }
  const keyVersions = versionsOf('aes');
  if (systemNode.des === undefined) {
    const cryptoId = CryptoId.aesOnly;
    return encodeRequestServiceV2Response({ idm, ...NORMAL_END, cryptoId, keyVersions });
  }
  return encodeRequestServiceV2Response({
    idm,
    ...NORMAL_END,
    cryptoId: CryptoId.aesAndDes56,
    keyVersions,
    desKeyVersions: versionsOf('des'),
  });
}

/** A service has its blocks; an area has none that are free, because an issued card is full. */
function answerBlockInformation(
  { system }: InquiredCard,
  frame: Uint8Array,
): Uint8Array | undefined {
  const request = decodeBlockInformationRequest(frame);
  if (request === undefined) return undefined;
  const blockCounts = request.nodeCodes.map((code) => {
    const free = system.nodes.has(code) ? 0 : undefined;
    return system.services.get(code)?.file.blockCount ?? free;
  });
  return encodeBlockInformationResponse({ idm: request.idm, blockCounts });
}

/** Everything inside the parent, itself not among it, in parts of at most 24 areas and 24 services. */
function answerCodeList({ system }: InquiredCard, frame: Uint8Array): Uint8Array | undefined {
  const request = decodeRequestCodeListRequest(frame);
  if (request === undefined) return undefined;
  const { idm, parent, packetIndex } = request;
  const refused = (flags: StatusFlags): Uint8Array =>
    encodeRequestCodeListResponse({ idm, ...flags, isContinued: false, areas: [], services: [] });
  const area = system.areas.find(({ code }) => code === parent);
  if (area === undefined) return refused(NODE_NOT_FOUND);
  const inside = system.foundNodes.filter(
    ({ code }) => code !== parent && code > area.code && code <= area.endCode,
  );
  const areas = inside.filter((node) => node.kind === 'area');
  const services = inside.filter((node) => node.kind === 'service').map(({ code }) => code);
  const start = (packetIndex - 1) * LISTED_CODES_MAX;
  const end = start + LISTED_CODES_MAX;
  const isPart =
    packetIndex === 1 || (start > 0 && start < Math.max(areas.length, services.length));
  if (!isPart) return refused(faultOfCommand(StatusFlag2.parameterIllegal));
  return encodeRequestCodeListResponse({
    idm,
    ...NORMAL_END,
    isContinued: end < Math.max(areas.length, services.length),
    areas: areas.slice(start, end),
    services: services.slice(start, end),
  });
}

/** What the two bytes of data mean is not public: zeros. */
function answerAreaInformation(
  { system }: InquiredCard,
  frame: Uint8Array,
): Uint8Array | undefined {
  const request = decodeAreaInformationRequest(frame);
  if (request === undefined) return undefined;
  const { idm, area } = request;
  const fault = areaFault(system, area);
  if (fault !== undefined) {
    return encodeAreaInformationResponse({ idm, ...fault, found: undefined });
  }
  const found = { area, data: new Uint8Array(2) };
  return encodeAreaInformationResponse({ idm, ...NORMAL_END, found });
}

function areaFault(system: CardSystem, code: NodeCode): StatusFlags | undefined {
  if (code === 0) return AREA_IS_ROOT;
  if (code === SYSTEM_NODE || !isAreaCode(code)) return NOT_AN_AREA;
  return system.nodes.has(code) ? undefined : NODE_NOT_FOUND;
}

function answerNodeProperty({ system }: InquiredCard, frame: Uint8Array): Uint8Array | undefined {
  const request = decodeNodePropertyRequest(frame);
  if (request === undefined) return undefined;
  const { idm, propertyType, nodeCodes } = request;
  if (nodeCodes.length < 1 || nodeCodes.length > NODE_PROPERTIES_MAX) {
    return encodePurseLimitResponse({ idm, ...NODE_COUNT_ILLEGAL, properties: [] });
  }
  const isThere = nodeCodes.every((code) => system.nodes.has(code));
  if (propertyType === NodePropertyType.valueLimitedPurse) {
    if (!isThere) return encodePurseLimitResponse({ idm, ...NODE_NOT_FOUND, properties: [] });
    const properties = nodeCodes.map((code): PurseLimitProperty => {
      const limits = system.services.get(code)?.file.limits;
      return limits === undefined ? NO_LIMITS : { isEnabled: true, ...limits };
    });
    return encodePurseLimitResponse({ idm, ...NORMAL_END, properties });
  }
  const isKnown = propertyType === NodePropertyType.macCommunication;
  if (!isKnown) {
    return encodeMacCommunicationResponse({ idm, ...NODE_PROPERTY_ILLEGAL, isEnabled: [] });
  }
  if (!isThere) return encodeMacCommunicationResponse({ idm, ...NODE_NOT_FOUND, isEnabled: [] });
  const isEnabled = nodeCodes.map(() => false);
  return encodeMacCommunicationResponse({ idm, ...NORMAL_END, isEnabled });
}

/** Silence from a card, which is no phone. */
function answerContainerIssue(
  { fileSystem }: InquiredCard,
  frame: Uint8Array,
): Uint8Array | undefined {
  const { container } = fileSystem.identity;
  const request = decodeContainerIssueRequest(frame);
  if (request === undefined || container === undefined) return undefined;
  const { format, model } = container;
  return encodeContainerIssueResponse({ idm: request.idm, format, model });
}
