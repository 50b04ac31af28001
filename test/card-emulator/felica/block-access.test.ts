import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeReadPayload,
  decodeReadResult,
  decodeReadWithoutEncryptionRequest,
  decodeReadWithoutEncryptionResponse,
  decodeWritePayload,
  decodeWriteResult,
  decodeWriteWithoutEncryptionRequest,
  decodeWriteWithoutEncryptionResponse,
  encodeReadPayload,
  encodeReadResult,
  encodeReadWithoutEncryptionRequest,
  encodeReadWithoutEncryptionResponse,
  encodeWritePayload,
  encodeWriteResult,
  encodeWriteWithoutEncryptionRequest,
  encodeWriteWithoutEncryptionResponse,
} from '#felica/block-access';
import type { BlockListElement } from '#felica/block-list';
import { idm, nodeCode } from '#felica/identifiers';
import { StatusFlag2 } from '#felica/status-flag';
import { hex, inHex } from './hex.ts';

const card = idm(hex('0102030405060708'));
const zeroBlock = new Uint8Array(16);
const countingBlock = hex('000102030405060708090a0b0c0d0e0f');

function element(blockNumber: number, serviceIndex = 0): BlockListElement {
  return { serviceIndex, accessMode: 'normal', blockNumber };
}

function elements(count: number): BlockListElement[] {
  return Array.from({ length: count }, (_, blockNumber) => element(blockNumber));
}

function blocks(count: number): Uint8Array[] {
  return Array.from({ length: count }, () => countingBlock);
}

describe('Read Without Encryption', () => {
  it.each([
    ['12 06 0102030405060708 01 0b00 02 8000 8001', [0x000b], [element(0), element(1)]],
    [
      '14 06 0102030405060708 02 0b00 0b00 02 8000 8100',
      [0x000b, 0x000b],
      [element(0), element(0, 1)],
    ],
    ['10 06 0102030405060708 01 0b00 01 8088', [0x000b], [element(0x88)]],
    [
      '16 06 0102030405060708 01 0b00 04 8001 8002 8003 8081',
      [0x000b],
      [element(1), element(2), element(3), element(0x81)],
    ],
  ])('asks by %s', (packet, codes, list) => {
    const request = { idm: card, serviceCodes: codes.map(nodeCode), elements: list };
    expect(encodeReadWithoutEncryptionRequest(request)).toEqual(hex(packet));
    expect(decodeReadWithoutEncryptionRequest(hex(packet))).toEqual(request);
  });

  it('is answered by the blocks in the order asked', () => {
    const packet = hex(
      '2d 07 0102030405060708 00 00 02 10010100010000000000000000100023 d1020b5370d1010755036162 2e636f6d',
    );
    const response = {
      idm: card,
      statusFlag1: 0x00,
      statusFlag2: 0x00,
      blocks: [hex('10010100010000000000000000100023'), hex('d1020b5370d10107550361622e636f6d')],
    };
    expect(encodeReadWithoutEncryptionResponse(response)).toEqual(packet);
    expect(decodeReadWithoutEncryptionResponse(packet)).toEqual(response);
  });

  it.each([
    ['0c 07 0102030405060708 01 a8', 0x01, 0xa8],
    ['0c 07 0102030405060708 ff ff', 0xff, 0xff],
  ])('is refused by %s', (packet, statusFlag1, statusFlag2) => {
    const response = { idm: card, statusFlag1, statusFlag2, blocks: [] };
    expect(encodeReadWithoutEncryptionResponse(response)).toEqual(hex(packet));
    expect(decodeReadWithoutEncryptionResponse(hex(packet))).toEqual(response);
  });

  it.each([
    ['a block cut off', `1c 07 0102030405060708 00 00 01 ${'00'.repeat(15)}`],
    ['a byte too many', `1e 07 0102030405060708 00 00 01 ${'00'.repeat(17)}`],
    ['fewer blocks than it says', `1d 07 0102030405060708 00 00 02 ${'00'.repeat(16)}`],
    ['success and no block', '0d 07 0102030405060708 00 00 00'],
    ['success and nothing more', '0c 07 0102030405060708 00 00'],
    ['blocks after a refusal', `1d 07 0102030405060708 01 a8 01 ${'00'.repeat(16)}`],
    ['one status flag', '0b 07 0102030405060708 01'],
    ['no status flag', '0a 07 0102030405060708'],
  ])('has no answer with %s', (_, packet) => {
    expect(decodeReadWithoutEncryptionResponse(hex(packet))).toBeUndefined();
  });

  it.each([
    ['no service count', '0a 06 0102030405060708'],
    ['a service cut off', '0c 06 0102030405060708 01 0b'],
    ['no block count', '0d 06 0102030405060708 01 0b00'],
    ['an element cut off', '0f 06 0102030405060708 01 0b00 01 80'],
    ['fewer elements than it says', '10 06 0102030405060708 01 0b00 02 8000'],
  ])('is not read with %s', (_, packet) => {
    expect(decodeReadWithoutEncryptionRequest(hex(packet))).toBeUndefined();
  });

  it('is read with counts of zero, which the card answers itself', () => {
    const packet = hex('0c 06 0102030405060708 00 00');
    expect(decodeReadWithoutEncryptionRequest(packet)).toEqual({
      idm: card,
      serviceCodes: [],
      elements: [],
    });
  });

  it('is read with bytes after its parameters', () => {
    const packet = hex('12 06 0102030405060708 01 0b00 01 8000 dead');
    expect(decodeReadWithoutEncryptionRequest(packet)?.elements).toEqual([element(0)]);
  });

  it.each([
    ['no service', 0, 1],
    ['17 services', 17, 1],
    ['no block', 1, 0],
    ['16 blocks', 1, 16],
  ])('is not written with %s', (_, serviceCount, blockCount) => {
    const request = {
      idm: card,
      serviceCodes: Array.from({ length: serviceCount }, () => nodeCode(0x000b)),
      elements: elements(blockCount),
    };
    expect(() => encodeReadWithoutEncryptionRequest(request)).toThrow(RangeError);
  });

  it('reads 15 blocks in one answer and no more', () => {
    const done = { idm: card, statusFlag1: 0x00, statusFlag2: 0x00 };
    const packet = encodeReadWithoutEncryptionResponse({ ...done, blocks: blocks(15) });
    expect(packet).toHaveLength(253);
    expect(decodeReadWithoutEncryptionResponse(packet)?.blocks).toEqual(blocks(15));
    expect(() => encodeReadWithoutEncryptionResponse({ ...done, blocks: blocks(16) })).toThrow(
      RangeError,
    );
  });
});

