import { createPublicKey, sign, verify } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { CARD_KEY_LABELS, deriveSamKey } from '#purse/card-key';
import { generateKeystore, Keystore } from '../../../backend/issuer/keystore.ts';
import { seededRandom } from '../../scheme.ts';

const KEYSTORE = generateKeystore(81, seededRandom('keystore'));

describe('Keystore', () => {
  it('has a master of its own for each right, for SAMs, and a seed', () => {
    const { samMaster, signingSeed } = KEYSTORE.reveal();
    const keys = [...CARD_KEY_LABELS.map((label) => KEYSTORE.masters[label]), samMaster];
    const texts = new Set(keys.map((key) => Buffer.from(key).toString('hex')));
    expect(texts.size).toBe(CARD_KEY_LABELS.length + 1);
    expect(keys.every((key) => key.length === 16)).toBe(true);
    expect(signingSeed).toHaveLength(32);
  });

  it('signs with the key whose public half terminals are given', () => {
    const message = Buffer.from('stored');
    const signature = sign(null, message, KEYSTORE.signingKey);
    expect(verify(null, message, createPublicKey(KEYSTORE.publicKeyPem), signature)).toBe(true);
  });

  it('makes the Ed25519 key of the seed, as in RFC 8032 §7.1, test 1', () => {
    const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));
    const signingSeed = hex('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60');
    const { signingKey } = new Keystore({ ...KEYSTORE.reveal(), signingSeed });
    const der = createPublicKey(signingKey).export({ type: 'spki', format: 'der' });
    expect(der.subarray(-32).toString('hex')).toBe(
      'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    );
  });

  it('derives the record key of a SAM from the SAM master', () => {
    expect(KEYSTORE.samKey(7)).toEqual(deriveSamKey(KEYSTORE.reveal().samMaster, 7));
  });

  it('knows the certificate master of its own key versions only', () => {
    expect(KEYSTORE.certificateMaster(1)).toEqual(KEYSTORE.masters.CERT);
    expect(KEYSTORE.certificateMaster(2)).toBeUndefined();
  });

  it('shows no key when it is printed', () => {
    const { samMaster } = KEYSTORE.reveal();
    const printed = `${inspect(KEYSTORE, { depth: 9 })}${JSON.stringify({ KEYSTORE })}`;
    expect(printed).not.toContain(Buffer.from(samMaster).toString('hex'));
    expect(printed).not.toContain(String(samMaster[0]));
  });

  it('holds no key any more once it is erased', () => {
    const keystore = generateKeystore(81, seededRandom('erased'));
    const { generations, samMaster, signingSeed } = keystore.reveal();
    keystore.erase();
    const keys = [samMaster, signingSeed, ...Object.values(generations.get(1) ?? {})];
    expect(keys).toHaveLength(CARD_KEY_LABELS.length + 2);
    expect(keys.every((key) => key.every((byte) => byte === 0))).toBe(true);
  });

  it('is not made for a key version without masters', () => {
    expect(() => new Keystore({ ...KEYSTORE.reveal(), keyVersion: 2 })).toThrow('has masters');
  });
});
