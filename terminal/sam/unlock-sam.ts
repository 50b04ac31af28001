import { clean } from '@noble/ciphers/utils.js';
import { openSamEnvelope, type SamEnvelope } from '#purse/sam-envelope';
import { SamError } from './sam-error.ts';
import { type SamKeys, samKeysOf } from './sam-file.ts';
import type { SecretSource } from './sam-secret.ts';
import type { SamMemory } from './sam-state.ts';
import { guardUnlock, requireUnlocked } from './unlock-guard.ts';

/**
 * Decrypts a SAM file. Rejects with {@link SamError}: `SAM_SECRET_WRONG`, `SAM_FILE_TAMPERED`,
 * `SAM_LOCKED`, or whatever the source of the secret rejects with.
 */
export async function unlockSamFile(
  envelope: SamEnvelope,
  secrets: SecretSource,
  memory: SamMemory,
): Promise<SamKeys> {
  const { by } = envelope.unlock;
  requireUnlocked(memory);
  const bytes = await secrets(by);
  const attempt = async (): Promise<SamKeys> => {
    const opened = await openSamEnvelope(envelope, { by, bytes });
    if (opened.result === 'opened') return samKeysOf(envelope, opened.entries);
    throw opened.reason === 'tampered'
      ? new SamError('SAM_FILE_TAMPERED', 'the SAM file was changed after it was encrypted')
      : new SamError('SAM_SECRET_WRONG', `the ${by} does not unlock this SAM`);
  };
  try {
    // Nobody guesses 32 random bytes: only what a person chose is counted.
    return await (by === 'passphrase' ? guardUnlock(memory, attempt) : attempt());
  } finally {
    clean(bytes);
  }
}
