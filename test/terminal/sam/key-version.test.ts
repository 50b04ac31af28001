import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { guardedSam } from '../../../terminal/sam/guarded-sam.ts';
import {
  decodeSamFile,
  type SamKeys,
  samKeyEntriesOf,
  samKeysOf,
} from '../../../terminal/sam/sam-file.ts';
import { FRESH_STATE } from '../../../terminal/sam/sam-state.ts';
import { softwareSam } from '../../../terminal/sam/software-sam.ts';
import { bytesFrom, issuedCard, samKeys, seededRandom } from '../../scheme.ts';
import { balanceOf, Counter } from '../counter.ts';

/** Generation 3 is the newest; cards of 1 and 2 are still about. Each has masters of its own. */
function threeGenerations(): SamKeys {
  const newest = samKeys('load', 9);
  const other = (keyVersion: number) => ({
    keyVersion,
    masters: new Map(
      [...newest.masters.keys()].map((label) => [label, bytesFrom(`${keyVersion} ${label}`)]),
    ),
  });
  return { ...newest, ...other(3), earlierGenerations: [other(2), { ...newest, keyVersion: 1 }] };
}

let written = FRESH_STATE;
const memory = {
  read: () => written,
  write: (state: typeof written) => {
    written = state;
  },
};

let loader: Counter;
beforeEach(async () => {
  written = FRESH_STATE;
  const inner = softwareSam(threeGenerations(), seededRandom('three'));
  const sam = guardedSam(inner, { ceilings: undefined, memory });
  loader = new Counter({ kind: 'load', terminalId: 9, sam });
  await loader.start();
});
afterEach(() => loader.stop());

describe('a SAM of three generations', () => {
  it('serves a card of the oldest, which costs it two exchanges more', async () => {
    const card = issuedCard(1, { keyVersion: 1 });
    expect(await loader.tap(card, 'load 1', 100)).toMatchObject({
      outcome: 'approved',
      intent: { keyVersion: 1 },
    });
    expect(balanceOf(card)).toBe(100);
    expect(loader.reader.exchangeCount).toBe(6 + 2);
    expect(await loader.records()).toMatchObject([{ keyVersion: 1 }]);
    expect(written).toEqual(FRESH_STATE);
  });

  it('counts a card of none once, after the last generation', async () => {
    const card = issuedCard(1, { keyVersion: 9 });
    expect(await loader.tap(card, 'load 1', 100)).toMatchObject({ reason: 'not-authentic' });
    expect(loader.reader.exchangeCount).toBe(1 + 3);
    expect(written.failedCards).toBe(1);
  });
});

describe('a card of the only generation', () => {
  it('is debited in five exchanges and the certificate', async () => {
    const plain = new Counter({ kind: 'load', terminalId: 10 });
    await plain.start();
    await plain.tap(issuedCard(1), 'load 1', 100);
    expect(plain.reader.exchangeCount).toBe(6);
    await plain.stop();
  });
});

describe('a SAM file of several generations', () => {
  it('gives them newest first, whatever their order', () => {
    const keys = threeGenerations();
    const reversed = [...samKeyEntriesOf(keys)].reverse();
    const file = { ...keys, ceilings: undefined };
    const versions = (read: SamKeys) =>
      read.earlierGenerations?.map(({ keyVersion }) => keyVersion);
    expect(versions(samKeysOf(file, reversed))).toEqual([2, 1]);
  });

  it.each([
    ['keyVersion: not the newest one', { keyVersion: 2 }],
    ['masters.LOAD: missing in generation 4', { keyVersion: 4 }],
  ])('is refused: %s', (message, change) => {
    const keys = threeGenerations();
    const file = { ...keys, ...change, ceilings: undefined };
    expect(() => samKeysOf(file, samKeyEntriesOf(keys))).toThrow(message);
  });

  it('is refused with more than four', () => {
    const keys = threeGenerations();
    const extra = [4, 5].flatMap((version) =>
      samKeyEntriesOf(keys)
        .filter((entry) => entry.version === 3)
        .map((entry) => ({ ...entry, version })),
    );
    const file = { ...keys, keyVersion: 5, ceilings: undefined };
    expect(() => samKeysOf(file, [...samKeyEntriesOf(keys), ...extra])).toThrow('generations');
  });

  it('is refused with one right too many in an older one', () => {
    const hex = (key: Uint8Array): string => Buffer.from(key).toString('hex');
    const { recordKey, masters, ...rest } = samKeys('pos', 7);
    const plain = Object.fromEntries([...masters].map(([label, key]) => [label, hex(key)]));
    const older = { keyVersion: 1, masters: { ...plain, LOAD: hex(recordKey) } };
    const file = { version: 1, ...rest, keyVersion: 2, masters: plain, recordKey: hex(recordKey) };
    const text = JSON.stringify({ ...file, earlierGenerations: [older] });
    expect(() => decodeSamFile(text)).toThrow('must not hold the masters LOAD');
  });
});