describe('Write Without Encryption', () => {
  it('carries one block for each element', () => {
    const block = hex('07060504 03020100 0f0e0d0c 0b0a0908');
    const packet = hex(`20 08 0102030405060708 01 0900 01 8080 ${inHex(block)}`);
    const request = {
      idm: card,
      serviceCodes: [nodeCode(0x0009)],
      elements: [element(0x80)],
      blocks: [block],
    };
    expect(encodeWriteWithoutEncryptionRequest(request)).toEqual(packet);
    expect(decodeWriteWithoutEncryptionRequest(packet)).toEqual(request);
  });

  it('writes purse and history of one sale in one packet', () => {
    const packet = encodeWriteWithoutEncryptionRequest({
      idm: card,
      serviceCodes: [nodeCode(0x1015), nodeCode(0x104d)],
      elements: [element(0), element(0, 1)],
      blocks: [countingBlock, zeroBlock],
    });
    expect(packet).toEqual(
      hex(
        `34 08 0102030405060708 02 1510 4d10 02 8000 8100 000102030405060708090a0b0c0d0e0f ${'00'.repeat(16)}`,
      ),
    );
  });

  it.each([
    ['09 0102030405060708 00 00', 0x00, 0x00],
    ['09 0102030405060708 01 a5', 0x01, 0xa5],
    ['09 0102030405060708 ff 71', 0xff, StatusFlag2.rewriteCountExceeded],
  ])('is answered by %s', (body, statusFlag1, statusFlag2) => {
    const packet = hex(`0c ${body}`);
    const response = { idm: card, statusFlag1, statusFlag2 };
    expect(encodeWriteWithoutEncryptionResponse(response)).toEqual(packet);
    expect(decodeWriteWithoutEncryptionResponse(packet)).toEqual(response);
  });

  it('has no answer with another number of bytes', () => {
    expect(
      decodeWriteWithoutEncryptionResponse(hex('0d 09 0102030405060708 00 00 00')),
    ).toBeUndefined();
    expect(decodeWriteWithoutEncryptionResponse(hex('0b 09 0102030405060708 00'))).toBeUndefined();
  });

  it('is not read with less data than its elements need', () => {
    const packet = hex(`1f 08 0102030405060708 01 0900 01 8080 ${'00'.repeat(15)}`);
    expect(decodeWriteWithoutEncryptionRequest(packet)).toBeUndefined();
  });

  it('is read with bytes after its parameters', () => {
    const packet = hex(`22 08 0102030405060708 01 0900 01 8080 ${'00'.repeat(16)} dead`);
    expect(decodeWriteWithoutEncryptionRequest(packet)?.blocks).toEqual([zeroBlock]);
  });

  it('writes 13 blocks to one service in 248 bytes and no more', () => {
    const request = { idm: card, serviceCodes: [nodeCode(0x0009)] };
    const packet = encodeWriteWithoutEncryptionRequest({
      ...request,
      elements: elements(13),
      blocks: blocks(13),
    });
    expect(packet).toHaveLength(248);
    expect(decodeWriteWithoutEncryptionRequest(packet)?.blocks).toEqual(blocks(13));
    expect(() =>
      encodeWriteWithoutEncryptionRequest({
        ...request,
        elements: elements(14),
        blocks: blocks(14),
      }),
    ).toThrow(RangeError);
  });

  it('writes 11 blocks to 16 services with long elements, and no 12th fits', () => {
    const serviceCodes = Array.from({ length: 16 }, () => nodeCode(0x0009));
    const longElements = (count: number) =>
      Array.from({ length: count }, (_, index) => element(256 + index));
    const write = (count: number) =>
      encodeWriteWithoutEncryptionRequest({
        idm: card,
        serviceCodes,
        elements: longElements(count),
        blocks: blocks(count),
      });
    expect(write(11)).toHaveLength(253);
    expect(() => write(12)).toThrow(RangeError);
  });
});

