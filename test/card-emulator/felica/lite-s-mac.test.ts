import { describe, expect, it } from 'vitest';
import {
  deriveLiteSession,
  individualCardKey,
  isMacAOfWrite,
  type LiteSession,
  macAOfRead,
  macAOfWrite,
  macOfBlocks,
} from '#felica/lite-s-mac';
import vectors from '../../vectors/felica-lite-s.json' with { type: 'json' };
import { hex, inHex } from './hex.ts';

const session = deriveLiteSession(hex(vectors.cardKey), hex(vectors.challenge));
const zeros = new Uint8Array(16);
const write = { writeCount: 0xfffe00, blockNumber: 0x92, block: hex(`01${'00'.repeat(15)}`) };

/** The session key as the sources print it: each half turned around. */
function printed({ sessionKey }: LiteSession): string {
  return inHex(sessionKey.map((_, index) => sessionKey[index ^ 7]!));
}

/** Three bytes LE. */
function writeCountOf(digits: string): number {
  return hex(digits).reduceRight((value, byte) => value * 256 + byte, 0);
}

describe('session of a Lite card', () => {
  it.each(vectors.sessionKeys)('has the key $sessionKey for $challenge', (vector) => {
    const derived = deriveLiteSession(hex(vector.cardKey), hex(vector.challenge));
    expect(printed(derived)).toBe(vector.sessionKey);
  });

  it('exists for a card key whose halves are equal, as from the factory', () => {
    expect(deriveLiteSession(zeros, hex(vectors.challenge)).sessionKey).toHaveLength(16);
  });

  it('is derived from 16 bytes each', () => {
    expect(() => deriveLiteSession(zeros.subarray(1), zeros)).toThrow(RangeError);
    expect(() => deriveLiteSession(zeros, new Uint8Array(17))).toThrow(RangeError);
  });

  it('leaves key and challenge as they were', () => {
    const [cardKey, challenge] = [hex(vectors.cardKey), hex(vectors.challenge)];
    deriveLiteSession(cardKey, challenge);
    expect([inHex(cardKey), inHex(challenge)]).toEqual([vectors.cardKey, vectors.challenge]);
  });
});

describe('MAC', () => {
  it.each(vectors.macs)('of $blocks is $mac', ({ blocks, mac }) => {
    expect(inHex(macOfBlocks(session, blocks.map(hex)))).toBe(mac);
  });

  it('follows the chain of any key and start', () => {
    const { sessionKey, chainStart, blocks, mac, macWithHalvesSwapped } = vectors.chain;
    const straight = { sessionKey: hex(sessionKey), chainStart: hex(chainStart) };
    const swapped = {
      ...straight,
      sessionKey: hex(`${sessionKey.slice(16)}${sessionKey.slice(0, 16)}`),
    };
    expect(inHex(macOfBlocks(straight, blocks.map(hex)))).toBe(mac);
    expect(inHex(macOfBlocks(swapped, blocks.map(hex)))).toBe(macWithHalvesSwapped);
  });

  it('covers from one to three whole blocks', () => {
    expect(() => macOfBlocks(session, [])).toThrow(RangeError);
    expect(() => macOfBlocks(session, [zeros, zeros, zeros, zeros])).toThrow(RangeError);
    expect(() => macOfBlocks(session, [zeros.subarray(1)])).toThrow(RangeError);
  });
});

describe('MAC_A of a Read', () => {
  it.each(vectors.macAReads)('of $blockNumbers is $macA', ({ blockNumbers, blocks, macA }) => {
    const numbers = blockNumbers.map((number) => Number.parseInt(number, 16));
    expect(inHex(macAOfRead(session, numbers, blocks.map(hex)))).toBe(macA);
  });

  it('depends on the numbers and not only on the content', () => {
    const first = macAOfRead(session, [0, 0x91], [zeros]);
    expect(macAOfRead(session, [1, 0x91], [zeros])).not.toEqual(first);
    expect(macAOfRead(session, [0, 0x91, 1], [zeros])).not.toEqual(first);
  });

  it('has from one to four numbers', () => {
    expect(() => macAOfRead(session, [], [zeros])).toThrow(RangeError);
    expect(() => macAOfRead(session, [0, 1, 2, 3, 0x91], [zeros])).toThrow(RangeError);
    expect(() => macAOfRead(session, [0x1_0000], [zeros])).toThrow(RangeError);
    expect(() => macAOfRead(session, [0x91], [])).toThrow(RangeError);
  });
});

describe('MAC_A of a Write', () => {
  it.each(vectors.macAWrites)('to block $blockNumber at $writeCount is $macA', (vector) => {
    const macA = macAOfWrite(session, {
      writeCount: writeCountOf(vector.writeCount),
      blockNumber: Number.parseInt(vector.blockNumber, 16),
      block: hex(vector.block),
    });
    expect(inHex(macA)).toBe(vector.macA);
  });

  it('is good for this write only', () => {
    const mac = macAOfWrite(session, write);
    expect(isMacAOfWrite(session, write, mac)).toBe(true);
    for (const change of [{ writeCount: 0xfffe01 }, { blockNumber: 0 }, { block: zeros }]) {
      expect(isMacAOfWrite(session, { ...write, ...change }, mac)).toBe(false);
    }
    for (let bit = 0; bit < 64; bit += 1) {
      const flipped = mac.map((byte, index) =>
        index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte,
      );
      expect(isMacAOfWrite(session, write, flipped)).toBe(false);
    }
    expect(isMacAOfWrite(session, write, mac.subarray(1))).toBe(false);
  });

  it('has three bytes of write count and one of block number', () => {
    expect(() => macAOfWrite(session, { ...write, writeCount: 0x100_0000 })).toThrow(RangeError);
    expect(() => macAOfWrite(session, { ...write, blockNumber: 0x100 })).toThrow(RangeError);
    expect(() => macAOfWrite(session, { ...write, block: zeros.subarray(1) })).toThrow(RangeError);
  });
});

describe('individual card key', () => {
  it.each(vectors.individualKeys)('of $idBlock is $cardKey', (vector) => {
    expect(inHex(individualCardKey(hex(vector.masterKey), hex(vector.idBlock)))).toBe(
      vector.cardKey,
    );
  });

  it('is made of 24 bytes of master key and 16 of block ID', () => {
    expect(() => individualCardKey(zeros, zeros)).toThrow(RangeError);
    expect(() => individualCardKey(new Uint8Array(24), zeros.subarray(1))).toThrow(RangeError);
  });
});
