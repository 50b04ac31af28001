import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeVpcdMessage, VpcdDecoder } from '../../../card-emulator/link/vpcd-message.ts';
import { hex } from '../felica/hex.ts';

describe('vpcd message', () => {
  it('has its length in front, two bytes, big endian (vsmartcard api.txt)', () => {
    expect(encodeVpcdMessage(hex('ff ca 00 00 00'))).toEqual(hex('0005 ff ca 00 00 00'));
    expect(encodeVpcdMessage(new Uint8Array(257)).subarray(0, 2)).toEqual(hex('0101'));
  });

  it('is never empty: vpcd would wait for ever', () => {
    expect(() => encodeVpcdMessage(new Uint8Array(0))).toThrow(RangeError);
  });

  it('has at most 65535 bytes', () => {
    expect(encodeVpcdMessage(new Uint8Array(65_535))).toHaveLength(65_537);
    expect(() => encodeVpcdMessage(new Uint8Array(65_536))).toThrow(RangeError);
  });
});

describe('vpcd decoder', () => {
  it('waits for the rest of a message that came in pieces', () => {
    const decoder = new VpcdDecoder();
    expect(decoder.push(hex('00'))).toEqual([]);
    expect(decoder.push(hex('03 ff'))).toEqual([]);
    expect(decoder.push(hex('ca 00'))).toEqual([hex('ff ca 00')]);
  });

  it('separates messages that came together', () => {
    const decoder = new VpcdDecoder();
    expect(decoder.push(hex('0001 01 0001 04 0002 ff'))).toEqual([hex('01'), hex('04')]);
    expect(decoder.push(hex('ca'))).toEqual([hex('ff ca')]);
  });

  it('tells the length that came alone, and only then', () => {
    const decoder = new VpcdDecoder();
    expect(decoder.lengthAlone).toBeUndefined();
    decoder.push(hex('00'));
    expect(decoder.lengthAlone).toBeUndefined();
    decoder.push(hex('05'));
    expect(decoder.lengthAlone).toBe(5);
    decoder.push(hex('ff'));
    expect(decoder.lengthAlone).toBeUndefined();
  });

  it('keeps no reference to what it was given', () => {
    const decoder = new VpcdDecoder();
    const chunk = Buffer.from('0001040005', 'hex');
    const [message] = decoder.push(chunk);
    chunk.fill(0xee);
    expect(message).toEqual(hex('04'));
    expect(decoder.lengthAlone).toBe(5);
  });

  it('finds the same messages however TCP cuts and joins them', () => {
    const messages = fc.array(fc.uint8Array({ minLength: 1, maxLength: 600 }), { maxLength: 8 });
    const cuts = fc.array(fc.nat({ max: 400 }), { maxLength: 40 });
    fc.assert(
      fc.property(messages, cuts, (sent, sizes) => {
        const stream = Uint8Array.from(sent.flatMap((body) => [...encodeVpcdMessage(body)]));
        const decoder = new VpcdDecoder();
        const found: Uint8Array[] = [];
        let offset = 0;
        for (const size of [...sizes, stream.length]) {
          found.push(...decoder.push(stream.subarray(offset, offset + size)));
          offset += size;
        }
        expect(found).toEqual(sent);
        expect(decoder.lengthAlone).toBeUndefined();
      }),
    );
  });
});
