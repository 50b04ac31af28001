import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hashOf } from '#batch/batch';
import {
  type BatchInclusion,
  canonicalText,
  type DailyProof,
  isBatchIncluded,
  isProofAuthentic,
  proofHash,
  SIGNED_PROOF,
  signProof,
} from '../../../backend/audit/daily-proof.ts';
import { inclusionPath, merkleRoot } from '../../../backend/audit/merkle-tree.ts';
import {
  previousProof,
  proofPath,
  publishedProof,
  requireSameDay,
} from '../../../backend/audit/proof-folder.ts';

const BATCHES = [1, 2, 3].map((byte) => Uint8Array.of(byte));
const LEAVES = BATCHES.map(hashOf);
const PROOF: DailyProof = {
  format: 'kazasu-audit-proof-1',
  date: '2026-11-23',
  batchCount: 3,
  batchRoot: hex(merkleRoot(LEAVES)),
  balances: { 'merchant-payable': -967, float: 1_000, 'fee-income': -33 },
  previousProof: '',
  findingCount: 0,
};
const KEYS = generateKeyPairSync('ed25519');

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function inclusionOfLeaf(index: number): BatchInclusion {
  const { leafCount, path } = inclusionPath(LEAVES, index);
  const batchHash = hex(LEAVES[index] ?? expect.unreachable());
  const format = 'kazasu-batch-inclusion-1';
  return { format, date: PROOF.date, batchHash, index, leafCount, path: path.map(hex) };
}

describe('a daily proof', () => {
  it('has one text, whatever order its fields come in', () => {
    const { balances, ...rest } = PROOF;
    const turned = { balances: { float: 1_000, ...balances }, ...rest };
    expect(canonicalText(turned)).toBe(canonicalText(PROOF));
    expect(canonicalText(PROOF)).toBe(
      '{"format":"kazasu-audit-proof-1","date":"2026-11-23","batchCount":3,' +
        `"batchRoot":"${PROOF.batchRoot}",` +
        '"balances":{"fee-income":-33,"float":1000,"merchant-payable":-967},' +
        '"previousProof":"","findingCount":0}',
    );
  });

  it('is signed by the auditor, and every figure with it', () => {
    const signed = signProof(PROOF, KEYS.privateKey);
    expect(
      isProofAuthentic(SIGNED_PROOF.parse(JSON.parse(JSON.stringify(signed))), KEYS.publicKey),
    ).toBe(true);
    for (const change of [{ findingCount: 1 }, { batchCount: 2 }, { date: '2026-11-24' }]) {
      const bent = { ...signed, proof: { ...PROOF, ...change } };
      expect(isProofAuthentic(bent, KEYS.publicKey)).toBe(false);
    }
    const other = generateKeyPairSync('ed25519').publicKey;
    expect(isProofAuthentic(signed, other)).toBe(false);
  });

  it('says of each batch of its day that it is in it, and of no other', () => {
    for (const [index, batch] of BATCHES.entries()) {
      expect(isBatchIncluded(batch, inclusionOfLeaf(index), PROOF)).toBe(true);
      expect(isBatchIncluded(Uint8Array.of(9), inclusionOfLeaf(index), PROOF)).toBe(false);
    }
    const first = inclusionOfLeaf(0);
    const batch = BATCHES[0] ?? expect.unreachable();
    expect(isBatchIncluded(batch, { ...first, date: '2026-11-24' }, PROOF)).toBe(false);
    expect(isBatchIncluded(batch, { ...first, index: 1 }, PROOF)).toBe(false);
    expect(isBatchIncluded(batch, first, { ...PROOF, batchCount: 4 })).toBe(false);
    expect(isBatchIncluded(batch, first, { ...PROOF, batchRoot: hex(hashOf(batch)) })).toBe(false);
  });
});

describe('the folder of proofs', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kazasu-proofs-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function publish(proof: DailyProof): void {
    const text = JSON.stringify(signProof(proof, KEYS.privateKey));
    writeFileSync(proofPath(folder, proof.date), text);
  }

  it('chains the days, and takes none in between', () => {
    expect(previousProof(folder, '2026-11-23')).toBe('');
    expect(previousProof(join(folder, 'none'), '2026-11-23')).toBe('');
    publish(PROOF);
    expect(previousProof(folder, '2026-11-25')).toBe(proofHash(PROOF));
    const open = expect.objectContaining({ code: 'AUDIT_DAY_OPEN' });
    expect(() => previousProof(folder, '2026-11-22')).toThrow(open);
    expect(publishedProof(folder, '2026-11-23')?.proof).toEqual(PROOF);
    expect(publishedProof(folder, '2026-11-24')).toBeUndefined();
    writeFileSync(proofPath(folder, '2026-11-24'), '{}');
    const invalid = expect.objectContaining({ code: 'AUDIT_PROOF_INVALID' });
    expect(() => publishedProof(folder, '2026-11-24')).toThrow(invalid);
  });

  it('says what is another figure than was published', () => {
    requireSameDay(PROOF, PROOF);
    const { float: _, ...without } = PROOF.balances;
    for (const change of [{ batchCount: 4 }, { balances: without }]) {
      expect(() => requireSameDay(PROOF, { ...PROOF, ...change })).toThrow(
        expect.objectContaining({ code: 'AUDIT_PROOF_DIFFERS' }),
      );
    }
  });
});
