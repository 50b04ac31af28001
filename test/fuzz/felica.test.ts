import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  answerAuthentication1V2,
  answerAuthentication2V2,
  continueAesAuthentication,
  decodeAuthentication1V2Request,
  finishAesAuthentication,
  startAesAuthentication,
} from '#felica/aes-authentication';
import { openAesFrame, sealAesFrame } from '#felica/aes-messaging';
import * as blockAccess from '#felica/block-access';
import { decodeBlockList } from '#felica/block-list';
import { decodeSystemCode, idm, nodeCode, parseIdm, pmm, systemCode } from '#felica/identifiers';
import * as inquiry from '#felica/inquiry';
import { decodePacket, encodePacket } from '#felica/packet';
import * as polling from '#felica/polling';

const card = idm(new Uint8Array(8).fill(0x01));
const credentials = {
  groupKey: new Uint8Array(16).fill(0x02),
  individualKey: new Uint8Array(16).fill(0x03),
};
const random = new Uint8Array(16).fill(0x04);
const issue = { idi: new Uint8Array(8), pmi: new Uint8Array(8) };

const first = startAesAuthentication({
  idm: card,
  nodes: [nodeCode(0x1014), nodeCode(0x104c)],
  credentials,
  random1: random,
});
const answered = answerAuthentication1V2({
  idm: card,
  request: decodeAuthentication1V2Request(first.request)!,
  credentials,
  random2: random,
  random3: random.subarray(0, 4),
});
const second = continueAesAuthentication(first.state, answered.response)!;
const cardEnd = answerAuthentication2V2(answered.state, second.request, issue)!;

const element = { serviceIndex: 0, accessMode: 'normal', blockNumber: 0 } as const;
const block = new Uint8Array(16).fill(0x05);
const access = { idm: card, serviceCodes: [nodeCode(0x1014)], elements: [element, element] };
const done = { statusFlag1: 0x00, statusFlag2: 0x00 };

/** One packet of each kind: what a fuzzer has to start from to get past the first comparison. */
const VALID: readonly Uint8Array[] = [
  polling.encodePollingRequest({ systemCode: systemCode(0x4b5a), requestCode: 1, timeSlots: 0 }),
  polling.encodePollingResponse({ idm: card, pmm: pmm(issue.pmi), requestData: block.slice(0, 2) }),
  inquiry.encodeRequestServiceRequest({ idm: card, nodeCodes: access.serviceCodes }),
  inquiry.encodeRequestServiceResponse({ idm: card, keyVersions: [1, undefined] }),
  inquiry.encodeRequestResponseRequest({ idm: card }),
  inquiry.encodeRequestResponseResponse({ idm: card, mode: 0 }),
  inquiry.encodeSearchServiceCodeRequest({ idm: card, index: 0 }),
  inquiry.encodeSearchServiceCodeResponse({
    idm: card,
    found: { kind: 'area', code: nodeCode(0x1000), endCode: nodeCode(0x10ff) },
  }),
  inquiry.encodeRequestSystemCodeRequest({ idm: card }),
  inquiry.encodeRequestSystemCodeResponse({ idm: card, systemCodes: [systemCode(0x4b5a)] }),
  inquiry.encodeResetModeRequest({ idm: card }),
  inquiry.encodeResetModeResponse({ idm: card, ...done }),
  blockAccess.encodeReadWithoutEncryptionRequest(access),
  blockAccess.encodeReadWithoutEncryptionResponse({ idm: card, ...done, blocks: [block, block] }),
  blockAccess.encodeWriteWithoutEncryptionRequest({ ...access, blocks: [block, block] }),
  blockAccess.encodeWriteWithoutEncryptionResponse({ idm: card, ...done }),
  first.request,
  answered.response,
  second.request,
  cardEnd.response,
  sealAesFrame({ session: cardEnd.session, code: 0x46, transactionNumber: 1, payload: block }),
];

const DECODERS: Readonly<Record<string, (bytes: Uint8Array) => unknown>> = {
  packet: decodePacket,
  'system code': decodeSystemCode,
  'block list': (bytes) => decodeBlockList(bytes, 3),
  'Polling request': polling.decodePollingRequest,
  'Polling response': polling.decodePollingResponse,
  'Request Service request': inquiry.decodeRequestServiceRequest,
  'Request Service response': inquiry.decodeRequestServiceResponse,
  'Request Response request': inquiry.decodeRequestResponseRequest,
  'Request Response response': inquiry.decodeRequestResponseResponse,
  'Search Service Code request': inquiry.decodeSearchServiceCodeRequest,
  'Search Service Code response': inquiry.decodeSearchServiceCodeResponse,
  'Request System Code request': inquiry.decodeRequestSystemCodeRequest,
  'Request System Code response': inquiry.decodeRequestSystemCodeResponse,
  'Reset Mode request': inquiry.decodeResetModeRequest,
  'Reset Mode response': inquiry.decodeResetModeResponse,
  'Read request': blockAccess.decodeReadWithoutEncryptionRequest,
  'Read response': blockAccess.decodeReadWithoutEncryptionResponse,
  'Write request': blockAccess.decodeWriteWithoutEncryptionRequest,
  'Write response': blockAccess.decodeWriteWithoutEncryptionResponse,
  'Read payload': blockAccess.decodeReadPayload,
  'Write payload': blockAccess.decodeWritePayload,
  'Read result': blockAccess.decodeReadResult,
  'Write result': blockAccess.decodeWriteResult,
  'Authentication1 request': decodeAuthentication1V2Request,
  'Authentication1 response': (bytes) => continueAesAuthentication(first.state, bytes),
  'Authentication2 request': (bytes) => answerAuthentication2V2(answered.state, bytes, issue),
  'Authentication2 response': (bytes) => finishAesAuthentication(second.state, bytes),
  'AES frame': (bytes) => openAesFrame(cardEnd.session, bytes),
};

