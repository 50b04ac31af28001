import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { transparent } from '../../../terminal/reader/transparent.ts';
import { hex } from '../../card-emulator/felica/hex.ts';

const TIMER = '5f46 04 801a0600';
const DONE = 'c0 03 00 90 00 92 01 00 96 02 00 00';

describe('transparent wrap', () => {
  it('puts the packet behind a timer of 400 ms, little-endian, as data object 95', () => {
    const packet = hex('10 06 0102030405060708 01 8b1a 01 8000');
    expect(transparent.wrap(packet)).toEqual(
      hex(`ff c2 00 01 19 ${TIMER} 95 10 10 06 0102030405060708 01 8b1a 01 8000 00`),
    );
  });

  it('gives a packet of more than 127 bytes a length of two bytes', () => {
    const packet = new Uint8Array(200).fill(200);
    expect(transparent.wrap(packet)).toEqual(
      Uint8Array.of(...hex(`ff c2 00 01 d2 ${TIMER} 95 81 c8`), ...packet, 0x00),
    );
  });

  it('has room for packets of 245 bytes', () => {
    expect(transparent.wrap(new Uint8Array(245).fill(245))).toHaveLength(261);
    expect(() => transparent.wrap(new Uint8Array(246).fill(246))).toThrow(RangeError);
    expect(() => transparent.wrap(hex('03 00'))).toThrow(RangeError);
  });
});

describe('transparent opening', () => {
  const [endBefore, start, switchOver] = transparent.opening;

  it('ends a session left behind, starts one, and switches to FeliCa', () => {
    expect(transparent.opening.map(({ command }) => command)).toEqual([
      hex('ff c2 00 00 02 82 00 00'),
      hex('ff c2 00 00 02 81 00 00'),
      hex('ff c2 00 02 04 8f 02 03 00 00'),
    ]);
    expect(transparent.closing).toEqual([hex('ff c2 00 00 02 82 00 00')]);
  });

  it.each(['c0 03 00 90 00 90 00', 'c0 03 00 90 00 80 02 02 02 90 00'])(
    'takes %s for a session',
    (reply) => {
      expect(start?.isAccepted(hex(reply))).toBe(true);
    },
  );

  it.each(['90 00', '6d 00', '6a 81', '63 00', 'c0 03 01 6a 81 90 00', 'c0 03 00 90 00', ''])(
    'takes %s for no session',
    (reply) => {
      expect(start?.isAccepted(hex(reply))).toBe(false);
    },
  );

  it('goes on where there was no session to end, or nothing to switch', () => {
    expect(endBefore?.isAccepted(hex('c0 03 01 69 85 90 00'))).toBe(true);
    expect(endBefore?.isAccepted(hex('6d 00'))).toBe(true);
    expect(endBefore?.isAccepted(hex(''))).toBe(false);
    expect(switchOver?.isAccepted(hex('c0 03 00 90 00 90 00'))).toBe(true);
    expect(switchOver?.isAccepted(hex('c0 03 01 6a 81 90 00'))).toBe(true);
    expect(switchOver?.isAccepted(hex('c0 03 01 64 01 90 00'))).toBe(false);
  });
});

describe('transparent unwrap', () => {
  const READ = `1d 07 0102030405060708 00 00 01 ${'5a'.repeat(16)}`;

  it('gives the packet in data object 97', () => {
    expect(transparent.unwrap(hex(`${DONE} 97 1d ${READ} 90 00`))).toEqual({
      result: 'packet',
      packet: hex(READ),
    });
  });

  it('reads long lengths', () => {
    const packet = new Uint8Array(255).fill(255);
    for (const length of ['81 ff', '82 00 ff']) {
      const reply = Uint8Array.of(...hex(`${DONE} 97 ${length}`), ...packet, 0x90, 0x00);
      expect(transparent.unwrap(reply)).toEqual({ result: 'packet', packet });
    }
  });

  it.each([
    ['nothing came back', 'c0 03 01 64 01 90 00'],
    ['there is no information', 'c0 03 01 63 00 90 00'],
    ['it stopped after a failure', 'c0 03 02 63 01 90 00'],
    ['all went well and there is no packet', `${DONE} 90 00`],
    ['the reader failed', '63 00'],
  ])('tells that the card was silent when %s', (_, reply) => {
    expect(transparent.unwrap(hex(reply))).toEqual({ result: 'silent' });
  });

  it.each([
    ['an object that is not supported', 'c0 03 02 6a 81 90 00', 0x6a81],
    ['an object of the wrong length', 'c0 03 02 67 00 90 00', 0x6700],
    ['an unknown instruction', '6d 00', 0x6d00],
  ])('tells that the form is unknown by %s', (_, reply, statusWord) => {
    expect(transparent.unwrap(hex(reply))).toEqual({ result: 'refused', statusWord });
  });

  it.each([
    ['nothing', ''],
    ['no error status', '97 03 03 3f 00 90 00'],
    ['an error status of two bytes', 'c0 02 90 00 97 03 03 3f 00 90 00'],
    ['a response status with an error', 'c0 03 00 90 00 96 02 02 00 97 03 03 3f 00 90 00'],
    ['another failure', 'c0 03 01 69 85 90 00'],
    ['a packet shorter than its LEN', `${DONE} 97 03 04 3f 00 90 00`],
    ['an object cut off', `${DONE} 97 04 03 3f 00 90 00`],
    ['no status word', `${DONE} 97 03 03 3f 00`],
  ])('believes nothing of %s', (_, reply) => {
    expect(transparent.unwrap(hex(reply))).toEqual({ result: 'broken' });
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        transparent.unwrap(bytes);
        for (const { isAccepted } of transparent.opening) isAccepted(bytes);
      }),
    );
  });
});
