import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeAreaInformationRequest,
  decodeAreaInformationResponse,
  decodeRequestCodeListRequest,
  decodeRequestCodeListResponse,
  encodeAreaInformationRequest,
  encodeAreaInformationResponse,
  encodeRequestCodeListRequest,
  encodeRequestCodeListResponse,
} from '#felica/area-inquiry';
import { commandLength } from '#felica/command-length';
import {
  decodeContainerIdResponse,
  decodeContainerIssueRequest,
  decodeContainerIssueResponse,
  encodeContainerIdRequest,
  encodeContainerIdResponse,
  encodeContainerIssueRequest,
  encodeContainerIssueResponse,
  isContainerIdRequest,
} from '#felica/container-inquiry';
import { decodeEcho, encodeEcho } from '#felica/echo';
import { type IDm, idm, nodeCode } from '#felica/identifiers';
import {
  decodeBlockInformationRequest,
  decodeBlockInformationResponse,
  decodeMacCommunicationResponse,
  decodeNodePropertyRequest,
  decodePurseLimitResponse,
  decodeRequestServiceV2Request,
  decodeRequestServiceV2Response,
  encodeBlockInformationRequest,
  encodeBlockInformationResponse,
  encodeMacCommunicationResponse,
  encodeNodePropertyRequest,
  encodePurseLimitResponse,
  encodeRequestServiceV2Request,
  encodeRequestServiceV2Response,
} from '#felica/node-inquiry';
import {
  decodeProductInformationRequest,
  decodeProductInformationResponse,
  decodeSpecificationVersionRequest,
  decodeSpecificationVersionResponse,
  decodeSystemStatusRequest,
  decodeSystemStatusResponse,
  encodeProductInformationRequest,
  encodeProductInformationResponse,
  encodeSpecificationVersionRequest,
  encodeSpecificationVersionResponse,
  encodeSystemStatusRequest,
  encodeSystemStatusResponse,
} from '#felica/system-inquiry';
import vector from '../../vectors/felica-inquiries.json' with { type: 'json' };
import { hex, inHex } from './hex.ts';

/** Encoder and decoder of one frame, in whatever types they have. */
interface Codec {
  readonly decode: (packet: Uint8Array) => unknown;
  readonly encode: (value: never) => Uint8Array;
}

const containerIdRequest: Codec = {
  decode: (packet) => (isContainerIdRequest(packet) ? true : undefined),
  encode: () => encodeContainerIdRequest(),
};

const CODECS: Readonly<Record<string, { readonly request: Codec; readonly response: Codec }>> = {
  requestBlockInformation: {
    request: { decode: decodeBlockInformationRequest, encode: encodeBlockInformationRequest },
    response: { decode: decodeBlockInformationResponse, encode: encodeBlockInformationResponse },
  },
  requestServiceV2: {
    request: { decode: decodeRequestServiceV2Request, encode: encodeRequestServiceV2Request },
    response: { decode: decodeRequestServiceV2Response, encode: encodeRequestServiceV2Response },
  },
  getSystemStatus: {
    request: { decode: decodeSystemStatusRequest, encode: encodeSystemStatusRequest },
    response: { decode: decodeSystemStatusResponse, encode: encodeSystemStatusResponse },
  },
  requestProductInformation: {
    request: { decode: decodeProductInformationRequest, encode: encodeProductInformationRequest },
    response: {
      decode: decodeProductInformationResponse,
      encode: encodeProductInformationResponse,
    },
  },
  requestSpecificationVersion: {
    request: {
      decode: decodeSpecificationVersionRequest,
      encode: encodeSpecificationVersionRequest,
    },
    response: {
      decode: decodeSpecificationVersionResponse,
      encode: encodeSpecificationVersionResponse,
    },
  },
  getContainerId: {
    request: containerIdRequest,
    response: { decode: decodeContainerIdResponse, encode: (id) => encodeContainerIdResponse(id) },
  },
  getContainerIssueInformation: {
    request: { decode: decodeContainerIssueRequest, encode: encodeContainerIssueRequest },
    response: { decode: decodeContainerIssueResponse, encode: encodeContainerIssueResponse },
  },
  requestCodeList: {
    request: { decode: decodeRequestCodeListRequest, encode: encodeRequestCodeListRequest },
    response: { decode: decodeRequestCodeListResponse, encode: encodeRequestCodeListResponse },
  },
  getAreaInformation: {
    request: { decode: decodeAreaInformationRequest, encode: encodeAreaInformationRequest },
    response: { decode: decodeAreaInformationResponse, encode: encodeAreaInformationResponse },
  },
  getNodeProperty: {
    request: { decode: decodeNodePropertyRequest, encode: encodeNodePropertyRequest },
    response: { decode: decodePurseLimitResponse, encode: encodePurseLimitResponse },
  },
  macCommunication: {
    request: { decode: decodeNodePropertyRequest, encode: encodeNodePropertyRequest },
    response: { decode: decodeMacCommunicationResponse, encode: encodeMacCommunicationResponse },
  },
};

