import { SamError } from './sam-error.ts';
import { FRESH_STATE, type SamMemory, UNLOCKS_FAILED_MAX } from './sam-state.ts';

/**
 * Lets one attempt at a passphrase or PIN happen, unless there were too many wrong ones. `attempt`
 * rejects with `SAM_SECRET_WRONG` for a wrong one, and with nothing else for a wrong one.
 *
 * The attempt is counted on disk before it is made: who kills the program learns nothing for free.
 */
export async function guardUnlock<Result>(
  memory: SamMemory,
  attempt: () => Promise<Result>,
): Promise<Result> {
  const before = memory.read();
  requireUnlocked(memory);
  const failedUnlocks = before.failedUnlocks + 1;
  const lockedBy = failedUnlocks >= UNLOCKS_FAILED_MAX ? 'unlocks' : undefined;
  memory.write({ ...before, failedUnlocks, lockedBy });
  try {
    const result = await attempt();
    memory.write({ ...before, failedUnlocks: 0 });
    return result;
  } catch (error) {
    const isWrong = error instanceof SamError && error.code === 'SAM_SECRET_WRONG';
    // A token that is not there or a file that was changed tells nothing of the secret.
    if (!isWrong) memory.write(before);
    throw error;
  }
}

/** Throws {@link SamError} `SAM_LOCKED`. */
export function requireUnlocked(memory: SamMemory): void {
  const { lockedBy } = memory.read();
  if (lockedBy === undefined) return;
  const what = lockedBy === 'cards' ? 'cards that did not know its keys' : 'wrong passphrases';
  throw new SamError(
    'SAM_LOCKED',
    `the SAM is locked after too many ${what}: find out why, then \`kazasu terminal sam unlock\``,
  );
}

/**
 * Takes a lock back if `attempt` shows that the operator has the right secret. Meanwhile, and where it
 * fails, the SAM on disk is as locked as before: `attempt` gets a memory of its own, which is forgotten.
 * Where there is no lock, a wrong secret counts as at any other time.
 */
export async function clearLock(
  memory: SamMemory,
  attempt: (memory: SamMemory) => Promise<unknown>,
): Promise<void> {
  const isLocked = memory.read().lockedBy !== undefined;
  await attempt(isLocked ? forgottenMemory() : memory);
  memory.write(FRESH_STATE);
}

function forgottenMemory(): SamMemory {
  let state = FRESH_STATE;
  return {
    read: () => state,
    write: (written) => {
      state = written;
    },
  };
}
