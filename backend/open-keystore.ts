import type { EncryptOptions, FileSecret } from '#purse/file-encryption';
import { type BackendFolder, readText } from './config.ts';
import type { Keystore } from './issuer/keystore.ts';
import { decryptKeystore, encryptKeystore, parseKeystoreFile } from './issuer/keystore-envelope.ts';
import { KeystoreError } from './issuer/keystore-error.ts';
import { formatKeystore } from './issuer/keystore-file.ts';
import { NewKeystoreFile } from './issuer/new-keystore-file.ts';
import { SecretFileError, secretIn } from './issuer/secret-file.ts';

/** What an encrypted keystore is opened with. Throws `SecretFileError`. */
export type KeystoreSecret = (by: FileSecret['by']) => FileSecret;

export interface KeystoreAccess {
  readonly secret: KeystoreSecret;
  /** Takes one line for the operator. */
  readonly warn: (line: string) => void;
}

export const PLAIN_WARNING: string =
  'warning: issuer-keys.json is not encrypted, whoever copies it can make money: ' +
  'kazasu backend keys encrypt';

const VARIABLES: Readonly<Record<FileSecret['by'], string>> = {
  passphrase: 'KAZASU_ISSUER_PASSPHRASE_FILE',
  'key-file': 'KAZASU_ISSUER_KEY_FILE',
};

/** The secret in the file that a variable names: a command line is seen by every user. */
export function environmentSecret(
  environment: Readonly<Record<string, string | undefined>>,
): KeystoreSecret {
  return (by) => {
    const path = environment[VARIABLES[by]];
    if (path === undefined) {
      throw missing(`the keystore is unlocked by a ${by}: set ${VARIABLES[by]} to its path`);
    }
    try {
      return secretIn(path, by, 'KEYSTORE_SECRET_INVALID');
    } catch (cause) {
      if (cause instanceof SecretFileError) throw cause;
      throw missing(`${path}: cannot be read`, cause);
    }
  };
}

/** Rejects with `ConfigError` `CONFIG_MISSING`, {@link KeystoreError} or `SecretFileError`. */
export async function openKeystore(
  folder: BackendFolder,
  { secret, warn }: KeystoreAccess,
): Promise<Keystore> {
  const file = keystoreFileOf(folder);
  if (file.form === 'plain') {
    warn(PLAIN_WARNING);
    return file.keystore;
  }
  const given = secret(file.envelope.unlock.by);
  try {
    return await decryptKeystore(file.envelope, given);
  } finally {
    given.bytes.fill(0);
  }
}

export interface KeystoreChange {
  readonly keystore: Keystore;
  /** What the file is encrypted with from now on; `undefined` leaves it plain. */
  readonly secret: FileSecret | undefined;
}

/**
 * Puts another keystore durably in the place of the one that is there, encrypted with what `change`
 * says. While another command does so, this one is refused: `KEYSTORE_BUSY`. Rejects as {@link openKeystore}; the old file then stands as it was.
 */
export async function changeKeystore(
  folder: BackendFolder,
  secretOf: KeystoreSecret,
  {
    change,
    ...options
  }: Omit<EncryptOptions, 'secret'> & { readonly change: (now: KeystoreChange) => KeystoreChange },
): Promise<void> {
  const file = NewKeystoreFile.open(folder.keystorePath);
  let text: string;
  try {
    const now = await openNow(folder, secretOf);
    const next = change(now);
    text = await textOf(next, options);
    for (const { keystore, secret } of [now, next]) {
      keystore.erase();
      secret?.bytes.fill(0);
    }
  } catch (error) {
    file.discard();
    throw error;
  }
  file.replaceWith(text);
}

async function openNow(folder: BackendFolder, secretOf: KeystoreSecret): Promise<KeystoreChange> {
  const file = keystoreFileOf(folder);
  if (file.form === 'plain') return { keystore: file.keystore, secret: undefined };
  const secret = secretOf(file.envelope.unlock.by);
  return { keystore: await decryptKeystore(file.envelope, secret), secret };
}

/** It is opened once before it counts: no key is lost to a file that nobody can read. */
async function textOf(
  { keystore, secret }: KeystoreChange,
  options: Omit<EncryptOptions, 'secret'>,
): Promise<string> {
  if (secret === undefined) return formatKeystore(keystore.reveal());
  const text = await encryptKeystore(keystore, { ...options, secret });
  const file = parseKeystoreFile(text);
  if (file.form === 'encrypted') (await decryptKeystore(file.envelope, secret)).erase();
  return text;
}

function keystoreFileOf({ keystorePath }: BackendFolder): ReturnType<typeof parseKeystoreFile> {
  return parseKeystoreFile(readText(keystorePath, 'make it with `kazasu backend init`'));
}

function missing(message: string, cause?: unknown): SecretFileError {
  return new SecretFileError('KEYSTORE_SECRET_MISSING', message, { cause });
}
