import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  type ScryptOptions,
  scrypt,
} from 'node:crypto';
import { clean, equalBytes } from '@noble/ciphers/utils.js';
import { z } from 'zod';

/*
 * How a file of keys is encrypted at rest, that of a SAM and that of the issuer alike: AES-256-GCM
 * under a passphrase or a key file. terminal/sam/README.md has the format.
 */

export type FileSecret =
  /** UTF-8 of what an operator knows. */
  | { readonly by: 'passphrase'; readonly bytes: Uint8Array }
  /** The 32 random bytes of a key file. */
  | { readonly by: 'key-file'; readonly bytes: Uint8Array };

export type FileUnlock =
  | {
      readonly by: 'passphrase';
      readonly kdf: 'scrypt';
      readonly n: number;
      readonly r: 8;
      readonly p: 1;
      readonly salt: string;
    }
  | { readonly by: 'key-file'; readonly salt: string };

/** The encrypted part of a file; the rest of it is {@link PublicText}. */
export interface EncryptedContent {
  readonly unlock: FileUnlock;
  readonly cipher: 'aes-256-gcm';
  readonly check: string;
  readonly nonce: string;
  readonly sealed: string;
}

/** What stands readable in the file, nobody may change it unseen. */
export interface PublicText {
  /** Whose file it is; a secret gives another key to each. */
  readonly purpose: string;
  readonly fields: readonly (string | number)[];
}

export interface EncryptOptions {
  readonly secret: FileSecret;
  /** Gives that many unpredictable bytes. */
  readonly random: (byteCount: number) => Uint8Array;
  /** The N of scrypt. */
  readonly cost?: number;
}

export type DecryptedContent =
  | { readonly result: 'opened'; readonly plain: Uint8Array }
  | FileRefusal;

export interface FileRefusal {
  readonly result: 'refused';
  /** `tampered`: the secret is right, and something in the file is not as it was written. */
  readonly reason: 'secret-wrong' | 'tampered';
}

/** Of scrypt with r = 8 and p = 1: 128 MiB, the first choice of OWASP's Password Storage page. */
export const SCRYPT_COST: number = 2 ** 17;
/** A file that asks for less was weakened; one that asks for more would exhaust the machine. */
export const SCRYPT_COST_MIN: number = 2 ** 14;
const SCRYPT_COST_MAX = 2 ** 18;
const SCRYPT_MEMORY_MAX = 300 * 1024 * 1024;

export const KEY_FILE_BYTES = 32;
/** A passphrase that can be guessed at the pace of a stolen file needs some length. */
export const PASSPHRASE_CHARACTERS_MIN = 12;
const SECRET_BYTES = 32;
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CHECK_BYTES = 16;
const SEALED_CHARACTERS_MAX = 400_000;

const salt = hex(SALT_BYTES);

/** The fields of {@link EncryptedContent}, for the schema of the file around it. */
export const ENCRYPTED_CONTENT: {
  readonly unlock: z.ZodType<FileUnlock>;
  readonly cipher: z.ZodType<'aes-256-gcm'>;
  readonly check: z.ZodType<string>;
  readonly nonce: z.ZodType<string>;
  readonly sealed: z.ZodType<string>;
} = {
  unlock: z.discriminatedUnion('by', [
    z.strictObject({
      by: z.literal('passphrase'),
      kdf: z.literal('scrypt'),
      n: z
        .int()
        .min(SCRYPT_COST_MIN)
        .max(SCRYPT_COST_MAX)
        .refine((n) => Number.isInteger(Math.log2(n)), 'expected a power of two'),
      r: z.literal(8),
      p: z.literal(1),
      salt,
    }),
    z.strictObject({ by: z.literal('key-file'), salt }),
  ]),
  cipher: z.literal('aes-256-gcm'),
  check: hex(CHECK_BYTES),
  nonce: hex(NONCE_BYTES),
  sealed: z.base64().max(SEALED_CHARACTERS_MAX),
};