/** Responses are strict: whatever a decoder accepts is exactly what its encoder would have sent. */
const STRICT: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array | undefined>> = {
  'Polling response': again(polling.decodePollingResponse, polling.encodePollingResponse),
  'Request Service response': again(
    inquiry.decodeRequestServiceResponse,
    inquiry.encodeRequestServiceResponse,
  ),
  'Request Response response': again(
    inquiry.decodeRequestResponseResponse,
    inquiry.encodeRequestResponseResponse,
  ),
  'Search Service Code response': again(
    inquiry.decodeSearchServiceCodeResponse,
    inquiry.encodeSearchServiceCodeResponse,
  ),
  'Request System Code response': again(
    inquiry.decodeRequestSystemCodeResponse,
    inquiry.encodeRequestSystemCodeResponse,
  ),
  'Reset Mode response': again(inquiry.decodeResetModeResponse, inquiry.encodeResetModeResponse),
  'Read response': again(
    blockAccess.decodeReadWithoutEncryptionResponse,
    blockAccess.encodeReadWithoutEncryptionResponse,
  ),
  'Write response': again(
    blockAccess.decodeWriteWithoutEncryptionResponse,
    blockAccess.encodeWriteWithoutEncryptionResponse,
  ),
  'Read result': again(blockAccess.decodeReadResult, blockAccess.encodeReadResult),
  'Write result': again(blockAccess.decodeWriteResult, blockAccess.encodeWriteResult),
};

function again<Value>(
  decode: (bytes: Uint8Array) => Value | undefined,
  encode: (value: Value) => Uint8Array,
): (bytes: Uint8Array) => Uint8Array | undefined {
  return (bytes) => {
    const value = decode(bytes);
    return value === undefined ? undefined : encode(value);
  };
}

/** Bytes of any kind, up to more than a packet can hold. */
const anyBytes = fc.uint8Array({ maxLength: 300 });

/** A packet with a right length byte and any code and data. */
const anyPacket = fc
  .tuple(fc.integer({ min: 0, max: 255 }), fc.uint8Array({ maxLength: 253 }))
  .map(([code, data]) => encodePacket(code, data));

/** A valid packet with some bytes changed, cut or added; the length byte is right again or not. */
const mutatedPacket = fc
  .record({
    original: fc.constantFrom(...VALID),
    changes: fc.array(fc.tuple(fc.nat({ max: 60 }), fc.integer({ min: 0, max: 255 })), {
      maxLength: 4,
    }),
    length: fc.nat({ max: 80 }),
    isCut: fc.boolean(),
    isRelabelled: fc.boolean(),
  })
  .map(({ original, changes, length, isCut, isRelabelled }) => {
    const bytes = new Uint8Array(isCut ? length : original.length);
    bytes.set(original.subarray(0, bytes.length));
    for (const [offset, value] of changes) {
      if (offset < bytes.length) bytes[offset] = value;
    }
    if (isRelabelled && bytes.length > 0) bytes[0] = bytes.length;
    return bytes;
  });

const hostileBytes = fc.oneof(anyBytes, anyPacket, mutatedPacket);

describe('decoder', () => {
  it.each(Object.entries(DECODERS))('of %s never throws', (_, decode) => {
    fc.assert(
      fc.property(hostileBytes, (bytes) => {
        const before = bytes.slice();
        decode(bytes);
        expect(bytes).toEqual(before);
      }),
    );
  });

  it.each(Object.entries(STRICT))('of %s accepts only what is encoded so', (_, encodeAgain) => {
    fc.assert(
      fc.property(hostileBytes, (bytes) => {
        const encoded = encodeAgain(bytes);
        expect(encoded ?? bytes).toEqual(bytes);
      }),
    );
  });

  it('of an IDm in text never throws', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseIdm(text)?.length ?? 8).toBe(8);
      }),
    );
  });
});

describe('valid packets of the fuzzer', () => {
  it('are each accepted by a decoder', () => {
    for (const packet of VALID) {
      const accepted = Object.entries(DECODERS).filter(
        ([name, decode]) => name !== 'packet' && decode(packet) !== undefined,
      );
      expect(accepted.length).toBeGreaterThan(0);
    }
  });
});
