import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acr122 } from '../../../terminal/reader/acr122.ts';
import { hex } from '../../card-emulator/felica/hex.ts';

describe('acr122 wrap', () => {
  it('puts the packet behind FF 00 00 00 Lc D4 42 (ACR122U API v2.02; Polling)', () => {
    expect(acr122.wrap(hex('06 00 ffff 01 00'))).toEqual(
      hex('ff 00 00 00 08 d4 42 06 00 ffff 01 00'),
    );
  });

  it('has room for packets of 253 bytes, two less than a packet may have', () => {
    expect(acr122.wrap(new Uint8Array(253).fill(253))).toHaveLength(260);
    expect(() => acr122.wrap(new Uint8Array(254).fill(254))).toThrow(RangeError);
  });

  it.each(['', '00', '02 00 00'])('refuses what is no packet: %s', (text) => {
    expect(() => acr122.wrap(hex(text))).toThrow(RangeError);
  });
});

describe('acr122 opening', () => {
  it('lets the chip wait 409.6 ms for a card: D4 32 02 00 0B 0D', () => {
    expect(acr122.opening.map(({ command }) => command)).toEqual([
      hex('ff 00 00 00 06 d4 32 02 00 0b 0d'),
    ]);
  });

  it.each([
    ['d5 33 90 00', true],
    ['d5 43 90 00', false],
    ['d5 33 00 90 00', false],
    ['90 00', false],
    ['63 00', false],
    ['6d 00', false],
    ['', false],
  ])('takes %s for an answer: %s', (reply, isAccepted) => {
    expect(acr122.opening[0]?.isAccepted(hex(reply))).toBe(isAccepted);
  });
});

describe('acr122 unwrap', () => {
  const POLLED = '14 01 0102030405060708 0120220427674eff ffff';

  it('gives the packet behind D5 43 00', () => {
    expect(acr122.unwrap(hex(`d5 43 00 ${POLLED} 90 00`))).toEqual({
      result: 'packet',
      packet: hex(POLLED),
    });
  });

  it('takes the two high bits of the status for no part of it', () => {
    expect(acr122.unwrap(hex('d5 43 80 03 3f 00 90 00'))).toMatchObject({ result: 'packet' });
    expect(acr122.unwrap(hex('d5 43 41 90 00'))).toEqual({ result: 'silent' });
  });

  it.each([
    ['the chip waited in vain', 'd5 43 01 90 00'],
    ['the card was released', 'd5 43 29 90 00'],
    ['the card disappeared', 'd5 43 2b 90 00'],
    ['the chip has no packet', 'd5 43 00 90 00'],
    ['the reader failed', '63 00'],
    ['the chip did not answer the reader in time', '63 01'],
  ])('tells that the card was silent when %s', (_, reply) => {
    expect(acr122.unwrap(hex(reply))).toEqual({ result: 'silent' });
  });

  it.each([
    ['the chip refused the command', '63 7f', 0x637f],
    ['the reader does not know it', '6d 00', 0x6d00],
    ['the reader has no such function', '6a 81', 0x6a81],
  ])('tells that the form is unknown when %s', (_, reply, statusWord) => {
    expect(acr122.unwrap(hex(reply))).toEqual({ result: 'refused', statusWord });
  });

  it.each([
    ['nothing', ''],
    ['a CRC error in the air', 'd5 43 02 90 00'],
    ['a framing error', 'd5 43 05 90 00'],
    ['a chip in a bad state', 'd5 43 25 90 00'],
    ['a damaged answer of the chip', '63 27'],
    ['no chip status', 'd5 43 90 00'],
    ['the answer to another chip command', 'd5 41 00 03 3f 00 90 00'],
    ['a packet as acs-raw has it', '03 3f 00 90 00'],
    ['a packet shorter than its LEN', 'd5 43 00 04 3f 00 90 00'],
    ['a packet before a failing status word', 'd5 43 00 03 3f 00 63 00'],
    ['a packet without a status word', 'd5 43 00 03 3f 00'],
  ])('believes nothing of %s', (_, reply) => {
    expect(acr122.unwrap(hex(reply))).toEqual({ result: 'broken' });
  });

  it('gives every packet that a card can answer, and nothing that is not whole', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 254 }), fc.nat(), (body, cut) => {
        const packet = Uint8Array.of(body.length + 1, ...body);
        const reply = Uint8Array.of(0xd5, 0x43, 0x00, ...packet, 0x90, 0x00);
        expect(acr122.unwrap(reply)).toEqual({ result: 'packet', packet });
        expect(acr122.unwrap(reply.subarray(0, cut % reply.length))).not.toMatchObject({
          result: 'packet',
          packet,
        });
      }),
    );
  });
});
