import { readFileSync, statSync } from 'node:fs';
import { type FileSecret, KEY_FILE_BYTES, PASSPHRASE_CHARACTERS_MIN } from '#purse/file-encryption';
import { SamError } from './sam-error.ts';

export type SecretKind = FileSecret['by'] | 'pin';

/** Gives what unlocks a SAM when it is asked for. Rejects with {@link SamError}. */
export type SecretSource = (kind: SecretKind) => Promise<Uint8Array>;

/**
 * Asks a person. `undefined` where nobody is there to be asked. The answer is never shown and never
 * comes from the command line, which every user of the machine can read.
 */
export type SecretPrompt = ((question: string) => Promise<string>) | undefined;

const VARIABLES: Readonly<
  Record<SecretKind, { readonly file: string; readonly text: string | undefined }>
> = {
  passphrase: { file: 'KAZASU_SAM_PASSPHRASE_FILE', text: 'KAZASU_SAM_PASSPHRASE' },
  'key-file': { file: 'KAZASU_SAM_KEY_FILE', text: undefined },
  pin: { file: 'KAZASU_SAM_PIN_FILE', text: 'KAZASU_SAM_PIN' },
};

/** Looks at the file that a variable names, then at a variable, then asks. */
export function environmentSecrets(
  environment: Readonly<Record<string, string | undefined>>,
  prompt: SecretPrompt,
): SecretSource {
  return async (kind) => {
    const { file, text } = VARIABLES[kind];
    const path = environment[file];
    if (path !== undefined) return kind === 'key-file' ? readKeyFile(path) : readTextSecret(path);
    const value = text === undefined ? undefined : environment[text];
    if (value !== undefined) return secretOfText(value);
    if (prompt !== undefined && kind !== 'key-file') {
      return secretOfText(await prompt(`${kind === 'pin' ? 'PIN' : 'Passphrase'} of the SAM: `));
    }
    const others = text === undefined ? '' : `, or ${text} to the ${kind} itself`;
    throw new SamError(
      'SAM_SECRET_MISSING',
      `the SAM is unlocked by a ${kind}: set ${file} to the path of its file${others}`,
    );
  };
}

/** 32 bytes that only their owner reads. Throws {@link SamError} `SAM_SECRET_INVALID`. */
export function readKeyFile(path: string): Uint8Array {
  const bytes = readSecretFile(path);
  if (bytes.length === KEY_FILE_BYTES) return bytes;
  throw unfit(`key file ${path}: expected ${KEY_FILE_BYTES} bytes, got ${bytes.length}`);
}

/** A passphrase or a PIN, without the end of its line. */
export function readTextSecret(path: string): Uint8Array {
  return secretOfText(
    Buffer.from(readSecretFile(path))
      .toString('utf8')
      .replace(/\r?\n$/, ''),
  );
}

/** For a new file only: one that was encrypted before must stay readable. */
export function requireStrongPassphrase(passphrase: Uint8Array): Uint8Array {
  const characters = [...Buffer.from(passphrase).toString('utf8')].length;
  if (characters >= PASSPHRASE_CHARACTERS_MIN) return passphrase;
  throw unfit(`passphrase: expected ${PASSPHRASE_CHARACTERS_MIN} characters or more`);
}

/** The same passphrase typed on two keyboards gives the same bytes. */
export function secretOfText(text: string): Uint8Array {
  if (text.length === 0) throw unfit('passphrase or PIN: empty');
  return new TextEncoder().encode(text.normalize('NFKC'));
}

function readSecretFile(path: string): Uint8Array {
  try {
    // Windows has no such rights; its access lists are the operator's business.
    const isOpen = process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0;
    if (isOpen) throw unfit(`${path}: others may read it; chmod 600`);
    return Uint8Array.from(readFileSync(path));
  } catch (cause) {
    if (cause instanceof SamError) throw cause;
    throw unreadable(path, cause);
  }
}

function unreadable(path: string, cause: unknown): SamError {
  return new SamError('SAM_SECRET_MISSING', `${path}: cannot be read`, { cause });
}

function unfit(message: string): SamError {
  return new SamError('SAM_SECRET_INVALID', message);
}
