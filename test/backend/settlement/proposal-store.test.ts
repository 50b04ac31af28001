import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readCarrierKey, registerCarrierKey } from '../../../backend/settlement/proposal-store.ts';
import { Scenario } from '../scenario.ts';

const CARRIER = generateKeyPairSync('ed25519');
const STRANGER = generateKeyPairSync('ed25519');

function derOf(publicKey: KeyObject): Uint8Array {
  return Uint8Array.from(publicKey.export({ type: 'spki', format: 'der' }));
}

describe('the key of the carrier', () => {
  it('is the last one it told', async () => {
    const scenario = await Scenario.open();
    const { database } = scenario.backend;
    const register = (key: KeyObject): ReturnType<typeof registerCarrierKey> =>
      registerCarrierKey(database, derOf(key), scenario.clock);
    expect(await readCarrierKey(database)).toBeUndefined();
    expect(await register(CARRIER.publicKey)).toEqual({ result: 'registered' });
    expect(await register(CARRIER.publicKey)).toEqual({ result: 'repeated' });
    expect(await register(STRANGER.publicKey)).toEqual({ result: 'registered' });
    expect(await readCarrierKey(database)).toEqual(derOf(STRANGER.publicKey));
    await scenario.remove();
  });
});
