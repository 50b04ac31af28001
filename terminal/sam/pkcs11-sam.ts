import assert from 'node:assert/strict';
import { equalBytes, hexToBytes } from '@noble/ciphers/utils.js';
import { cardKeyDerivationBlock } from '#purse/card-key';
import { SAM_RECORD_LABEL } from '#purse/sam-key-list';
import { LABELS_BY_KIND } from '#purse/sam-kind';
import type { Pkcs11Token, TokenKey } from './pkcs11-token.ts';
import type { Sam } from './sam.ts';
import { SamError } from './sam-error.ts';
import { type SamTokenFile, samTokenText } from './sam-token-file.ts';
import { keyedSam } from './software-sam.ts';

/**
 * A SAM whose masters and record key are in a PKCS#11 token and stay there. The key of one card is
 * derived in the token (one AES-CMAC) and is in this process until the challenge is made; the keys of the
 * session are there until the next tap.
 *
 * Throws {@link SamError}: `SAM_TOKEN_UNSUITABLE` where a key is missing or could be taken out,
 * `SAM_FILE_RIGHTS_EXCESSIVE` for a token with one right too many, `SAM_FILE_TAMPERED`.
 */
export function pkcs11Sam(
  file: SamTokenFile,
  token: Pkcs11Token,
  random: (byteCount: number) => Uint8Array,
): Sam {
  const keys = checkedKeys(file, token);
  const keyOf = (label: string, version: number): TokenKey => {
    const key = keys.get(tokenKeyLabel(label, version));
    assert(key !== undefined, `the token was checked for ${label}`);
    return key;
  };
  const recordKey = keyOf(SAM_RECORD_LABEL, 0);
  if (!equalBytes(token.cmac(recordKey, samTokenText(file)), hexToBytes(file.mac))) {
    throw new SamError('SAM_FILE_TAMPERED', 'the SAM file was changed after it was made');
  }
  return keyedSam(
    file,
    {
      cardKey: (context) => {
        const master = keyOf(context.label, context.version);
        return Promise.resolve(token.cmac(master, cardKeyDerivationBlock(context)));
      },
      recordMac: (message) => Promise.resolve(token.cmac(recordKey, message)),
      close: () => {
        token.close();
        return Promise.resolve();
      },
    },
    random,
  );
}

/** The CKA_LABEL of a key: its right and its generation, as in `DEBI 1`. */
export function tokenKeyLabel(label: string, version: number): string {
  return `${label} ${version}`;
}

/** The CKA_ID of all keys of one SAM: its id in four bytes, big-endian. */
export function tokenKeyId(samId: number): Uint8Array {
  const id = new Uint8Array(4);
  new DataView(id.buffer).setUint32(0, samId);
  return id;
}

function checkedKeys(file: SamTokenFile, token: Pkcs11Token): ReadonlyMap<string, TokenKey> {
  const { kind, samId, keyVersions } = file;
  const found = token.keys(tokenKeyId(samId));
  const keys = new Map(found.map((key) => [key.label, key]));
  if (keys.size < found.length) throw unsuitable(`SAM ${samId} has two keys of one label`);
  const expected = new Set(
    keyVersions.flatMap((version) =>
      LABELS_BY_KIND[kind].map((label) => tokenKeyLabel(label, version)),
    ),
  ).add(tokenKeyLabel(SAM_RECORD_LABEL, 0));
  for (const label of expected) {
    const key = keys.get(label);
    if (key === undefined) throw unsuitable(`key ${label} of SAM ${samId}: missing`);
    if (!key.isConfined) throw unsuitable(`key ${label} of SAM ${samId}: can be taken out`);
  }
  const excess = [...keys.keys()].filter((label) => !expected.has(label));
  if (excess.length === 0) return keys;
  const message = `a ${kind} SAM must not hold the masters ${excess.join(', ')}`;
  throw new SamError('SAM_FILE_RIGHTS_EXCESSIVE', message);
}

function unsuitable(message: string): SamError {
  return new SamError('SAM_TOKEN_UNSUITABLE', `token: ${message}`);
}