describe('payload of an encrypted Read', () => {
  it('is a count and the elements', () => {
    expect(encodeReadPayload([element(0), element(2, 1)])).toEqual(hex('02 8000 8102'));
    expect(decodeReadPayload(hex('02 8000 8102'))).toEqual([element(0), element(2, 1)]);
  });

  it('has nothing after its elements', () => {
    expect(decodeReadPayload(hex('01 8000 00'))).toBeUndefined();
    expect(decodeReadPayload(hex(''))).toBeUndefined();
  });
});

describe('payload of an encrypted Write', () => {
  it('is a count, the elements and their data', () => {
    const payload = hex(`02 8000 8102 000102030405060708090a0b0c0d0e0f ${'00'.repeat(16)}`);
    const list = [element(0), element(2, 1)];
    const data = [countingBlock, zeroBlock];
    expect(encodeWritePayload(list, data)).toEqual(payload);
    expect(decodeWritePayload(payload)).toEqual({ elements: list, blocks: data });
  });

  it('has nothing after its data', () => {
    expect(decodeWritePayload(hex(`01 8000 ${'00'.repeat(17)}`))).toBeUndefined();
    expect(decodeWritePayload(hex(`01 8000 ${'00'.repeat(15)}`))).toBeUndefined();
  });

  it.each([
    ['fewer blocks than elements', elements(2), blocks(1)],
    ['more blocks than elements', elements(1), blocks(2)],
    ['a block of 15 bytes', elements(1), [countingBlock.subarray(1)]],
    ['no element', [], []],
  ])('is not written with %s', (_, list, data) => {
    expect(() => encodeWritePayload(list, data)).toThrow(RangeError);
  });
});

describe('result of an encrypted command', () => {
  it('is status flags and, for a read that was done, the blocks', () => {
    const done = { statusFlag1: 0x00, statusFlag2: 0x00, blocks: [countingBlock] };
    expect(encodeReadResult(done)).toEqual(hex('00 00 01 000102030405060708090a0b0c0d0e0f'));
    expect(decodeReadResult(encodeReadResult(done))).toEqual(done);
  });

  it('of a refused read has no block', () => {
    const refused = { statusFlag1: 0x01, statusFlag2: 0xa8 };
    expect(decodeReadResult(hex('01 a8'))).toEqual({ ...refused, blocks: [] });
    expect(() => encodeReadResult({ ...refused, blocks: blocks(1) })).toThrow(RangeError);
  });

  it('of a read that was done has a block', () => {
    expect(() => encodeReadResult({ statusFlag1: 0, statusFlag2: 0, blocks: [] })).toThrow(
      RangeError,
    );
  });

  it('has no more blocks than a packet can carry', () => {
    expect(decodeReadResult(hex(`00 00 0f ${'00'.repeat(15 * 16)}`))?.blocks).toHaveLength(15);
    expect(decodeReadResult(hex(`00 00 10 ${'00'.repeat(16 * 16)}`))).toBeUndefined();
  });

  it('of a write is status flags alone', () => {
    const refused = { statusFlag1: 0x01, statusFlag2: StatusFlag2.purseResultOutOfRange };
    expect(encodeWriteResult(refused)).toEqual(hex('01 01'));
    expect(decodeWriteResult(hex('01 01'))).toEqual(refused);
    expect(decodeWriteResult(hex('01'))).toBeUndefined();
    expect(decodeWriteResult(hex('01 01 00'))).toBeUndefined();
  });
});

describe('any write', () => {
  it('is read back as it was written', () => {
    const anyElement = fc.record({
      serviceIndex: fc.integer({ min: 0, max: 15 }),
      accessMode: fc.constantFrom('normal' as const, 'cashback' as const, 'key-change' as const),
      blockNumber: fc.integer({ min: 0, max: 0xffff }),
    });
    const anyBlock = fc.uint8Array({ minLength: 16, maxLength: 16 });
    const anyWrite = fc.array(fc.tuple(anyElement, anyBlock), { minLength: 1, maxLength: 11 });
    fc.assert(
      fc.property(anyWrite, (write) => {
        const request = {
          idm: card,
          serviceCodes: [nodeCode(0x1015)],
          elements: write.map(([list]) => list),
          blocks: write.map(([, block]) => block),
        };
        const packet = encodeWriteWithoutEncryptionRequest(request);
        expect(decodeWriteWithoutEncryptionRequest(packet)).toEqual(request);
      }),
    );
  });
});
