import { randomBytes } from 'node:crypto';
import { clean } from '@noble/ciphers/utils.js';
import { type GuardedSam, guardedSam } from './guarded-sam.ts';
import { pkcs11Sam } from './pkcs11-sam.ts';
import { Pkcs11Token, type TokenPlace } from './pkcs11-token.ts';
import type { Sam } from './sam.ts';
import { SamError } from './sam-error.ts';
import { parseSamFile, publicPartOf, type SamFile, type SamKeys } from './sam-file.ts';
import type { SecretSource } from './sam-secret.ts';
import { fileSamMemory, type SamMemory } from './sam-state.ts';
import type { SamTokenFile } from './sam-token-file.ts';
import { softwareSam } from './software-sam.ts';
import { guardUnlock, requireUnlocked } from './unlock-guard.ts';
import { unlockSamFile } from './unlock-sam.ts';

export interface SamAccess {
  /** What stands in the terminal's `sam.json`. */
  readonly text: string;
  readonly statePath: string;
  readonly secrets: SecretSource;
  /** Takes one line for the operator. */
  readonly warn: (line: string) => void;
}

export const PLAIN_WARNING =
  'warning: sam.json is not encrypted, whoever copies it has its keys: kazasu terminal sam encrypt';

/** Opens the SAM of a terminal, whatever keeps its keys. Rejects with `SamError`. */
export async function openSam({ text, statePath, secrets, warn }: SamAccess): Promise<GuardedSam> {
  const file = parseSamFile(text);
  if (file.form === 'plain') warn(PLAIN_WARNING);
  const { samId, ceilings } = publicPartOf(file);
  const memory = fileSamMemory(statePath, samId);
  const sam =
    file.form === 'token'
      ? await openTokenSam(file.file, secrets, memory)
      : softwareSam(await samKeysIn(file, secrets, memory), unpredictable);
  return guardedSam(sam, { ceilings, memory });
}

/** The SAM whose keys are in a token, without ceilings and lock. Rejects as {@link openSam}. */
export async function openTokenSam(
  file: SamTokenFile,
  secrets: SecretSource,
  memory: SamMemory,
): Promise<Sam> {
  const token = await openToken(file.token, secrets, memory);
  try {
    return pkcs11Sam(file, token, unpredictable);
  } catch (error) {
    token.close();
    throw error;
  }
}

/** A token counts wrong PINs itself, or it should; they are counted here in any case. */
export async function openToken(
  place: TokenPlace,
  secrets: SecretSource,
  memory: SamMemory,
): Promise<Pkcs11Token> {
  requireUnlocked(memory);
  const bytes = await secrets('pin');
  const pin = Buffer.from(bytes).toString('utf8');
  clean(bytes);
  return await guardUnlock(memory, () =>
    Promise.resolve().then(() => Pkcs11Token.open(place, pin)),
  );
}

/** The keys of a SAM file that holds them. Rejects with `SamError`, as {@link openSam}. */
export async function samKeysIn(
  file: SamFile,
  secrets: SecretSource,
  memory: SamMemory,
): Promise<SamKeys> {
  if (file.form === 'token') {
    throw new SamError('SAM_FILE_INVALID', 'the keys of this SAM are in a token and stay there');
  }
  requireUnlocked(memory);
  return file.form === 'plain' ? file.keys : await unlockSamFile(file.envelope, secrets, memory);
}

function unpredictable(byteCount: number): Uint8Array {
  return Uint8Array.from(randomBytes(byteCount));
}
