import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeUdpDatagram,
  encodeUdpFrame,
  UDP_DATAGRAM_BYTES_MAX,
} from '../../../card-emulator/link/udp-datagram.ts';
import { hex } from '../felica/hex.ts';

function ascii(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'latin1'));
}

/** As many bytes as asked for, hexadecimal digits among them in pairs where that can be. */
function datagramOf(byteCount: number): Uint8Array {
  return ascii('212F '.padEnd(byteCount, '0'));
}

describe('a datagram', () => {
  it('of nfcpy looks for a card at 212 kbit/s with this Polling', () => {
    const polling = { kind: 'frame', technology: '212F', frame: hex('06 00 ffff 01 00') };
    expect(decodeUdpDatagram(ascii('212F 0600ffff0100'))).toEqual(polling);
  });

  it('has the same meaning in upper-case digits, and at 424 kbit/s', () => {
    const polling = { kind: 'frame', technology: '424F', frame: hex('06 00 ffff 01 00') };
    expect(decodeUdpDatagram(ascii('424F 0600FFff0100'))).toEqual(polling);
  });

  it('takes the field away as RFOFF', () => {
    expect(decodeUdpDatagram(ascii('RFOFF'))).toEqual({ kind: 'field-off' });
  });

  it.each([
    ['106A 26', '106A'],
    ['106B 050010', '106B'],
    ['848F 0600ffff0100', '848F'],
  ])('%s is for another technology', (text, technology) => {
    expect(decodeUdpDatagram(ascii(text))).toEqual({ kind: 'other-technology', technology });
  });

  it.each([
    [''],
    ['212F'],
    ['212F '],
    ['212F 0'],
    ['212F 06 00'],
    ['212F  0600ffff0100'],
    ['212F 0600ffff010'],
    ['212F 0600ffff01zz'],
    ['212F 0600ffff0100\n'],
    [' 212F 0600ffff0100'],
    ['212f 0600ffff0100'],
    ['212 0600ffff0100'],
    ['212F\t0600ffff0100'],
    ['rfoff'],
    ['RFOFF '],
    ['RFOFF 00'],
    ['0600ffff0100'],
    ['212F 06\u00ff0'],
  ])('%j is none', (text) => {
    expect(decodeUdpDatagram(ascii(text))).toBeUndefined();
  });

  it('has at most 1024 bytes', () => {
    expect(UDP_DATAGRAM_BYTES_MAX).toBe(1024);
    expect(decodeUdpDatagram(datagramOf(1023))?.kind).toBe('frame');
    expect(decodeUdpDatagram(datagramOf(1025))).toBeUndefined();
  });

  it('is undefined or what it says, whatever the bytes, and never throws', () => {
    const text = fc.stringMatching(/^[0-9A-F ]{0,20}$/).map(ascii);
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 40 }), text), (bytes) => {
        const datagram = decodeUdpDatagram(bytes);
        if (datagram?.kind !== 'frame') return;
        const { technology, frame } = datagram;
        const written = Buffer.from(encodeUdpFrame(technology, frame)).toString('latin1');
        expect(written.toLowerCase()).toBe(Buffer.from(bytes).toString('latin1').toLowerCase());
      }),
    );
  });

  it('of a frame is read back as that frame', () => {
    const technology = fc.constantFrom('212F' as const, '424F' as const);
    const frames = fc.uint8Array({ minLength: 1, maxLength: 255 });
    fc.assert(
      fc.property(technology, frames, (brty, frame) => {
        const read = decodeUdpDatagram(encodeUdpFrame(brty, frame));
        expect(read).toEqual({ kind: 'frame', technology: brty, frame });
      }),
    );
  });

  it('of an answer is in lower case, with one space', () => {
    const written = encodeUdpFrame('212F', hex('0B 05 0102030405060708 AB'));
    expect(Buffer.from(written).toString('latin1')).toBe('212F 0b050102030405060708ab');
  });

  it('is not made of no frame', () => {
    expect(() => encodeUdpFrame('212F', new Uint8Array(0))).toThrow(RangeError);
  });
});
