import { describe, expect, it } from 'vitest';
import { idm, nodeCode, systemCode } from '#felica/identifiers';
import {
  type CardMode,
  decodeRequestResponseRequest,
  decodeRequestResponseResponse,
  decodeRequestServiceRequest,
  decodeRequestServiceResponse,
  decodeRequestSystemCodeRequest,
  decodeRequestSystemCodeResponse,
  decodeResetModeRequest,
  decodeResetModeResponse,
  decodeSearchServiceCodeRequest,
  decodeSearchServiceCodeResponse,
  encodeRequestResponseRequest,
  encodeRequestResponseResponse,
  encodeRequestServiceRequest,
  encodeRequestServiceResponse,
  encodeRequestSystemCodeRequest,
  encodeRequestSystemCodeResponse,
  encodeResetModeRequest,
  encodeResetModeResponse,
  encodeSearchServiceCodeRequest,
  encodeSearchServiceCodeResponse,
  type FoundNode,
} from '#felica/inquiry';
import { hex } from './hex.ts';

const card = idm(hex('0102030405060708'));

describe('Request Service', () => {
  it('asks for key versions by node code', () => {
    const packet = hex('0f 02 0102030405060708 02 0900 4900');
    const request = { idm: card, nodeCodes: [nodeCode(0x0009), nodeCode(0x0049)] };
    expect(encodeRequestServiceRequest(request)).toEqual(packet);
    expect(decodeRequestServiceRequest(packet)).toEqual(request);
  });

  it.each([
    ['0f 03 0102030405060708 02 0100 1100', [0x0001, 0x0011]],
    ['0d 03 0102030405060708 01 ffff', [undefined]],
  ])('is answered by %s', (packet, keyVersions) => {
    expect(encodeRequestServiceResponse({ idm: card, keyVersions })).toEqual(hex(packet));
    expect(decodeRequestServiceResponse(hex(packet))).toEqual({ idm: card, keyVersions });
  });

  it.each([
    ['no node', '0b 02 0102030405060708 00'],
    ['more nodes than bytes', '0d 02 0102030405060708 02 0900'],
    ['no count', '0a 02 0102030405060708'],
  ])('is not read with %s', (_, packet) => {
    expect(decodeRequestServiceRequest(hex(packet))).toBeUndefined();
  });

  it.each([
    ['a count above the versions', '0e 03 0102030405060708 01 0000 00'],
    ['no version', '0b 03 0102030405060708 00'],
    ['a version cut off', '0c 03 0102030405060708 01 00'],
    ['33 versions', `4d 03 0102030405060708 21 ${'0000'.repeat(33)}`],
  ])('has no answer with %s', (_, packet) => {
    expect(decodeRequestServiceResponse(hex(packet))).toBeUndefined();
  });

  it('asks for 1 to 32 nodes', () => {
    const nodes = (count: number) => Array.from({ length: count }, (_, code) => nodeCode(code));
    const request = { idm: card, nodeCodes: nodes(32) };
    expect(decodeRequestServiceRequest(encodeRequestServiceRequest(request))).toEqual(request);
    for (const count of [0, 33]) {
      expect(() => encodeRequestServiceRequest({ idm: card, nodeCodes: nodes(count) })).toThrow(
        RangeError,
      );
    }
    const tooMany = hex(`4d 02 0102030405060708 21 ${'0900'.repeat(33)}`);
    expect(decodeRequestServiceRequest(tooMany)).toBeUndefined();
  });

  it('cannot answer with the version that means absent', () => {
    expect(() => encodeRequestServiceResponse({ idm: card, keyVersions: [0xffff] })).toThrow(
      RangeError,
    );
  });
});

describe('Request Response', () => {
  it('asks for the mode', () => {
    const packet = hex('0a 04 0102030405060708');
    expect(encodeRequestResponseRequest({ idm: card })).toEqual(packet);
    expect(decodeRequestResponseRequest(packet)).toEqual({ idm: card });
  });

  it.each<[string, CardMode]>([
    ['0b 05 0102030405060708 00', 0],
    ['0b 05 0102030405060708 01', 1],
    ['0b 05 0102030405060708 02', 2],
    ['0b 05 0102030405060708 03', 3],
  ])('is answered by %s', (packet, mode) => {
    expect(encodeRequestResponseResponse({ idm: card, mode })).toEqual(hex(packet));
    expect(decodeRequestResponseResponse(hex(packet))).toEqual({ idm: card, mode });
  });

  it.each([
    ['a mode above 3', '0b 05 0102030405060708 04'],
    ['no mode', '0a 05 0102030405060708'],
    ['a byte too many', '0c 05 0102030405060708 00 00'],
  ])('has no answer with %s', (_, packet) => {
    expect(decodeRequestResponseResponse(hex(packet))).toBeUndefined();
  });

  it('has no answer in a mode that no card has', () => {
    expect(() => encodeRequestResponseResponse({ idm: card, mode: 4 as CardMode })).toThrow(
      RangeError,
    );
  });
});

