import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  type ScryptOptions,
  scrypt,
} from 'node:crypto';
import { clean, equalBytes } from '@noble/ciphers/utils.js';
import { z } from 'zod';
import { decodeSamKeyList, encodeSamKeyList, type SamKeyEntry } from './sam-key-list.ts';

/*
 * The encrypted SAM file ("version 2"). The issuer writes it, `kazasu terminal sam encrypt` writes
 * it, and the terminal opens it: terminal/sam/README.md tells what it protects.
 */

/** How often, and for how much, a SAM may seal before its records are collected. */
export interface SamCeilings {
  readonly count: number;
  /** In yen. */
  readonly amount: number;
}

/** What anybody may read in a SAM file, and nobody may change in an encrypted one. */
export interface SamPublicPart {
  readonly kind: string;
  readonly samId: number;
  readonly issuerId: number;
  /** The newest key generation it holds. */
  readonly keyVersion: number;
  readonly ceilings: SamCeilings | undefined;
}

export type SamSecret =
  /** UTF-8 of what an operator knows. */
  | { readonly by: 'passphrase'; readonly bytes: Uint8Array }
  /** The 32 random bytes of a key file. */
  | { readonly by: 'key-file'; readonly bytes: Uint8Array };

export type SamUnlock =
  | {
      readonly by: 'passphrase';
      readonly kdf: 'scrypt';
      readonly n: number;
      readonly r: 8;
      readonly p: 1;
      readonly salt: string;
    }
  | { readonly by: 'key-file'; readonly salt: string };

export interface SamEnvelope extends SamPublicPart {
  readonly version: 2;
  readonly unlock: SamUnlock;
  readonly cipher: 'aes-256-gcm';
  readonly check: string;
  readonly nonce: string;
  readonly sealed: string;
}

export type OpenedSamEnvelope =
  | { readonly result: 'opened'; readonly entries: readonly SamKeyEntry[] }
  /** `tampered`: the secret is right, and something in the file is not as it was written. */
  | { readonly result: 'refused'; readonly reason: 'secret-wrong' | 'tampered' };

/** Of scrypt with r = 8 and p = 1: 128 MiB, the first choice of OWASP's Password Storage page. */
export const SCRYPT_COST: number = 2 ** 17;
/** A file that asks for less was weakened; one that asks for more would exhaust the terminal. */
export const SCRYPT_COST_MIN: number = 2 ** 14;
const SCRYPT_COST_MAX = 2 ** 18;
const SCRYPT_MEMORY_MAX = 300 * 1024 * 1024;

export const KEY_FILE_BYTES = 32;
const SECRET_BYTES = 32;
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CHECK_BYTES = 16;

const salt = hex(SALT_BYTES);

const envelopeFile = z.strictObject({
  version: z.literal(2),
  kind: z.string().regex(/^[a-z-]{1,16}$/),
  samId: z.int().min(1).max(0xffff_ffff),
  issuerId: z.int().min(1).max(0xffff),
  keyVersion: z.int().min(1).max(0xff),
  ceilings: samCeilings(),
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
  sealed: z.base64().max(100_000),
});

/** The ceilings of a SAM file of either version; absent in one that has none. */
export function samCeilings(): z.ZodType<SamCeilings | undefined, SamCeilings | undefined> {
  return z
    .strictObject({
      count: z.int().min(1).max(0xffff_ffff),
      amount: z.int().min(1).max(Number.MAX_SAFE_INTEGER),
    })
    .optional();
}

