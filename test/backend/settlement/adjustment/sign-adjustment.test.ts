import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { signedYen } from '#units';
import type { Adjustment } from '../../../../backend/settlement/adjustment/adjustment.ts';
import { listAdjustments } from '../../../../backend/settlement/adjustment/adjustment-store.ts';
import {
  type AdjustResult,
  proposeAdjustment,
} from '../../../../backend/settlement/adjustment/propose-adjustment.ts';
import {
  type SignAdjustmentResult,
  signAdjustment,
} from '../../../../backend/settlement/adjustment/sign-adjustment.ts';
import { closeWindow } from '../../../../backend/settlement/close-window.ts';
import type { Party } from '../../../../backend/settlement/proposal.ts';
import { readProposalBytes } from '../../../../backend/settlement/proposal-store.ts';
import { merchantStatement } from '../../../../backend/settlement/statement.ts';
import { later } from '../../scenario.ts';
import { PaymentWorld, paidEntry } from '../payment/payment-world.ts';
import { CARRIER_PRIVATE_KEY, settleSigned, signByBoth } from '../signed-window.ts';

const FEE: Adjustment = {
  reference: 'FEE-1',
  windowNumber: 1,
  merchantId: 1001,
  amount: signedYen(65),
  against: 'fee-income',
  reason: 'fee-wrong',
};

