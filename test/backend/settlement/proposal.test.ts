import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { businessDate, differenceYen, epochMs, yen } from '#units';
import {
  emptyMerchantTotal,
  type MerchantTotal,
} from '../../../backend/settlement/merchant-total.ts';
import {
  commissionOf,
  isProposalSigned,
  type Proposal,
  proposalBytes,
  signProposal,
} from '../../../backend/settlement/proposal.ts';

const TOTALS: readonly MerchantTotal[] = [
  { ...emptyMerchantTotal(1002), loadsCollected: differenceYen(yen(5_000), yen(0)) },
  { ...emptyMerchantTotal(1001), grossSales: yen(1_000), fee: yen(32), commission: yen(5) },
];
const PROPOSAL: Proposal = {
  issuerId: 7,
  windowNumber: 12,
  businessDate: businessDate('2026-11-23'),
  closedAt: epochMs(1_795_400_000_000),
  totals: TOTALS,
};
const { privateKey, publicKey } = generateKeyPairSync('ed25519');

describe('the bytes of a proposal', () => {
  it('say in lines what the window means for each party', () => {
    expect(new TextDecoder().decode(proposalBytes(PROPOSAL)).split('\n')).toEqual([
      'Kazasu settlement proposal, version 1',
      'issuer 7 window 12 of 2026-11-23 closed 1795400000000',
      'merchant 1001 sales 1000 fee 32 commission 5 loads 0 voids 0 net 968',
      'merchant 1002 sales 0 fee 0 commission 0 loads 5000 voids 0 net -5000',
      'sales 1000 merchants 968 carrier 5 issuer 27',
      '',
    ]);
    expect(commissionOf(PROPOSAL)).toBe(5);
  });

  it('are the same for merchants in any order, and others for any other figure', () => {
    const bytes = proposalBytes(PROPOSAL);
    expect(proposalBytes({ ...PROPOSAL, totals: [...TOTALS].reverse() })).toEqual(bytes);
    const [, first] = TOTALS as [MerchantTotal, MerchantTotal];
    const others: readonly Proposal[] = [
      { ...PROPOSAL, issuerId: 8 },
      { ...PROPOSAL, windowNumber: 13 },
      { ...PROPOSAL, closedAt: epochMs(1) },
      { ...PROPOSAL, totals: [first] },
      { ...PROPOSAL, totals: [{ ...first, commission: yen(6) }] },
      { ...PROPOSAL, totals: [{ ...first, grossSales: yen(1_001) }] },
    ];
    for (const other of others) expect(proposalBytes(other)).not.toEqual(bytes);
  });

  it('divide the sales without a rest', () => {
    const TOTAL = fc
      .tuple(fc.nat(1_000_000), fc.nat(100), fc.nat(100), fc.integer({ min: 1, max: 9_999 }))
      .map(([sales, feePart, commissionPart, merchantId]) => {
        const fee = Math.floor((sales * feePart) / 100);
        const commission = yen(Math.floor((fee * commissionPart) / 100));
        return {
          ...emptyMerchantTotal(merchantId),
          grossSales: yen(sales),
          fee: yen(fee),
          commission,
        };
      });
    fc.assert(
      fc.property(fc.uniqueArray(TOTAL, { selector: (one) => one.merchantId }), (totals) => {
        const text = new TextDecoder().decode(proposalBytes({ ...PROPOSAL, totals }));
        const last = text.trimEnd().split('\n').at(-1) ?? '';
        const [sales = 0, ...parts] = [...last.matchAll(/\d+/g)].map(([digits]) => Number(digits));
        expect(parts).toHaveLength(3);
        expect(parts.reduce((sum, part) => sum + part, 0)).toBe(sales);
      }),
    );
  });
});

describe('a signature', () => {
  it('is of one key over these bytes', () => {
    const bytes = proposalBytes(PROPOSAL);
    const signature = signProposal(privateKey, bytes);
    expect(signature).toHaveLength(64);
    expect(isProposalSigned(publicKey, bytes, signature)).toBe(true);
    const other = generateKeyPairSync('ed25519').publicKey;
    expect(isProposalSigned(other, bytes, signature)).toBe(false);
    expect(isProposalSigned(publicKey, bytes.subarray(1), signature)).toBe(false);
  });
});
