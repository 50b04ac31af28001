import { clean } from '@noble/ciphers/utils.js';
import { z } from 'zod';
import {
  decryptContent,
  ENCRYPTED_CONTENT,
  type EncryptedContent,
  type EncryptOptions,
  encryptContent,
  type FileRefusal,
  type FileSecret,
  fileRefusal,
  type PublicText,
} from './file-encryption.ts';
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

export interface SamEnvelope extends SamPublicPart, EncryptedContent {
  readonly version: 2;
}

export type OpenedSamEnvelope =
  | { readonly result: 'opened'; readonly entries: readonly SamKeyEntry[] }
  | FileRefusal;

const envelopeFile = z.strictObject({
  version: z.literal(2),
  kind: z.string().regex(/^[a-z-]{1,16}$/),
  samId: z.int().min(1).max(0xffff_ffff),
  issuerId: z.int().min(1).max(0xffff),
  keyVersion: z.int().min(1).max(0xff),
  ceilings: samCeilings(),
  ...ENCRYPTED_CONTENT,
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

/** The text of an encrypted SAM file. Throws `RangeError` for a key file that does not have 32 bytes. */
export async function sealSamEnvelope(
  publicPart: SamPublicPart,
  entries: readonly SamKeyEntry[],
  options: EncryptOptions,
): Promise<string> {
  const { kind, samId, issuerId, keyVersion, ceilings } = publicPart;
  const envelope: SamEnvelope = {
    version: 2,
    ...{ kind, samId, issuerId, keyVersion, ceilings },
    ...(await encryptContent(encodeSamKeyList(entries), publicText(publicPart), options)),
  };
  return `${JSON.stringify(envelope, null, 2)}\n`;
}

export async function openSamEnvelope(
  envelope: SamEnvelope,
  secret: FileSecret,
): Promise<OpenedSamEnvelope> {
  const decrypted = await decryptContent(envelope, publicText(envelope), secret);
  if (decrypted.result === 'refused') return decrypted;
  const entries = decodeSamKeyList(decrypted.plain);
  clean(decrypted.plain);
  return entries === undefined ? fileRefusal('tampered') : { result: 'opened', entries };
}

function publicText({ kind, samId, issuerId, keyVersion, ceilings }: SamPublicPart): PublicText {
  return {
    purpose: 'kazasu SAM',
    fields: [
      ...[2, kind, samId, issuerId, keyVersion],
      ...[ceilings?.count ?? 0, ceilings?.amount ?? 0],
    ],
  };
}