describe('an adjustment', () => {
  let world: PaymentWorld;
  beforeEach(async () => {
    world = await PaymentWorld.openOrdered();
  });
  afterEach(async () => {
    const total = await world.scenario.count('SELECT coalesce(sum(amount_yen), 0) FROM entry');
    await world.scenario.remove();
    expect(total).toBe(0);
  });

  const propose = (change: Partial<Adjustment> = {}): Promise<AdjustResult> =>
    proposeAdjustment(world.scenario.backend.settlement, { ...FEE, ...change });
  const refusal = async (change: Partial<Adjustment>): Promise<string> => {
    const proposed = await propose(change);
    return proposed.result === 'refused' ? proposed.reason : proposed.result;
  };
  const sign = (
    party: Party,
    key?: KeyObject,
    reference = FEE.reference,
  ): Promise<SignAdjustmentResult> => {
    const { settlement, keystore } = world.scenario.backend;
    const own = party === 'carrier' ? CARRIER_PRIVATE_KEY : keystore.signingKey;
    return signAdjustment(settlement, { reference, party, privateKey: key ?? own });
  };
  const state = async (): Promise<unknown> =>
    (await listAdjustments(world.scenario.backend.database, world.scenario.clock))[0];

  it('is a new entry when both have signed, and is paid with the next window', async () => {
    const { database, settlement } = world.scenario.backend;
    const before = await world.books();
    const first = await readProposalBytes(database, 1);
    expect(await propose()).toMatchObject({
      result: 'proposed',
      adjustment: { signUntil: '2026-12-23' },
    });
    expect(await propose()).toMatchObject({ result: 'repeated' });
    expect(await sign('carrier')).toMatchObject({ result: 'signed', isPosted: false });
    expect(await world.books()).toEqual(before);
    expect(await state()).toMatchObject({ state: 'proposed', signedBy: ['carrier'] });
    const signed = await sign('issuer');
    expect(signed).toMatchObject({ result: 'signed', isPosted: true });
    expect(await sign('issuer')).toEqual({ ...signed, result: 'repeated' });
    expect(await world.books()).toEqual({
      ...before,
      'merchant-payable:1001': -65,
      'fee-income': 10,
    });
    expect(await state()).toMatchObject({ state: 'posted', signedBy: ['carrier', 'issuer'] });
    expect(await closeWindow(settlement)).toMatchObject({ result: 'closed' });
    expect(await merchantStatement(database, 2, 1001)).toMatchObject({
      statement: { adjustments: 65, net: 65 },
    });
    // What was signed for window 1 is what it was.
    expect(await readProposalBytes(database, 1)).toEqual(first);
    await signByBoth(world.scenario.backend, 2);
    const proposal = new TextDecoder().decode(await readProposalBytes(database, 2));
    expect(proposal).toContain(' voids 0 adjustments 65 net 65\n');
    expect(await settleSigned(world.scenario.backend, 2)).toMatchObject({
      payments: [{ merchantId: 1001, amount: 65 }],
    });
    expect(await closeWindow(settlement)).toMatchObject({ result: 'closed' });
  });

  it('takes back what the bank paid twice, out of suspense', async () => {
    const shop = paidEntry('KZ-1-1001', 1_935);
    await world.tell([shop, { ...shop, reference: 'B-2' }]);
    expect(await world.books()).toMatchObject({ 'bank-suspense': 1_935 });
    const twice = { amount: signedYen(-1_935), against: 'bank-suspense' } as const;
    await propose({ ...twice, reason: 'bank-difference' });
    await sign('issuer');
    await sign('carrier');
    expect(await world.books()).toMatchObject({ 'merchant-payable:1001': 1_935 });
    expect(await world.books()).not.toHaveProperty('bank-suspense');
    expect(await closeWindow(world.scenario.backend.settlement)).toMatchObject({
      result: 'closed',
    });
  });

  it('is refused in the order of the page', async () => {
    expect(await refusal({ reference: 'fee' })).toBe('SETTLEMENT_ADJUSTMENT_INVALID');
    expect(await refusal({ amount: signedYen(0) })).toBe('SETTLEMENT_ADJUSTMENT_INVALID');
    await propose();
    for (const change of [
      { amount: signedYen(66) },
      { merchantId: 1002 },
      { windowNumber: 2 },
      { against: 'bank-suspense' },
      { reason: 'sale-missing' },
    ] as const) {
      expect(await refusal(change)).toBe('SETTLEMENT_ADJUSTMENT_TAKEN');
    }
    const other = { reference: 'FEE-2' };
    expect(await refusal({ ...other, windowNumber: 9 })).toBe('SETTLEMENT_WINDOW_UNKNOWN');
    expect(await refusal({ ...other, windowNumber: 2 })).toBe('SETTLEMENT_WINDOW_OPEN');
    expect(await refusal({ ...other, merchantId: 9 })).toBe('ACCOUNT_MERCHANT_UNKNOWN');
    world.scenario.clock = later(world.scenario.clock, 61);
    expect(await refusal(other)).toBe('SETTLEMENT_ADJUSTMENT_LATE');
    expect(await refusal({})).toBe('repeated');
  });

  it('lapses where one party does not sign in time', async () => {
    await propose();
    await sign('issuer');
    world.scenario.clock = later(world.scenario.clock, 31);
    expect(await sign('carrier')).toMatchObject({ reason: 'SETTLEMENT_ADJUSTMENT_LAPSED' });
    expect(await state()).toMatchObject({ state: 'lapsed', signedBy: ['issuer'] });
    expect(await world.scenario.count('SELECT count(*) FROM posted_adjustment')).toBe(0);
  });

  it('is signed by nobody else, and worth nothing with a signature that is not over it', async () => {
    await propose();
    const stranger = generateKeyPairSync('ed25519').privateKey;
    expect(await sign('carrier', stranger)).toMatchObject({ reason: 'SETTLEMENT_KEY_UNKNOWN' });
    expect(await sign('issuer', undefined, 'FEE-9')).toMatchObject({
      reason: 'SETTLEMENT_ADJUSTMENT_UNKNOWN',
    });
    await world.scenario.backend.database.transaction((transaction) =>
      transaction.run(
        `INSERT INTO adjustment_signature
         SELECT 'FEE-1', party, public_key, signature, 0 FROM proposal_signature
         WHERE window_number = 1 AND party = 'carrier'`,
      ),
    );
    expect(await sign('issuer')).toMatchObject({ result: 'signed', isPosted: false });
    expect(await world.scenario.count('SELECT count(*) FROM posted_adjustment')).toBe(0);
  });
});
