import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { Backend } from '../../../backend/open-backend.ts';
import { registerCarrierKey } from '../../../backend/settlement/proposal-store.ts';
import { proposeWindow } from '../../../backend/settlement/propose-window.ts';
import { type SettleResult, settleWindow } from '../../../backend/settlement/settle-window.ts';
import { signWindow } from '../../../backend/settlement/sign-window.ts';

const CARRIER = generateKeyPairSync('ed25519');
/** The carrier's key of all tests that sign a window in passing. */
export const CARRIER_PRIVATE_KEY: KeyObject = CARRIER.privateKey;
const CARRIER_DER = Uint8Array.from(CARRIER.publicKey.export({ type: 'spki', format: 'der' }));

type Signed = Pick<Backend, 'database' | 'settlement' | 'keystore'>;

/** Proposes a closed window and signs it for both parties. What cannot be signed stays as it is. */
export async function signByBoth(
  { database, settlement, keystore }: Signed,
  windowNumber: number,
): Promise<void> {
  await registerCarrierKey(database, CARRIER_DER, settlement.now());
  await proposeWindow(settlement, windowNumber);
  const carrier = { party: 'carrier', privateKey: CARRIER_PRIVATE_KEY } as const;
  await signWindow(settlement, { windowNumber, ...carrier });
  const issuer = { party: 'issuer', privateKey: keystore.signingKey } as const;
  await signWindow(settlement, { windowNumber, ...issuer });
}

/** Pays a closed window that nobody has signed yet. */
export async function settleSigned(backend: Signed, windowNumber: number): Promise<SettleResult> {
  await signByBoth(backend, windowNumber);
  return settleWindow(backend.settlement, windowNumber);
}
