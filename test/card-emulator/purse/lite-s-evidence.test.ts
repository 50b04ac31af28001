import fc from 'fast-check';
import { expect, it } from 'vitest';
import { idm } from '#felica/identifiers';
import {
  decodeLiteEvidence,
  encodeLiteEvidence,
  liteChallenge,
  liteEvidenceMac,
} from '#purse/lite-s-evidence';

const bytes = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length });

it('reads any 16 bytes, and writes the same again', () => {
  fc.assert(
    fc.property(bytes(16), (evidence) => {
      expect(encodeLiteEvidence(decodeLiteEvidence(evidence))).toEqual(evidence);
    }),
  );
  expect(() => decodeLiteEvidence(new Uint8Array(8))).toThrow(RangeError);
});

it('has the MAC, the seed and the count in a row', () => {
  const mac = new Uint8Array(8).fill(1);
  const seed = new Uint8Array(5).fill(2);
  const evidence = encodeLiteEvidence({ mac, seed, writeCount: 0x05_04_03 });
  expect([...evidence]).toEqual([...mac, ...seed, 3, 4, 5]);
});

it('depends on each part', () => {
  const read = {
    cardKey: new Uint8Array(16),
    challenge: liteChallenge(new Uint8Array(16), idm(new Uint8Array(8)), new Uint8Array(5)),
    cardCounter: 1,
    purseBlock: new Uint8Array(16),
    historyBlock: new Uint8Array(16),
    writeCount: 7,
  };
  const one = new Uint8Array(16).fill(2);
  const changed = [
    { cardKey: one },
    { challenge: one },
    { cardCounter: 2 },
    { purseBlock: one },
    { historyBlock: one },
    { writeCount: 8 },
  ].map((change) => Buffer.from(liteEvidenceMac({ ...read, ...change })).toString('hex'));
  const macs = new Set([...changed, Buffer.from(liteEvidenceMac(read)).toString('hex')]);
  expect(macs.size).toBe(7);
});
