import { describe, expect, it } from 'vitest';
import { idm } from '../../../card-emulator/felica/identifiers.ts';
import { CARD_KEY_LABELS, deriveCardKey } from '../../../card-emulator/purse/card-key.ts';
import {
  recordOf,
  seededRandom,
  testCardKey,
  testKeys,
} from '../../../card-emulator/testing/test-keys.ts';
import { masterOf } from '../../scheme.ts';
import { toHex } from '../card/test-card.ts';

describe('the test keys', () => {
  it('are the masters that the terminals of our own tests have', () => {
    expect(testKeys.masters).toEqual(recordOf(masterOf));
    expect(new Set(Object.values(testKeys.masters).map(toHex)).size).toBe(CARD_KEY_LABELS.length);
  });

  it('have the lengths of their schemes', () => {
    expect([testKeys.aesKey.length, testKeys.desKey.length]).toEqual([16, 8]);
  });

  it('give each card keys of its own', () => {
    const [first, second] = [idm(new Uint8Array(8)), idm(new Uint8Array(8).fill(1))];
    expect(testCardKey('DEBI', first)).toEqual(
      deriveCardKey(testKeys.masters.DEBI, { label: 'DEBI', idm: first, version: 1 }),
    );
    expect(testCardKey('DEBI', second)).not.toEqual(testCardKey('DEBI', first));
  });
});

describe('seeded random bytes', () => {
  it('are the same from the same seed, and never the same twice', () => {
    const [first, again, other] = [seededRandom('a'), seededRandom('a'), seededRandom('b')];
    const bytes = first(16);
    expect(bytes).toEqual(again(16));
    expect(bytes).not.toEqual(first(16));
    expect(bytes).not.toEqual(other(16));
  });

  it('are as many as asked for', () => {
    for (const count of [0, 1, 32, 33, 100]) expect(seededRandom('a')(count)).toHaveLength(count);
    const long = seededRandom('a')(96);
    const parts = [0, 32, 64].map((start) => toHex(long.subarray(start, start + 32)));
    expect(new Set(parts).size).toBe(3);
  });
});
