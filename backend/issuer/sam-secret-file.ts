import { existsSync, readFileSync, statSync } from 'node:fs';
import { type FileSecret, KEY_FILE_BYTES } from '#purse/file-encryption';
import { writeNewFile } from '../config.ts';

/** `SAM_SECRET_INVALID`: what was given to encrypt a SAM file with protects nothing. */
export class SamSecretError extends Error {
  readonly code = 'SAM_SECRET_INVALID';

  constructor(message: string) {
    super(message);
    this.name = 'SamSecretError';
  }
}

export interface SamSecretOptions {
  readonly passphraseFile?: string;
  readonly keyFile?: string;
}

const PASSPHRASE_CHARACTERS_MIN = 12;

/** What a SAM file is encrypted with, or `undefined` where nothing was given. Throws {@link SamSecretError}. */
export function samSecretOf(
  { passphraseFile, keyFile }: SamSecretOptions,
  random: (byteCount: number) => Uint8Array,
): FileSecret | undefined {
  if (passphraseFile !== undefined && keyFile !== undefined) {
    throw new SamSecretError('give a passphrase file or a key file, not both');
  }
  if (passphraseFile !== undefined) return passphraseIn(passphraseFile);
  return keyFile === undefined ? undefined : keyIn(keyFile, random);
}

function passphraseIn(path: string): FileSecret {
  requireOwnersOnly(path);
  const text = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  if ([...text].length < PASSPHRASE_CHARACTERS_MIN) {
    throw new SamSecretError(
      `passphrase: expected ${PASSPHRASE_CHARACTERS_MIN} characters or more`,
    );
  }
  return { by: 'passphrase', bytes: new TextEncoder().encode(text.normalize('NFKC')) };
}

/** Makes the file if it is not there. */
function keyIn(path: string, random: (byteCount: number) => Uint8Array): FileSecret {
  if (!existsSync(path)) writeNewFile(path, random(KEY_FILE_BYTES));
  requireOwnersOnly(path);
  const bytes = Uint8Array.from(readFileSync(path));
  if (bytes.length === KEY_FILE_BYTES) return { by: 'key-file', bytes };
  throw new SamSecretError(`key file ${path}: expected ${KEY_FILE_BYTES} bytes`);
}

function requireOwnersOnly(path: string): void {
  const isOpen = process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0;
  if (isOpen) throw new SamSecretError(`${path}: others may read it; chmod 600`);
}