/** The envelope of a parsed JSON text, or what is wrong with it: the field and never its content. */
export function parseSamEnvelope(
  value: unknown,
): { readonly envelope: SamEnvelope } | { readonly fault: string } {
  const parsed = envelopeFile.safeParse(value);
  if (parsed.success) return { envelope: { ...parsed.data, ceilings: parsed.data.ceilings } };
  const issue = parsed.error.issues[0];
  return { fault: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}` };
}

/**
 * The text of an encrypted SAM file. `random` gives that many unpredictable bytes; `cost` is the N of
 * scrypt. Throws `RangeError` for a key file that does not have 32 bytes.
 */
export async function sealSamEnvelope(
  publicPart: SamPublicPart,
  entries: readonly SamKeyEntry[],
  {
    secret,
    random,
    cost = SCRYPT_COST,
  }: {
    readonly secret: SamSecret;
    readonly random: (byteCount: number) => Uint8Array;
    readonly cost?: number;
  },
): Promise<string> {
  const newSalt = hexOf(random(SALT_BYTES));
  const unlock: SamUnlock =
    secret.by === 'passphrase'
      ? { by: 'passphrase', kdf: 'scrypt', n: cost, r: 8, p: 1, salt: newSalt }
      : { by: 'key-file', salt: newSalt };
  const keys = await unlockKeys(unlock, secret);
  const nonce = random(NONCE_BYTES);
  const plain = encodeSamKeyList(entries);
  const cipher = createCipheriv('aes-256-gcm', keys.encryptionKey, nonce);
  cipher.setAAD(associatedData(publicPart, unlock));
  const sealed = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  clean(plain, keys.encryptionKey);
  const { kind, samId, issuerId, keyVersion, ceilings } = publicPart;
  const envelope: SamEnvelope = {
    version: 2,
    ...{ kind, samId, issuerId, keyVersion, ceilings },
    unlock,
    cipher: 'aes-256-gcm',
    check: hexOf(keys.check),
    nonce: hexOf(nonce),
    sealed: sealed.toString('base64'),
  };
  return `${JSON.stringify(envelope, null, 2)}\n`;
}

export async function openSamEnvelope(
  envelope: SamEnvelope,
  secret: SamSecret,
): Promise<OpenedSamEnvelope> {
  const { unlock } = envelope;
  if (unlock.by !== secret.by) return refused('secret-wrong');
  const keys = await unlockKeys(unlock, secret);
  // GCM alone could not tell a mistyped passphrase from a changed file, and staff act differently.
  if (!equalBytes(keys.check, bytesOf(envelope.check))) {
    clean(keys.encryptionKey);
    return refused('secret-wrong');
  }
  const plain = decrypted(envelope, keys.encryptionKey);
  clean(keys.encryptionKey);
  const entries = plain && decodeSamKeyList(plain);
  if (plain !== undefined) clean(plain);
  return entries === undefined ? refused('tampered') : { result: 'opened', entries };
}

function decrypted(envelope: SamEnvelope, key: Uint8Array): Uint8Array | undefined {
  const sealed = Buffer.from(envelope.sealed, 'base64');
  if (sealed.length < TAG_BYTES) return undefined;
  const text = sealed.subarray(0, -TAG_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, bytesOf(envelope.nonce), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(associatedData(envelope, envelope.unlock));
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
function associatedData(publicPart: SamPublicPart, unlock: SamUnlock): Uint8Array {
  const { kind, samId, issuerId, keyVersion, ceilings } = publicPart;
  const cost = unlock.by === 'passphrase' ? unlock.n : 0;
  return new TextEncoder().encode(
    JSON.stringify([
      ...['kazasu SAM', 2, kind, samId, issuerId, keyVersion],
      ...[ceilings?.count ?? 0, ceilings?.amount ?? 0, unlock.by, cost, unlock.salt],
    ]),
  );
}

/** A key file is as unpredictable as a key and needs no stretching; a passphrase is not. */
async function unlockKeys(
  unlock: SamUnlock,
  secret: SamSecret,
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
      createHmac('sha256', key).update(`kazasu SAM ${use}`).update(saltBytes).digest(),
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

function refused(reason: 'secret-wrong' | 'tampered'): OpenedSamEnvelope {
  return { result: 'refused', reason };
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