/** Erases `plain`. Throws `RangeError` for a key file that does not have 32 bytes. */
export async function encryptContent(
  plain: Uint8Array,
  publicText: PublicText,
  { secret, random, cost = SCRYPT_COST }: EncryptOptions,
): Promise<EncryptedContent> {
  const newSalt = hexOf(random(SALT_BYTES));
  const unlock: FileUnlock =
    secret.by === 'passphrase'
      ? { by: 'passphrase', kdf: 'scrypt', n: cost, r: 8, p: 1, salt: newSalt }
      : { by: 'key-file', salt: newSalt };
  const keys = await unlockKeys(publicText.purpose, unlock, secret);
  const nonce = random(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', keys.encryptionKey, nonce);
  cipher.setAAD(associatedData(publicText, unlock));
  const sealed = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  clean(plain, keys.encryptionKey);
  return {
    unlock,
    cipher: 'aes-256-gcm',
    check: hexOf(keys.check),
    nonce: hexOf(nonce),
    sealed: sealed.toString('base64'),
  };
}

/** Whoever asks erases `plain` after use. */
export async function decryptContent(
  content: EncryptedContent,
  publicText: PublicText,
  secret: FileSecret,
): Promise<DecryptedContent> {
  const { unlock } = content;
  if (unlock.by !== secret.by) return fileRefusal('secret-wrong');
  const keys = await unlockKeys(publicText.purpose, unlock, secret);
  // GCM alone could not tell a mistyped passphrase from a changed file, and staff act differently.
  if (!equalBytes(keys.check, bytesOf(content.check))) {
    clean(keys.encryptionKey);
    return fileRefusal('secret-wrong');
  }
  const plain = decrypted(content, keys.encryptionKey, associatedData(publicText, unlock));
  clean(keys.encryptionKey);
  return plain === undefined ? fileRefusal('tampered') : { result: 'opened', plain };
}

export function fileRefusal(reason: FileRefusal['reason']): FileRefusal {
  return { result: 'refused', reason };
}

function decrypted(
  content: EncryptedContent,
  key: Uint8Array,
  associated: Uint8Array,
): Uint8Array | undefined {
  const sealed = Buffer.from(content.sealed, 'base64');
  if (sealed.length < TAG_BYTES) return undefined;
  const text = sealed.subarray(0, -TAG_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, bytesOf(content.nonce), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(associated);
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  const plain = decipher.update(text);
  try {
    decipher.final();
    return plain;
  } catch {
    clean(plain);
    return undefined;
  }
}

/** Everything outside the cipher text, in an order of its own: JSON keeps none. */
function associatedData({ purpose, fields }: PublicText, unlock: FileUnlock): Uint8Array {
  const cost = unlock.by === 'passphrase' ? unlock.n : 0;
  return new TextEncoder().encode(
    JSON.stringify([purpose, ...fields, unlock.by, cost, unlock.salt]),
  );
}

/** A key file is as unpredictable as a key and needs no stretching; a passphrase is not. */
async function unlockKeys(
  purpose: string,
  unlock: FileUnlock,
  secret: FileSecret,
): Promise<{ readonly encryptionKey: Uint8Array; readonly check: Uint8Array }> {
  if (secret.by === 'key-file' && secret.bytes.length !== KEY_FILE_BYTES) {
    throw new RangeError(`key file: expected ${KEY_FILE_BYTES} bytes, got ${secret.bytes.length}`);
  }
  const saltBytes = bytesOf(unlock.salt);
  const key =
    unlock.by === 'passphrase'
      ? await scryptKey(secret.bytes, saltBytes, unlock.n)
      : secret.bytes.slice();
  const derive = (use: string): Uint8Array =>
    Uint8Array.from(
      createHmac('sha256', key).update(`${purpose} ${use}`).update(saltBytes).digest(),
    );
  const keys = {
    encryptionKey: derive('encryption'),
    check: derive('check').slice(0, CHECK_BYTES),
  };
  clean(key);
  return keys;
}

function scryptKey(passphrase: Uint8Array, saltBytes: Uint8Array, n: number): Promise<Uint8Array> {
  const options: ScryptOptions = { N: n, r: 8, p: 1, maxmem: SCRYPT_MEMORY_MAX };
  return new Promise((resolve, reject) => {
    scrypt(passphrase, saltBytes, SECRET_BYTES, options, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

function hex(byteCount: number): z.ZodString {
  return z
    .string()
    .regex(new RegExp(`^[0-9a-f]{${2 * byteCount}}$`), `expected ${byteCount} bytes`);
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'hex'));
}
