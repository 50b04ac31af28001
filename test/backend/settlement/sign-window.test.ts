import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closeWindow } from '../../../backend/settlement/close-window.ts';
import { type Party, signProposal } from '../../../backend/settlement/proposal.ts';
import {
  isSignedByBoth,
  readSignatures,
  registerCarrierKey,
} from '../../../backend/settlement/proposal-store.ts';
import { proposeWindow } from '../../../backend/settlement/propose-window.ts';
import { settleWindow } from '../../../backend/settlement/settle-window.ts';
import { type SignResult, signWindow } from '../../../backend/settlement/sign-window.ts';
import { readWindow } from '../../../backend/settlement/window.ts';
import { Scenario } from '../scenario.ts';

const CARRIER = generateKeyPairSync('ed25519');
const STRANGER = generateKeyPairSync('ed25519');

function derOf(publicKey: KeyObject): Uint8Array {
  return Uint8Array.from(publicKey.export({ type: 'spki', format: 'der' }));
}

describe('signWindow', () => {
  let scenario: Scenario;
  beforeEach(async () => {
    scenario = await Scenario.open();
    const till = await scenario.terminal(2);
    till.write(await scenario.card(1), 2_000);
    await scenario.upload(till, till.close());
    const { database, settlement } = scenario.backend;
    await registerCarrierKey(database, derOf(CARRIER.publicKey), scenario.clock);
    await closeWindow(settlement);
  });
  afterEach(() => scenario.remove());

  const sign = (party: Party, privateKey: KeyObject, windowNumber = 1): Promise<SignResult> =>
    signWindow(scenario.backend.settlement, { windowNumber, party, privateKey });
  const bySides = async (): Promise<readonly [SignResult, SignResult]> => [
    await sign('carrier', CARRIER.privateKey),
    await sign('issuer', scenario.backend.keystore.signingKey),
  ];
  const settle = async (): Promise<string> => {
    const settled = await settleWindow(scenario.backend.settlement, 1);
    return settled.result === 'refused' ? settled.reason : settled.result;
  };
  const state = async (): Promise<string | undefined> =>
    (await readWindow(scenario.backend.database, 1))?.state;

  it('lets a window be paid when both have signed what was proposed, and not before', async () => {
    expect([await state(), await settle()]).toEqual(['closed', 'SETTLEMENT_NOT_SIGNED']);
    await proposeWindow(scenario.backend.settlement, 1);
    expect([await state(), await settle()]).toEqual(['proposed', 'SETTLEMENT_NOT_SIGNED']);
    const first = await sign('carrier', CARRIER.privateKey);
    expect(first).toMatchObject({ result: 'signed', isComplete: false });
    expect([await state(), await settle()]).toEqual(['proposed', 'SETTLEMENT_NOT_SIGNED']);
    const second = await sign('issuer', scenario.backend.keystore.signingKey);
    expect(second).toMatchObject({ result: 'signed', isComplete: true });
    expect([await state(), await settle()]).toEqual(['signed', 'settled']);
    expect([await state(), await settle()]).toEqual(['settled', 'repeated']);
    expect(await bySides()).toEqual([
      { ...first, result: 'repeated', isComplete: true },
      { ...second, result: 'repeated' },
    ]);
  });

  it('needs a proposal, the registered key, and books that agree', async () => {
    expect(await sign('issuer', CARRIER.privateKey, 9)).toMatchObject({
      reason: 'SETTLEMENT_WINDOW_UNKNOWN',
    });
    expect(await sign('carrier', CARRIER.privateKey)).toMatchObject({
      reason: 'SETTLEMENT_NOT_PROPOSED',
    });
    await proposeWindow(scenario.backend.settlement, 1);
    expect(await sign('carrier', STRANGER.privateKey)).toMatchObject({
      reason: 'SETTLEMENT_KEY_UNKNOWN',
    });
    const { settlement } = scenario.backend;
    const disagreeing = {
      ...settlement,
      carrier: {
        position: () => settlement.carrier.position(),
        receiveAdvice: () => Promise.resolve({ result: 'refused' }),
      },
    };
    const signing = { windowNumber: 1, party: 'carrier', privateKey: CARRIER.privateKey } as const;
    expect(await signWindow(disagreeing, signing)).toMatchObject({
      reason: 'SETTLEMENT_ADVICE_REFUSED',
    });
    expect((await readSignatures(scenario.backend.database, 1)).size).toBe(0);
  });

  it('signs nothing that the books do not say', async () => {
    const { database, settlement } = scenario.backend;
    await database.transaction((transaction) =>
      transaction.run('INSERT INTO settlement_proposal VALUES (1, ?, 0)', [
        new TextEncoder().encode('Kazasu settlement proposal, version 1\npay the stranger\n'),
      ]),
    );
    expect(await sign('issuer', scenario.backend.keystore.signingKey)).toMatchObject({
      reason: 'SETTLEMENT_PROPOSAL_DIFFERS',
    });
    expect(await sign('carrier', CARRIER.privateKey)).toMatchObject({
      reason: 'SETTLEMENT_PROPOSAL_DIFFERS',
    });
    expect(await proposeWindow(settlement, 1)).toMatchObject({ result: 'repeated' });
  });

  it('is worth nothing with a signature that is not over the proposal', async () => {
    await proposeWindow(scenario.backend.settlement, 1);
    const { database } = scenario.backend;
    await sign('issuer', scenario.backend.keystore.signingKey);
    await database.transaction((transaction) =>
      transaction.run("INSERT INTO proposal_signature VALUES (1, 'carrier', ?, ?, 0)", [
        derOf(CARRIER.publicKey),
        new Uint8Array(64),
      ]),
    );
    const window = await readWindow(database, 1);
    expect(window?.state).toBe('signed');
    expect(window && (await isSignedByBoth(database, 1, window))).toBe(false);
    expect(await settle()).toBe('SETTLEMENT_NOT_SIGNED');
  });

  it('is worth nothing with the signature of somebody who says to be the carrier', async () => {
    const { database, settlement, keystore } = scenario.backend;
    const proposed = await proposeWindow(settlement, 1);
    await sign('issuer', keystore.signingKey);
    const bytes = proposed.result === 'proposed' ? proposed.bytes : new Uint8Array(0);
    await database.transaction((transaction) =>
      transaction.run("INSERT INTO proposal_signature VALUES (1, 'carrier', ?, ?, 0)", [
        derOf(STRANGER.publicKey),
        signProposal(STRANGER.privateKey, bytes),
      ]),
    );
    expect(await settle()).toBe('SETTLEMENT_NOT_SIGNED');
  });
});
