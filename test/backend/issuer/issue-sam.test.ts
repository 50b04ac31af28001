import { describe, expect, it } from 'vitest';
import { yen } from '#units';
import { formatSamFile, SAM_LABELS } from '../../../backend/issuer/issue-sam.ts';
import { generateKeystore } from '../../../backend/issuer/keystore.ts';
import { decodeSamFile } from '../../../terminal/sam/sam-file.ts';
import { seededRandom } from '../../scheme.ts';

const KEYSTORE = generateKeystore(81, seededRandom('keystore'));

function samFile(kind: 'pos' | 'load'): string {
  return formatSamFile(KEYSTORE, { samId: 7, kind, keyVersion: 1, amountMax: yen(30_000) });
}

describe('formatSamFile', () => {
  it.each(['pos', 'load'] as const)('writes a %s SAM that a terminal opens', (kind) => {
    expect(decodeSamFile(samFile(kind))).toMatchObject({
      kind,
      samId: 7,
      issuerId: 81,
      keyVersion: 1,
      recordKey: KEYSTORE.samKey(7),
      masters: new Map(SAM_LABELS[kind].map((label) => [label, KEYSTORE.masters[label]])),
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

  it('carries its limit and never the master of SAMs', () => {
    expect(JSON.parse(samFile('pos'))).toMatchObject({ limits: { amountMax: 30_000 } });
    const master = Buffer.from(KEYSTORE.reveal().samMaster).toString('hex');
    expect(samFile('pos')).not.toContain(master);
  });
});