/** Laid out by the tables of the public tools that know these commands; nobody has published frames. */
const BY_TABLE = [
  ['requestCodeList', '0e 1a I 0000 0100', '19 1b I 0000 01 01 0010 ff10 03 1710 4f10 0900'],
  ['requestCodeList', '0e 1a I 0020 0100', '0c 1b I ff a6'],
  ['getAreaInformation', '0c 24 I 0010', '10 25 I 0000 0010 dead'],
  ['getAreaInformation', '0c 24 I 0000', '0c 25 I ff e0'],
  ['getNodeProperty', '0e 28 I 00 01 1410', '17 29 I 0000 01 01 204e0000 0cfeffff 03'],
  ['macCommunication', '0e 28 I 01 01 1410', '0e 29 I 0000 01 01'],
  ['getContainerIssueInformation', '0c 22 I 0000', '1a 23 I 0102030405 4142434445464748494a4b'],
  ['requestProductInformation', '0c 3a I 0000', '0f 3b I 0000 02 abcd'],
  ['requestProductInformation', '0c 3a I 0000', '0c 3b I ff a5'],
] as const;

function frameOf(text: string): Uint8Array {
  return hex(text.replace('I', vector.idm));
}

describe.each([
  ...vector.frames.map(({ command, request, response }) => [command, request, response] as const),
  ...BY_TABLE,
])('%s %s', (command, requestText, responseText) => {
  it.each([
    ['request', requestText],
    ['response', responseText],
  ] as const)('has the %s %s, both ways', (direction, text) => {
    const { decode, encode } = CODECS[command]![direction];
    const frame = frameOf(text);
    const value = decode(frame);
    expect(value).toBeDefined();
    expect(inHex(encode(value as never))).toBe(inHex(frame));
  });

  it('is no frame when it is cut anywhere', () => {
    for (const direction of ['request', 'response'] as const) {
      const frame = frameOf(direction === 'request' ? requestText : responseText);
      for (let length = 2; length < frame.length; length += 1) {
        const cut = frame.slice(0, length);
        cut[0] = length;
        expect([length, CODECS[command]![direction].decode(cut)]).toEqual([length, undefined]);
      }
    }
  });

  it('ignores bytes behind a request, and not behind an answer', () => {
    const [request, response] = [requestText, responseText].map((text) => {
      const frame = frameOf(text);
      return Uint8Array.of(frame.length + 1, ...frame.subarray(1), 0x5c);
    });
    const { request: requestCodec, response: responseCodec } = CODECS[command]!;
    expect(requestCodec.decode(request!)).toEqual(requestCodec.decode(frameOf(requestText)));
    expect(responseCodec.decode(response!)).toBeUndefined();
    expect(commandLength(request!)).toBe(frameOf(requestText).length);
  });
});

describe('the frames of newer inquiries', () => {
  it('say what they mean', () => {
    const dual = decodeRequestServiceV2Response(frameOf('12 33 I 0000 41 01 0200 0300'));
    expect(dual).toMatchObject({ cryptoId: 0x41, keyVersions: [2], desKeyVersions: [3] });
    const list = decodeRequestCodeListResponse(frameOf(BY_TABLE[0][2]));
    expect(list).toMatchObject({
      isContinued: true,
      areas: [{ code: 0x1000, endCode: 0x10ff }],
      services: [0x1017, 0x104f, 0x0009],
    });
    const limits = decodePurseLimitResponse(frameOf(BY_TABLE[4][2]));
    const property = { isEnabled: true, upper: 20_000, lower: -500, generation: 3 };
    expect(limits?.properties).toEqual([property]);
  });

  it('are refused by their encoders where no card has them', () => {
    const card: IDm = idm(hex(vector.idm));
    const head = { idm: card, statusFlag1: 0, statusFlag2: 0 };
    expect(() =>
      encodeRequestServiceV2Response({ ...head, cryptoId: 0x41, keyVersions: [1] }),
    ).toThrow('DES key versions: expected 1 to 1');
    expect(() => encodeBlockInformationResponse({ idm: card, blockCounts: [0xffff] })).toThrow(
      'absent',
    );
    const nodeCodes = Array.from({ length: 17 }, () => nodeCode(0));
    expect(() => encodeNodePropertyRequest({ idm: card, propertyType: 0, nodeCodes })).toThrow(
      'node codes: expected 1 to 16',
    );
  });

  it('are never found in other bytes with a throw', () => {
    const decoders = Object.values(CODECS).flatMap(({ request, response }) => [request, response]);
    const framed = fc
      .tuple(fc.nat(255), fc.uint8Array({ maxLength: 60 }))
      .map(([code, rest]) => Uint8Array.of(rest.length + 2, code, ...rest));
    fc.assert(
      fc.property(fc.oneof(framed, fc.uint8Array()), (bytes) => {
        for (const { decode } of decoders) decode(bytes);
        commandLength(bytes);
      }),
      { numRuns: 500 },
    );
  });
});

describe('Echo', () => {
  it('goes and comes as the same frame', () => {
    expect(inHex(encodeEcho(hex('0102')))).toBe('05f0000102');
    expect(decodeEcho(hex('05 f0 00 0102'))).toEqual(hex('0102'));
    expect(decodeEcho(hex('03 f0 00'))).toEqual(hex(''));
  });

  it('is none with another second byte, and takes 252 bytes at most', () => {
    expect(decodeEcho(hex('03 f0 01'))).toBeUndefined();
    expect(decodeEcho(hex('02 f0'))).toBeUndefined();
    expect(encodeEcho(new Uint8Array(252))).toHaveLength(255);
    expect(() => encodeEcho(new Uint8Array(253))).toThrow('packet: expected at most 255');
  });
});
