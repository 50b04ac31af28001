import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePacket } from '#felica/packet';
import { acsRaw } from '../../../terminal/reader/acs-raw.ts';
import { hex } from '../../card-emulator/felica/hex.ts';

describe('acs-raw wrap', () => {
  it('puts the packet behind FF 00 00 00 Lc (ACM1252U-Y3 manual, p. 45)', () => {
    const packet = hex('10 06 0102030405060708 01 0901 01 8000');
    expect(acsRaw.wrap(packet)).toEqual(
      hex('ff 00 00 00 10 10 06 0102030405060708 01 0901 01 8000'),
    );
  });

  it('has room for the longest packet', () => {
    expect(acsRaw.wrap(new Uint8Array(255).fill(255))).toHaveLength(260);
  });

  it.each(['', '00', '02 00 00', '03 00'])('refuses what is no packet: %s', (text) => {
    expect(() => acsRaw.wrap(hex(text))).toThrow(RangeError);
  });
});

describe('acs-raw unwrap', () => {
  it('gives the packet before the status word 90 00', () => {
    const packet = hex(`1d 07 0102030405060708 00 00 01 ${'5a'.repeat(16)}`);
    expect(acsRaw.unwrap(Uint8Array.of(...packet, 0x90, 0x00))).toEqual({
      result: 'packet',
      packet,
    });
  });

  it("gives the card's refusal of a service as a packet too", () => {
    const packet = hex('0c 07 0102030405060708 01 a6');
    expect(acsRaw.unwrap(hex('0c 07 0102030405060708 01 a6 90 00'))).toEqual({
      result: 'packet',
      packet,
    });
  });

  it.each(['63 00', '63 01', '90 00'])('tells %s alone as the silence of the card', (reply) => {
    expect(acsRaw.unwrap(hex(reply))).toEqual({ result: 'silent' });
  });

  it.each([
    ['67 00', 0x6700],
    ['6a 81', 0x6a81],
    ['6d 00', 0x6d00],
  ])('tells %s alone as a form of command that the reader does not know', (reply, statusWord) => {
    expect(acsRaw.unwrap(hex(reply))).toEqual({ result: 'refused', statusWord });
  });

  it.each([
    ['nothing', ''],
    ['one byte', '90'],
    ['the first bytes of a packet', '0c 09 02'],
    ['a packet without a status word', '03 3f 00'],
    ['a packet before a failing status word', '03 3f 00 63 00'],
    ['a packet longer than its LEN', '03 3f 00 00 90 00'],
    ['a packet shorter than its LEN', '04 3f 00 90 00'],
    ['LEN alone', '01 90 00'],
    ['an unknown status word', '6f 00'],
  ])('believes nothing of %s', (_, reply) => {
    expect(acsRaw.unwrap(hex(reply))).toEqual({ result: 'broken' });
  });

  it('gives back bytes of its own', () => {
    const reply = Buffer.from('033f009000', 'hex');
    const unwrapped = acsRaw.unwrap(reply);
    reply.fill(0xee);
    expect(unwrapped).toEqual({ result: 'packet', packet: hex('03 3f 00') });
  });

  it('gives a packet only if it is whole, whatever the driver hands up', () => {
    const reply = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.uint8Array({ maxLength: 300 }).map((body) => Uint8Array.of(...body, 0x90, 0x00)),
    );
    fc.assert(
      fc.property(reply, (bytes) => {
        const unwrapped = acsRaw.unwrap(bytes);
        if (unwrapped.result !== 'packet') return;
        expect(decodePacket(unwrapped.packet)).toBeDefined();
        expect(Uint8Array.of(...unwrapped.packet, 0x90, 0x00)).toEqual(bytes);
      }),
    );
  });

  it('gives every packet that a card can answer', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 254 }), (body) => {
        const packet = Uint8Array.of(body.length + 1, ...body);
        const reply = Uint8Array.of(...packet, 0x90, 0x00);
        expect(acsRaw.unwrap(reply)).toEqual({ result: 'packet', packet });
      }),
    );
  });
});
