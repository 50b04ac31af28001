import { cmac } from '@noble/ciphers/aes.js';
import { equalBytes } from '@noble/ciphers/utils.js';
import { KEY_BYTES } from '#purse/card-key';
import { tokenKeyId, tokenKeyLabel } from './pkcs11-sam.ts';
import type { Pkcs11Token, TokenKey, TokenPlace } from './pkcs11-token.ts';
import { SamError } from './sam-error.ts';
import { generationsOf, type SamKeys, samKeyEntriesOf } from './sam-file.ts';
import { formatSamTokenFile, samTokenText } from './sam-token-file.ts';

/**
 * Puts the keys of a SAM file into a token and gives the text of the SAM file that stands for it. Each
 * key is tried before it counts. Throws {@link SamError} and leaves none behind where one fails, where
 * the token has keys of this SAM already, or where the SAM has the key of Lite-S cards.
 */
export function importSam(keys: SamKeys, token: Pkcs11Token, place: TokenPlace): string {
  if (generationsOf(keys).some(({ liteRoot }) => liteRoot !== undefined)) {
    const why = 'its use would take the master out of the token';
    throw new SamError('SAM_TOKEN_UNSUITABLE', `the SAM has the key of Lite-S cards: ${why}`);
  }
  const id = tokenKeyId(keys.samId);
  if (token.keys(id).length > 0) {
    throw new SamError('SAM_TOKEN_UNSUITABLE', `the token has keys of SAM ${keys.samId} already`);
  }
  const made: TokenKey[] = [];
  try {
    for (const { label, version, key } of samKeyEntriesOf(keys)) {
      const tokenKey = token.create(id, tokenKeyLabel(label, version), key);
      made.push(tokenKey);
      requireSame(token, tokenKey, key);
    }
  } catch (error) {
    for (const key of made) token.destroy(key);
    throw error;
  }
  const { kind, samId, issuerId, ceilings } = keys;
  const keyVersions = generationsOf(keys).map(({ keyVersion }) => keyVersion);
  const file = { kind, samId, issuerId, keyVersions, ceilings };
  const mac = Buffer.from(cmac(samTokenText(file), keys.recordKey)).toString('hex');
  return formatSamTokenFile({ ...file, token: place, mac });
}

function requireSame(token: Pkcs11Token, tokenKey: TokenKey, key: Uint8Array): void {
  const block = new Uint8Array(KEY_BYTES);
  if (tokenKey.isConfined && equalBytes(token.cmac(tokenKey, block), cmac(block, key))) return;
  const message = `key ${tokenKey.label}: the token does not keep it as it must`;
  throw new SamError('SAM_TOKEN_UNSUITABLE', message);
}
