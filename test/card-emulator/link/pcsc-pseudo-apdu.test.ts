import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { idm } from '#felica/identifiers';
import {
  CARD_SILENT,
  FELICA_ATR,
  identifierReply,
  packetReply,
  readPseudoApdu,
} from '../../../card-emulator/link/pcsc-pseudo-apdu.ts';
import { hex } from '../felica/hex.ts';

describe('answer to reset', () => {
  it('is the one that pcsc-tools lists for FeliCa (smartcard_list.txt, 3B 8F … 11 00 3B)', () => {
    expect(FELICA_ATR).toEqual(hex('3b8f8001804f0ca000000306 11 003b 00000000 42'));
  });

  it('ends with the XOR of its bytes after the first (ISO/IEC 7816-3 §8.2.5)', () => {
    expect(FELICA_ATR.subarray(1).reduce((xor, byte) => xor ^ byte)).toBe(0);
  });
});

describe('pseudo-APDU', () => {
  it('asks for the IDm and for the PMm', () => {
    expect(readPseudoApdu(hex('ff ca 00 00 00'))).toEqual({ kind: 'get-idm' });
    expect(readPseudoApdu(hex('ff ca 01 00 00'))).toEqual({ kind: 'get-pmm' });
  });

  it('carries a packet behind FF 00 00 00 Lc', () => {
    const command = hex('ff 00 00 00 06 06 00 ffff 00 00');
    expect(readPseudoApdu(command)).toEqual({ kind: 'packet', packet: hex('06 00 ffff 00 00') });
  });

  it.each([
    ['SELECT, which finds no application', '00 a4 04 00 00', '6a 82'],
    ['another class', '80 ca 00 00 00', '6d 00'],
    ['another instruction of the reader', 'ff b0 00 00 10', '6d 00'],
    ["a card's history, which FeliCa has not", 'ff ca 02 00 00', '6a 81'],
    ['GET DATA with another P2', 'ff ca 00 01 00', '6a 81'],
    ['GET DATA without Le', 'ff ca 00 00', '67 00'],
    ['a packet shorter than Lc', 'ff 00 00 00 03 02 00', '67 00'],
    ['a packet longer than Lc', 'ff 00 00 00 01 02 00', '67 00'],
    ['no packet at all', 'ff 00 00 00', '67 00'],
    ['no byte at all', '', '6d 00'],
  ])('is refused if it is %s', (_, command, reply) => {
    expect(readPseudoApdu(hex(command))).toEqual({ kind: 'answered', reply: hex(reply) });
  });

  it('has an answer of two bytes at least, whatever it is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (command) => {
        const read = readPseudoApdu(command);
        if (read.kind === 'answered') expect(read.reply).toHaveLength(2);
        if (read.kind === 'packet') expect(read.packet.length).toBeGreaterThan(0);
      }),
    );
  });
});

describe('reply', () => {
  it('is the identifier and 90 00', () => {
    const value = idm(hex('0139020304050607'));
    expect(identifierReply(value)).toEqual(hex('0139020304050607 90 00'));
  });

  it("is the card's packet and 90 00, or 63 00 for its silence, and never empty", () => {
    expect(packetReply(hex('03 3f 00'))).toEqual(hex('03 3f 00 90 00'));
    expect(packetReply(undefined)).toEqual(CARD_SILENT);
    expect(CARD_SILENT).toEqual(hex('63 00'));
  });
});
