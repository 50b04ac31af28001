import { describe, expect, it } from 'vitest';
import { idm, pmm, systemCode } from '#felica/identifiers';
import {
  ANY_SYSTEM,
  decodePollingRequest,
  decodePollingResponse,
  encodeCommunicationPerformance,
  encodePollingRequest,
  encodePollingResponse,
  matchesSystemCode,
  RequestCode,
  type TimeSlots,
} from '#felica/polling';
import { hex } from './hex.ts';

const card = { idm: idm(hex('0102030405060708')), pmm: pmm(hex('ffffffffffffffff')) };
const ndef = systemCode(0x12fc);

describe('Polling request', () => {
  it.each<[string, number, number, TimeSlots]>([
    ['06 00 ffff 00 00', 0xffff, 0, 0x00],
    ['06 00 12fc 00 00', 0x12fc, 0, 0x00],
    ['06 00 ffff 01 00', 0xffff, 1, 0x00],
    ['06 00 12fc 00 01', 0x12fc, 0, 0x01],
    ['06 00 12fc 00 03', 0x12fc, 0, 0x03],
    ['06 00 12fc 00 07', 0x12fc, 0, 0x07],
    ['06 00 12fc 00 0f', 0x12fc, 0, 0x0f],
  ])('is %s', (packet, code, requestCode, timeSlots) => {
    const request = { systemCode: systemCode(code), requestCode, timeSlots };
    expect(encodePollingRequest(request)).toEqual(hex(packet));
    expect(decodePollingRequest(hex(packet))).toEqual(request);
  });

  it('is read with a request code the card does not know', () => {
    expect(decodePollingRequest(hex('06 00 12fc 7f 00'))?.requestCode).toBe(0x7f);
  });

  it('is read with bytes after its parameters', () => {
    expect(decodePollingRequest(hex('08 00 12fc 00 00 dead'))).toEqual({
      systemCode: ndef,
      requestCode: RequestCode.none,
      timeSlots: 0x00,
    });
  });

  it.each([
    ['a number of slots that is not defined', '06 00 12fc 00 02'],
    ['a missing byte', '05 00 12fc 00'],
    ['a wrong length byte', '07 00 12fc 00 00'],
    ['another code', '06 01 12fc 00 00'],
  ])('is not read with %s', (_, packet) => {
    expect(decodePollingRequest(hex(packet))).toBeUndefined();
  });

  it('is not written with a number of slots that is not defined', () => {
    const timeSlots = 0x02 as unknown as TimeSlots;
    expect(() => encodePollingRequest({ systemCode: ndef, requestCode: 0, timeSlots })).toThrow(
      RangeError,
    );
  });
});

describe('Polling response', () => {
  it('is IDm and PMm', () => {
    const packet = hex('12 01 0102030405060708 ffffffffffffffff');
    expect(encodePollingResponse(card)).toEqual(packet);
    expect(decodePollingResponse(packet)).toEqual({ ...card, requestData: undefined });
  });

  it('carries two bytes of request data where they were asked for', () => {
    const packet = hex('14 01 0102030405060708 ffffffffffffffff 12fc');
    const response = { ...card, requestData: hex('12fc') };
    expect(encodePollingResponse(response)).toEqual(packet);
    expect(decodePollingResponse(packet)).toEqual(response);
  });

  it.each([
    ['a PMm that is cut off', '10 01 0102030405060708 ffffffffffff'],
    ['one byte of request data', '13 01 0102030405060708 ffffffffffffffff 12'],
    ['three bytes of request data', '15 01 0102030405060708 ffffffffffffffff 12fc00'],
    ['the code of a command', '12 00 0102030405060708 ffffffffffffffff'],
  ])('is not read with %s', (_, packet) => {
    expect(decodePollingResponse(hex(packet))).toBeUndefined();
  });

  it('is not written with another number of bytes of request data', () => {
    expect(() => encodePollingResponse({ ...card, requestData: hex('12') })).toThrow(RangeError);
  });
});

describe('system code in Polling', () => {
  it.each([
    [0x4b5a, true],
    [0xffff, true],
    [0x4bff, true],
    [0xff5a, true],
    [0x4b5b, false],
    [0x4a5a, false],
    [0xff5b, false],
    [0x4aff, false],
  ])('%i matches 4B5A: %s', (polled, isMatch) => {
    expect(matchesSystemCode(systemCode(polled), systemCode(0x4b5a))).toBe(isMatch);
  });

  it('FFFF matches every system', () => {
    expect(matchesSystemCode(ANY_SYSTEM, systemCode(0x0000))).toBe(true);
  });
});

describe('communication performance', () => {
  it('is a zero byte and one bit for each speed, with bit 7 for automatic switching', () => {
    const none = { is212kbps: false, is424kbps: false, isAutomatic: false };
    expect(encodeCommunicationPerformance(none)).toEqual(hex('00 00'));
    expect(encodeCommunicationPerformance({ ...none, is212kbps: true })).toEqual(hex('00 01'));
    expect(encodeCommunicationPerformance({ ...none, is424kbps: true })).toEqual(hex('00 02'));
    expect(encodeCommunicationPerformance({ ...none, isAutomatic: true })).toEqual(hex('00 80'));
  });
});
