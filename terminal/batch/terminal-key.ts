import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';

/** The terminal's own Ed25519 key pair, as PEM texts: the private one never leaves the terminal. */
export interface TerminalKeyPair {
  readonly privateKeyPem: string;
  readonly publicKeyPem: string;
}

export function generateTerminalKeyPair(): TerminalKeyPair {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}

/** Throws `TypeError` for a key of another kind. */
export function terminalPrivateKey(pem: string): KeyObject {
  return ofEd25519(createPrivateKey(pem));
}

export function issuerPublicKey(pem: string): KeyObject {
  return ofEd25519(createPublicKey(pem));
}

function ofEd25519(key: KeyObject): KeyObject {
  if (key.asymmetricKeyType === 'ed25519') return key;
  throw new TypeError(`key: expected ed25519, got ${key.asymmetricKeyType}`);
}
