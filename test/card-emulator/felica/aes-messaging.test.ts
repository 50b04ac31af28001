import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AES_PAYLOAD_BYTES_MAX,
  type AesSession,
  deriveAesSession,
  FIRST_TRANSACTION_NUMBER,
  openAesFrame,
  responseTransactionNumber,
  sealAesFrame,
  TRANSACTION_NUMBER_MAX,
} from '#felica/aes-messaging';
import { decodeU16LE } from '#felica/byte-field';
import { encodePacket } from '#felica/packet';
import vector from '../../vectors/felica-aes-frame.json' with { type: 'json' };
import { hex } from './hex.ts';

const published = {
  session: {
    encryptionKey: hex(vector.encryptionKey),
    macKey: hex(vector.macKey),
    transactionId: hex(vector.transactionId),
    challenge3C: hex(vector.challenge3C),
  },
  message: {
    code: Number.parseInt(vector.code, 16),
    transactionNumber: decodeU16LE(hex(vector.transactionNumber), 0),
    payload: hex(vector.payload),
  },
  packet: encodePacket(Number.parseInt(vector.code, 16), hex(vector.data)),
};

const randoms = {
  random1: hex('c0c1c2c3c4c5c6c7c8c9cacbcccdcecf'),
  random2: hex('00112233445566778899aabbccddeeff'),
  challenge3C: hex('0a0b0c0d'),
};
const session = deriveAesSession(randoms);
const message = { code: 0x46, transactionNumber: 1, payload: hex('02 8000 8102') };
const packet = sealAesFrame({ session, ...message });

function changed(bytes: Uint8Array, offset: number, mask: number): Uint8Array {
  return bytes.map((byte, index) => (index === offset ? byte ^ mask : byte));
}

describe('published AES frame', () => {
  it('is sealed byte for byte', () => {
    expect(sealAesFrame({ session: published.session, ...published.message })).toEqual(
      published.packet,
    );
  });

  it('is opened', () => {
    expect(openAesFrame(published.session, published.packet)).toEqual(published.message);
  });
});

describe('AES session', () => {
  it('takes its transaction ID from bytes 2 to 7 of the random number of the reader', () => {
    expect(session.transactionId).toEqual(hex('c2c3c4c5c6c7'));
  });

  it.each([
    ['random1', 15],
    ['random2', 17],
    ['challenge3C', 3],
  ] as const)('is not derived from a %s of %d bytes', (name, length) => {
    expect(() => deriveAesSession({ ...randoms, [name]: new Uint8Array(length) })).toThrow(
      RangeError,
    );
  });
});

describe('AES frame', () => {
  it('is never opened when one bit of it is another', () => {
    for (let offset = 0; offset < packet.length; offset += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        expect(openAesFrame(session, changed(packet, offset, 1 << bit))).toBeUndefined();
      }
    }
  });

  it('is never opened when one bit is another, whatever it carries', () => {
    const anyFrame = fc.record({
      payload: fc.uint8Array({ maxLength: AES_PAYLOAD_BYTES_MAX }),
      transactionNumber: fc.integer({ min: 0, max: TRANSACTION_NUMBER_MAX }),
      position: fc.nat(),
      bit: fc.integer({ min: 0, max: 7 }),
    });
    fc.assert(
      fc.property(anyFrame, ({ payload, transactionNumber, position, bit }) => {
        const sealed = sealAesFrame({ session, code: 0x46, transactionNumber, payload });
        const wrong = changed(sealed, position % sealed.length, 1 << bit);
        expect(openAesFrame(session, wrong)).toBeUndefined();
      }),
    );
  });

  it('is opened to what was sealed, whatever its length', () => {
    for (let length = 0; length <= AES_PAYLOAD_BYTES_MAX; length += 1) {
      const long = { ...message, payload: new Uint8Array(length).fill(0xa5) };
      expect(openAesFrame(session, sealAesFrame({ session, ...long }))).toEqual(long);
    }
  });

  it('is at most 255 bytes long', () => {
    const longest = new Uint8Array(AES_PAYLOAD_BYTES_MAX);
    expect(sealAesFrame({ session, ...message, payload: longest })).toHaveLength(255);
    const longer = new Uint8Array(AES_PAYLOAD_BYTES_MAX + 1);
    expect(() => sealAesFrame({ session, ...message, payload: longer })).toThrow(RangeError);
  });

  it.each<[string, Partial<AesSession>]>([
    ['another encryption key', { encryptionKey: new Uint8Array(16) }],
    ['another MAC key', { macKey: new Uint8Array(16) }],
    ['another transaction ID', { transactionId: hex('c2c3c4c5c6c8') }],
    ['another challenge of the card', { challenge3C: hex('0a0b0c0e') }],
  ])('is not opened with %s', (_, changes) => {
    expect(openAesFrame({ ...session, ...changes }, packet)).toBeUndefined();
  });

  it('is not opened with a part missing', () => {
    for (let length = 0; length < packet.length; length += 1) {
      expect(openAesFrame(session, packet.subarray(0, length))).toBeUndefined();
      const relabelled = packet.slice(0, length);
      relabelled[0] = length;
      expect(openAesFrame(session, relabelled)).toBeUndefined();
    }
  });

  it('hides equal payloads under different transaction numbers', () => {
    const next = sealAesFrame({ session, ...message, transactionNumber: 3 });
    expect(next.subarray(4)).not.toEqual(packet.subarray(4));
  });

  it.each([-1, TRANSACTION_NUMBER_MAX + 1, 1.5])('has no transaction number %d', (number) => {
    expect(() => sealAesFrame({ session, ...message, transactionNumber: number })).toThrow(
      RangeError,
    );
  });
});

describe('transaction number', () => {
  it('of a response is one more than its command, and a session begins with 1', () => {
    expect(FIRST_TRANSACTION_NUMBER).toBe(1);
    expect(responseTransactionNumber(FIRST_TRANSACTION_NUMBER)).toBe(2);
    expect(responseTransactionNumber(0xfffe)).toBe(0xffff);
  });

  it('comes to its end at FFFF', () => {
    expect(responseTransactionNumber(0xffff)).toBeUndefined();
  });
});
