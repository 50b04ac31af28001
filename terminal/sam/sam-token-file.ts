import { z } from 'zod';
import { type SamCeilings, samCeilings } from '#purse/sam-envelope';
import { SAM_KINDS } from '#purse/sam-kind';
import type { TokenPlace } from './pkcs11-token.ts';
import type { SamIdentity } from './sam.ts';
import { SamError } from './sam-error.ts';

/** A SAM file whose keys are in a token (version 3). It holds no secret. */
export interface SamTokenFile extends SamIdentity {
  readonly ceilings: SamCeilings | undefined;
  readonly token: TokenPlace;
  /** In hexadecimal: AES-CMAC over {@link samTokenText} under the key of the SAM's records. */
  readonly mac: string;
}

const tokenFile = z.strictObject({
  version: z.literal(3),
  kind: z.enum(SAM_KINDS),
  samId: z.int().min(1).max(0xffff_ffff),
  issuerId: z.int().min(1).max(0xffff),
  keyVersions: z.array(z.int().min(1).max(0xff)).min(1).max(4),
  ceilings: samCeilings(),
  token: z.strictObject({ library: z.string().min(1), label: z.string().min(1) }),
  mac: z.string().regex(/^[0-9a-f]{32}$/),
});

/** Throws {@link SamError} `SAM_FILE_INVALID`, which names the field. */
export function parseSamTokenFile(value: unknown): SamTokenFile {
  const parsed = tokenFile.safeParse(value);
  if (parsed.success) return { ...parsed.data, ceilings: parsed.data.ceilings };
  const issue = parsed.error.issues[0];
  const field = issue?.path.join('.') ?? '';
  throw new SamError('SAM_FILE_INVALID', `SAM file ${field}: ${issue?.message ?? 'invalid'}`);
}

export function formatSamTokenFile(file: SamTokenFile): string {
  const { kind, samId, issuerId, keyVersions, ceilings, token, mac } = file;
  const fields = { version: 3, kind, samId, issuerId, keyVersions, ceilings, token, mac };
  return `${JSON.stringify(fields, null, 2)}\n`;
}

/**
 * What the MAC of the file covers. The place of the token is not in it: a token that moves to another
 * machine is the same. No record looks like this, for a record begins with its version and has 76 bytes.
 */
export function samTokenText(file: Omit<SamTokenFile, 'token' | 'mac'>): Uint8Array {
  const { kind, samId, issuerId, keyVersions, ceilings } = file;
  const fields = ['kazasu SAM', 3, kind, samId, issuerId, keyVersions];
  const text = JSON.stringify([...fields, ceilings?.count ?? 0, ceilings?.amount ?? 0]);
  return new TextEncoder().encode(text);
}
