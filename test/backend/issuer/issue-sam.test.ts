import { describe, expect, it } from 'vitest';
import { openSamEnvelope } from '#purse/sam-envelope';
import { LABELS_BY_KIND } from '#purse/sam-kind';
import { yen } from '#units';
import { formatSamFile, sealSamFile } from '../../../backend/issuer/issue-sam.ts';
import { generateKeystore, Keystore } from '../../../backend/issuer/keystore.ts';
import { decodeSamFile, parseSamFile, samKeysOf } from '../../../terminal/sam/sam-file.ts';
import { seededRandom } from '../../scheme.ts';

const KEYSTORE = generateKeystore(81, seededRandom('keystore'));
const CONTENT = { ceilings: undefined, retired: new Set<number>(), hasLite: false };

function samFile(kind: 'pos' | 'load'): string {
  const sam = { samId: 7, kind, keyVersion: 1, amountMax: yen(30_000) };
  return formatSamFile(KEYSTORE, sam, CONTENT);
}

describe('formatSamFile', () => {
  it.each(['pos', 'load'] as const)('writes a %s SAM that a terminal opens', (kind) => {
    expect(decodeSamFile(samFile(kind))).toMatchObject({
      kind,
      samId: 7,
      issuerId: 81,
      keyVersion: 1,
      recordKey: KEYSTORE.samKey(7),
      masters: new Map(LABELS_BY_KIND[kind].map((label) => [label, KEYSTORE.masters[label]])),
    });
  });

  it('gives a POS SAM no key that raises a balance, and no SAM one that certifies', () => {
    const hexOf = (key: Uint8Array): string => Buffer.from(key).toString('hex');
    const { masters } = KEYSTORE;
    for (const secret of [masters.LOAD, masters.VOID, masters.DATW, masters.VALW, masters.CERT]) {
      expect(samFile('pos')).not.toContain(hexOf(secret));
    }
    for (const secret of [masters.DEBI, masters.VOID, masters.DATW, masters.VALW, masters.CERT]) {
      expect(samFile('load')).not.toContain(hexOf(secret));
    }
  });

  it('has the key of Lite-S cards on request only, whatever its kind', () => {
    expect(decodeSamFile(samFile('pos')).liteRoot).toBeUndefined();
    const sam = { samId: 7, kind: 'pos', keyVersion: 1, amountMax: yen(30_000) } as const;
    const file = decodeSamFile(formatSamFile(KEYSTORE, sam, { ...CONTENT, hasLite: true }));
    expect(file.liteRoot).toEqual(KEYSTORE.liteRoot(1));
    expect(file.masters.size).toBe(6);
  });

  it('carries its limit and never the master of SAMs', () => {
    expect(JSON.parse(samFile('pos'))).toMatchObject({ limits: { amountMax: 30_000 } });
    const master = Buffer.from(KEYSTORE.reveal().samMaster).toString('hex');
    expect(samFile('pos')).not.toContain(master);
  });
});

describe('sealSamFile', () => {
  it('writes the same keys for who has the key file, with every generation', async () => {
    const { masters } = KEYSTORE;
    const second = generateKeystore(81, seededRandom('second'));
    const keystore = new Keystore({
      ...KEYSTORE.reveal(),
      keyVersion: 2,
      generations: new Map([
        [1, masters],
        [2, second.masters],
        [3, second.masters],
      ]),
    });
    const sam = { samId: 7, kind: 'pos', keyVersion: 2, amountMax: yen(30_000) } as const;
    const ceilings = { count: 10, amount: 20_000 };
    const content = { ceilings, retired: new Set<number>(), hasLite: true };
    const secret = { by: 'key-file', bytes: seededRandom('key')(32) } as const;
    const random = seededRandom('seal');
    const text = await sealSamFile(keystore, sam, { ...content, secret, random });
    const file = parseSamFile(text);
    const opened = file.form === 'encrypted' && (await openSamEnvelope(file.envelope, secret));
    expect(opened).toMatchObject({ result: 'opened' });
    if (file.form === 'plain' || opened === false || opened.result === 'refused') return;
    const keys = samKeysOf(file.envelope, opened.entries);
    const plain = decodeSamFile(formatSamFile(keystore, sam, content));
    expect(keys).toEqual(plain);
    expect(keys).toMatchObject({ keyVersion: 2, ceilings });
    expect(keys.liteRoot).toEqual(keystore.liteRoot(2));
    expect(keys.earlierGenerations).toMatchObject([
      { keyVersion: 1, liteRoot: keystore.liteRoot(1) },
    ]);
    expect(keys.earlierGenerations?.[0]?.masters.get('DEBI')).toEqual(masters.DEBI);
    const without = formatSamFile(keystore, sam, { ...content, retired: new Set([1]) });
    expect(decodeSamFile(without)).toEqual({ ...plain, earlierGenerations: [] });
  });
});
