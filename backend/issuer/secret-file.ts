import { existsSync, readFileSync, statSync } from 'node:fs';
import { type FileSecret, KEY_FILE_BYTES, PASSPHRASE_CHARACTERS_MIN } from '#purse/file-encryption';
import { writeNewFile } from '../config.ts';

export type SecretFileCode =
  | 'SAM_SECRET_INVALID'
  | 'KEYSTORE_SECRET_INVALID'
  | 'KEYSTORE_SECRET_MISSING';

/** `…_INVALID`: the file protects nothing, or is no such file. `…_MISSING`: none can be read. */
export class SecretFileError extends Error {
  readonly code: SecretFileCode;

  constructor(code: SecretFileCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SecretFileError';
    this.code = code;
  }
}

export interface SecretFileOptions {
  readonly passphraseFile?: string;
  readonly keyFile?: string;
}

type InvalidCode = 'SAM_SECRET_INVALID' | 'KEYSTORE_SECRET_INVALID';

/**
 * What a file is encrypted with from now on, or `undefined` where nothing was given. A key file is made
 * if it is not there. Throws {@link SecretFileError} with that code.
 */
export function newSecretOf(
  { passphraseFile, keyFile }: SecretFileOptions,
  code: InvalidCode,
  random: (byteCount: number) => Uint8Array,
): FileSecret | undefined {
  if (passphraseFile !== undefined && keyFile !== undefined) {
    throw new SecretFileError(code, 'give a passphrase file or a key file, not both');
  }
  if (passphraseFile !== undefined) {
    const secret = secretIn(passphraseFile, 'passphrase', code);
    // For a new file only: one that was encrypted before must stay readable.
    if ([...new TextDecoder().decode(secret.bytes)].length >= PASSPHRASE_CHARACTERS_MIN) {
      return secret;
    }
    const message = `passphrase: expected ${PASSPHRASE_CHARACTERS_MIN} characters or more`;
    throw new SecretFileError(code, message);
  }
  if (keyFile === undefined) return undefined;
  if (!existsSync(keyFile)) writeNewFile(keyFile, random(KEY_FILE_BYTES));
  return secretIn(keyFile, 'key-file', code);
}

/**
 * The secret in a file that only its owner reads. Throws {@link SecretFileError} with that code, and
 * what the disk says.
 */
export function secretIn(path: string, by: FileSecret['by'], code: InvalidCode): FileSecret {
  const isOpen = process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0;
  if (isOpen) throw new SecretFileError(code, `${path}: others may read it; chmod 600`);
  if (by === 'passphrase') {
    const text = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
    // The same passphrase typed on two keyboards gives the same bytes.
    if (text.length > 0) return { by, bytes: new TextEncoder().encode(text.normalize('NFKC')) };
    throw new SecretFileError(code, `passphrase file ${path}: empty`);
  }
  const bytes = Uint8Array.from(readFileSync(path));
  if (bytes.length === KEY_FILE_BYTES) return { by, bytes };
  throw new SecretFileError(code, `key file ${path}: expected ${KEY_FILE_BYTES} bytes`);
}