describe('Search Service Code', () => {
  it.each([
    ['0c 0a 0102030405060708 0000', 0x0000],
    ['0c 0a 0102030405060708 0100', 0x0001],
    ['0c 0a 0102030405060708 0010', 0x1000],
  ])('asks by position: %s', (packet, index) => {
    expect(encodeSearchServiceCodeRequest({ idm: card, index })).toEqual(hex(packet));
    expect(decodeSearchServiceCodeRequest(hex(packet))).toEqual({ idm: card, index });
  });

  it.each<[string, FoundNode]>([
    [
      '0e 0b 0102030405060708 0000 feff',
      { kind: 'area', code: nodeCode(0x0000), endCode: nodeCode(0xfffe) },
    ],
    [
      '0e 0b 0102030405060708 0010 1717',
      { kind: 'area', code: nodeCode(0x1000), endCode: nodeCode(0x1717) },
    ],
    ['0c 0b 0102030405060708 0900', { kind: 'service', code: nodeCode(0x0009) }],
    ['0c 0b 0102030405060708 1713', { kind: 'service', code: nodeCode(0x1317) }],
    ['0c 0b 0102030405060708 ffff', { kind: 'end' }],
  ])('is answered by %s', (packet, found) => {
    expect(encodeSearchServiceCodeResponse({ idm: card, found })).toEqual(hex(packet));
    expect(decodeSearchServiceCodeResponse(hex(packet))).toEqual({ idm: card, found });
  });

  it.each([
    ['nothing found and no end', '0a 0b 0102030405060708'],
    ['one byte', '0b 0b 0102030405060708 09'],
    ['three bytes', '0d 0b 0102030405060708 090000'],
    ['six bytes', '10 0b 0102030405060708 0000 feff 0900'],
  ])('has no answer with %s', (_, packet) => {
    expect(decodeSearchServiceCodeResponse(hex(packet))).toBeUndefined();
  });

  it('has no service with the code that means the end', () => {
    const found = { kind: 'service', code: nodeCode(0xffff) } as const;
    expect(() => encodeSearchServiceCodeResponse({ idm: card, found })).toThrow(RangeError);
  });

  it('is not read without its position', () => {
    expect(decodeSearchServiceCodeRequest(hex('0b 0a 0102030405060708 00'))).toBeUndefined();
  });
});

describe('Request System Code', () => {
  it('asks for all systems', () => {
    const packet = hex('0a 0c 0102030405060708');
    expect(encodeRequestSystemCodeRequest({ idm: card })).toEqual(packet);
    expect(decodeRequestSystemCodeRequest(packet)).toEqual({ idm: card });
  });

  it.each([
    ['0f 0d 0102030405060708 02 0000 12fc', [0x0000, 0x12fc]],
    ['0f 0d 0102030405060708 02 8092 fe00', [0x8092, 0xfe00]],
    ['11 0d 0102030405060708 03 0003 fe00 86a7', [0x0003, 0xfe00, 0x86a7]],
  ])('is answered by %s', (packet, codes) => {
    const response = { idm: card, systemCodes: codes.map(systemCode) };
    expect(encodeRequestSystemCodeResponse(response)).toEqual(hex(packet));
    expect(decodeRequestSystemCodeResponse(hex(packet))).toEqual(response);
  });

  it.each([
    ['a count above the codes', '0f 0d 0102030405060708 03 0000 12fc'],
    ['a count below the codes', '0f 0d 0102030405060708 01 0000 12fc'],
    ['no system', '0b 0d 0102030405060708 00'],
    ['no count', '0a 0d 0102030405060708'],
    ['17 systems', `2d 0d 0102030405060708 11 ${'12fc'.repeat(17)}`],
  ])('has no answer with %s', (_, packet) => {
    expect(decodeRequestSystemCodeResponse(hex(packet))).toBeUndefined();
  });

  it.each([0, 17])('has no answer of %d systems', (count) => {
    const systemCodes = Array.from({ length: count }, () => systemCode(0x4b5a));
    expect(() => encodeRequestSystemCodeResponse({ idm: card, systemCodes })).toThrow(RangeError);
  });
});

describe('Reset Mode', () => {
  it('has two reserved bytes', () => {
    const packet = hex('0c 3e 0102030405060708 0000');
    expect(encodeResetModeRequest({ idm: card })).toEqual(packet);
    expect(decodeResetModeRequest(packet)).toEqual({ idm: card });
  });

  it('is not read without its reserved bytes', () => {
    expect(decodeResetModeRequest(hex('0b 3e 0102030405060708 00'))).toBeUndefined();
  });

  it('is answered by status flags', () => {
    const packet = hex('0c 3f 0102030405060708 0000');
    const response = { idm: card, statusFlag1: 0x00, statusFlag2: 0x00 };
    expect(encodeResetModeResponse(response)).toEqual(packet);
    expect(decodeResetModeResponse(packet)).toEqual(response);
  });

  it('has no answer with another number of bytes', () => {
    expect(decodeResetModeResponse(hex('0b 3f 0102030405060708 00'))).toBeUndefined();
    expect(decodeResetModeResponse(hex('0d 3f 0102030405060708 0000 00'))).toBeUndefined();
  });
});

describe('bytes after the parameters', () => {
  it.each([
    ['Request Service', '0f 02 0102030405060708 01 0900 dead', decodeRequestServiceRequest],
    ['Request Response', '0c 04 0102030405060708 dead', decodeRequestResponseRequest],
    ['Search Service Code', '0e 0a 0102030405060708 0100 dead', decodeSearchServiceCodeRequest],
    ['Request System Code', '0c 0c 0102030405060708 dead', decodeRequestSystemCodeRequest],
    ['Reset Mode', '0e 3e 0102030405060708 0000 dead', decodeResetModeRequest],
  ])('are ignored in %s', (_, packet, decode) => {
    expect(decode(hex(packet))?.idm).toEqual(card);
  });
});
