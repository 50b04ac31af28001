import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatFrame } from '#felica/frame-text';
import { hex } from './hex.ts';

const I = '0112233445566778';

/** A frame from its fields: the length byte is put in front. */
function frame(fields: string): Uint8Array {
  const body = hex(fields);
  return Uint8Array.of(body.length + 1, ...body);
}

describe('a command in words', () => {
  it.each([
    ['00 4b5a 01 00', 'Polling · system 4b5a (Kazasu purse) · system code wanted · 1 slot'],
    ['00 ffff 00 03', 'Polling · system ffff (any system) · 4 slots'],
    ['00 1234 02 00', 'Polling · system 1234 · communication performance wanted · 1 slot'],
    [`02 ${I} 02 0010 ffff`, `Request Service · IDm ${I} · area 1000 · the system`],
    [`04 ${I}`, `Request Response · IDm ${I}`],
    [
      `06 ${I} 01 1710 01 8000`,
      `Read Without Encryption · IDm ${I} · service 1017 (purse, read only, no key) block 0`,
    ],
    [
      `08 ${I} 01 1310 01 9000 ${'5c'.repeat(16)}`,
      `Write Without Encryption · IDm ${I} · service 1013 (purse, cashback and decrement, no key) ` +
        `block 0, access mode cashback = ${'5c'.repeat(16)}`,
    ],
    [
      `08 ${I} 01 0900 02 8087 8091 ${'5c'.repeat(16)} ${'6d'.repeat(16)}`,
      `Write Without Encryption · IDm ${I} · service 0009 (random, read/write, no key) block 135 = ` +
        `a card key · service 0009 (random, read/write, no key) block 145 = ${'6d'.repeat(16)}`,
    ],
    [
      `08 ${I} 01 0900 01 008700 ${'5c'.repeat(16)}`,
      `Write Without Encryption · IDm ${I} · service 0009 (random, read/write, no key) block 135 = ` +
        'a card key',
    ],
    [`0a ${I} 0300`, `Search Service Code · IDm ${I} · number 3`],
    [`0c ${I}`, `Request System Code · IDm ${I}`],
    [
      `10 ${I} 01 0000 01 1410 ${'5c'.repeat(8)}`,
      `Authentication1 · IDm ${I} · area 0000 · service 1014 (purse, decrement, key)`,
    ],
    [`12 ${I} ${'5c'.repeat(8)}`, `Authentication2 · IDm ${I}`],
    [`14 ${'5c'.repeat(24)}`, 'Read · sealed, 24 bytes'],
    [`1a ${I} 0010 0100`, `Request Code List · IDm ${I} · area 1000 · part 1`],
    [`24 ${I} 0010`, `Get Area Information · IDm ${I} · area 1000`],
    [
      `40 ${I} 00 01 4c10 ${'5c'.repeat(16)}`,
      `Authentication1 v2 · IDm ${I} · service 104c (cyclic, read/write, key)`,
    ],
    [`46 0300 ${'5c'.repeat(20)}`, 'Write v2 · transaction 3 · sealed, 20 bytes'],
    [`3c ${I} 0000`, `Request Specification Version · IDm ${I}`],
    ['70 0000', 'Get Container ID'],
    [`84 ${I}`, `Register Service · IDm ${I}`],
    ['f0 00 0102', 'Echo · 0102'],
    [`06 ${I} 01`, 'Read Without Encryption · parameters that cannot be read'],
    ['fe 00', 'unknown code fe · parameters that cannot be read'],
  ])('%s', (fields, words) => {
    expect(formatFrame(frame(fields), 'command')).toBe(words);
  });
});

describe('an answer in words', () => {
  it.each([
    [`01 ${I} 0020ffffffffffff`, `Polling · IDm ${I} · PMm 0020ffffffffffff`],
    [
      `01 ${I} 0020ffffffffffff 4b5a`,
      `Polling · IDm ${I} · PMm 0020ffffffffffff · request data 4b5a`,
    ],
    [`03 ${I} 02 0500 ffff`, `Request Service · IDm ${I} · key versions 5, none`],
    [`05 ${I} 02`, `Request Response · IDm ${I} · Mode 2`],
    [
      `07 ${I} 00 00 01 ${'5c'.repeat(16)}`,
      `Read Without Encryption · IDm ${I} · done · ${'5c'.repeat(16)}`,
    ],
    [
      `07 ${I} 01 a5`,
      `Read Without Encryption · IDm ${I} · status flags 01 a5 (access not permitted)`,
    ],
    [
      `09 ${I} ff 71`,
      `Write Without Encryption · IDm ${I} · status flags ff 71 (done, but the memory wears out)`,
    ],
    [`0b ${I} 0010 ff10`, `Search Service Code · IDm ${I} · area 1000`],
    [`0b ${I} ffff`, `Search Service Code · IDm ${I} · no more`],
    [
      `0d ${I} 02 0003 fe00`,
      `Request System Code · IDm ${I} · system 0003 (transit) · system fe00 (common area)`,
    ],
    [`0f ${I} 02 0a00 ffff`, `Request Block Information · IDm ${I} · blocks 10, none`],
    [
      `33 ${I} 00 00 41 01 0200 0300`,
      `Request Service v2 · IDm ${I} · done · key versions 2 · DES key versions 3`,
    ],
    [`39 ${I} 00 00 01 02 abcd`, `Get System Status · IDm ${I} · done · flag 1 · abcd`],
    [
      `3d ${I} 00 00 00 0085 01 0085`,
      `Request Specification Version · IDm ${I} · done · basic version 8500`,
    ],
    [`3f ${I} 00 00`, `Reset Mode · IDm ${I} · done`],
    [`71 ${I}`, `Get Container ID · container ${I}`],
    ['43 0000 5c5c', 'Authentication2 v2 · transaction 0 · sealed, 2 bytes'],
    ['f0 00', 'Echo · no data'],
  ])('%s', (fields, words) => {
    expect(formatFrame(frame(fields), 'response')).toBe(words);
  });
});

describe('bytes that are no frame', () => {
  it('are told with what is wrong', () => {
    expect(formatFrame(hex('0a 06 00'), 'command')).toBe('no frame: length byte 10, but 3 bytes');
    expect(formatFrame(new Uint8Array(0), 'command')).toBe('no frame: 0 bytes');
  });

  it('always make one line without control characters', () => {
    const code = fc.nat(255);
    const framed = fc
      .tuple(code, fc.uint8Array({ maxLength: 253 }))
      .map(([first, rest]) => Uint8Array.of(rest.length + 2, first, ...rest));
    const direction = fc.constantFrom('command' as const, 'response' as const);
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), framed), direction, (bytes, way) => {
        expect(formatFrame(bytes, way)).toMatch(/^[ -~·]+$/u);
      }),
      { numRuns: 2_000 },
    );
  });
});
