import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DES_PAYLOAD_BYTES_MAX,
  deriveDesSession,
  isDesPadding,
  openDesFrame,
  sealDesFrame,
} from '#felica/des-messaging';
import { hex } from './hex.ts';

const session = deriveDesSession({
  random1: hex('c0c1c2c3c4c5c6c7'),
  random2: hex('a0a1a2a3a4a5a6a7'),
});

describe('a DES frame', () => {
  it('opens as it was sealed, for every length of payload, with padding behind it', () => {
    for (let length = 0; length <= DES_PAYLOAD_BYTES_MAX; length += 1) {
      const payload = Uint8Array.from({ length }, (_, index) => index);
      const frame = sealDesFrame({ session, code: 0x16, transactionNumber: length, payload });
      const opened = openDesFrame(session, frame);
      expect(opened).toMatchObject({ code: 0x16, transactionNumber: length });
      expect(opened!.payload.slice(0, length)).toEqual(payload);
      expect(isDesPadding(opened!.payload.subarray(length))).toBe(true);
    }
  });

  it('does not take a payload that no packet holds', () => {
    const payload = new Uint8Array(DES_PAYLOAD_BYTES_MAX + 1);
    const message = { session, code: 0x16, transactionNumber: 1, payload };
    expect(() => sealDesFrame(message)).toThrow('payload: expected at most 232 bytes');
  });

  it('is refused with any bit turned', () => {
    const payload = hex('01 8000 fa000000 0000000000000000 00000001');
    const frame = sealDesFrame({ session, code: 0x16, transactionNumber: 3, payload });
    for (let bit = 0; bit < frame.length * 8; bit += 1) {
      const forged = frame.slice();
      forged[bit >> 3]! ^= 1 << (bit & 7);
      expect(openDesFrame(session, forged)).toBeUndefined();
    }
  });

  it('is refused in a session with another number, whichever end drew it', () => {
    const frame = sealDesFrame({
      session,
      code: 0x14,
      transactionNumber: 1,
      payload: hex('01 8000'),
    });
    const { key, transactionId } = session;
    expect(openDesFrame({ key: hex('a0a1a2a3a4a5a6a9'), transactionId }, frame)).toBeUndefined();
    expect(openDesFrame({ key, transactionId: hex('c2c3c4c5c6c8') }, frame)).toBeUndefined();
  });

  it('is none of any other bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 260 }), (bytes) => {
        expect(openDesFrame(session, bytes)).toBeUndefined();
      }),
    );
  });
});

describe('padding', () => {
  it('is less than a block, of whatever bytes another reader takes', () => {
    const rests = ['', '01', '0202', '00000000000000', '0808080808080808'];
    expect(rests.map((text) => isDesPadding(hex(text)))).toEqual([true, true, true, true, false]);
  });
});
