import { randomBytes } from 'node:crypto';
import { type GuardedSam, guardedSam } from './guarded-sam.ts';
import { parseSamFile, type SamFile, type SamKeys, samIdOf } from './sam-file.ts';
import type { SecretSource } from './sam-secret.ts';
import { fileSamMemory, type SamMemory } from './sam-state.ts';
import { softwareSam } from './software-sam.ts';
import { requireUnlocked } from './unlock-guard.ts';
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
  const memory = fileSamMemory(statePath, samIdOf(file));
  const keys = await samKeysIn(file, secrets, memory);
  return guardedSam(softwareSam(keys, unpredictable), { ceilings: keys.ceilings, memory });
}

/** The keys of a SAM file of either version. Rejects with `SamError`, as {@link openSam}. */
export async function samKeysIn(
  file: SamFile,
  secrets: SecretSource,
  memory: SamMemory,
): Promise<SamKeys> {
  requireUnlocked(memory);
  return file.form === 'plain' ? file.keys : await unlockSamFile(file.envelope, secrets, memory);
}

function unpredictable(byteCount: number): Uint8Array {
  return Uint8Array.from(randomBytes(byteCount));
}
